import { Failed } from "../../../lib/data/coerce.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { type PipeInput, UnreadableRow } from "../../../lib/pipe/ends.ts";
import { cellsOf } from "../../formats/csv-careful.ts";
import { RecordInput } from "./record-input.ts";

export interface CsvInputOptions {
  /** One character. Default a comma. */
  readonly delimiter?: string;
  /** The columns' names, where the file has no header. Default: its first line has them. */
  readonly columns?: readonly string[];
}

/**
 * A CSV file as the input of a pipe: a row is an object of texts by column name. A row with another number of cells
 * fails. Memory does not grow with the file.
 *
 * Throws TP_BAD_ARGUMENT, TP_COLUMN_DUPLICATE; the pipe throws TP_FILE_ABSENT and TP_FILE_FAILED where it cannot be read.
 *
 * @example
 * const input = pw.csvInput("orders.csv", { delimiter: ";" });
 */
export function csvInput(
  path: string,
  { delimiter = ",", columns }: CsvInputOptions = {},
): PipeInput<Record<string, string>> {
  if (typeof delimiter !== "string" || delimiter.length !== 1 || /["\r\n\ud800-\udfff]/.test(delimiter)) {
    throw new TowpathError("TP_BAD_ARGUMENT", "the option delimiter of pw.csvInput is not one character", {
      hint: 'Give one that is no quote and no line break, such as ";".',
    });
  }
  const dialect = { delimiter, quote: '"' };
  const delimiterByte = delimiter.charCodeAt(0);
  const rules = { quote: 34, delimiter: delimiterByte, keepsEmpty: false, skipsMark: true };
  let names = columns === undefined ? null : checkedNames(columns, path);
  return new RecordInput(path, rules, (text) => {
    const cells = text.includes('"')
      ? (splitQuoted(text, delimiter) ?? cellsOf(text, dialect))
      : text.split(delimiter);
    if (names === null) {
      if (cells instanceof Failed) throw badHeader(path, cells.detail);
      names = checkedNames(cells, path);
      return undefined;
    }
    if (cells instanceof Failed) return new UnreadableRow(cells.detail, text);
    if (cells.length === names.length) return rowOf(names, cells);
    return new UnreadableRow(`${cells.length} cells where the header has ${names.length}`, text);
  });
}

/** The cells of a line in which quotes stand around whole cells only; null for any other. */
function splitQuoted(text: string, delimiter: string): string[] | null {
  const cells: string[] = [];
  for (let at = 0; ; ) {
    let end = text.indexOf(delimiter, at);
    if (text[at] === '"') {
      let close = text.indexOf('"', at + 1);
      let doubled = false;
      for (; close >= 0 && text[close + 1] === '"'; close = text.indexOf('"', close + 2)) doubled = true;
      if (close < 0) return null;
      end = close + 1;
      if (end < text.length && text[end] !== delimiter) return null;
      const inside = text.slice(at + 1, close);
      cells.push(doubled ? inside.replace(/""/g, '"') : inside);
      if (end === text.length) return cells;
    } else {
      const cell = end < 0 ? text.slice(at) : text.slice(at, end);
      if (cell.includes('"')) return null;
      cells.push(cell);
      if (end < 0) return cells;
    }
    at = end + 1;
  }
}

function rowOf(names: readonly string[], cells: readonly string[]): Record<string, string> {
  const row: Record<string, string> = {};
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (name === "__proto__") Object.defineProperty(row, name, { value: cells[i], enumerable: true });
    else row[name] = cells[i];
  }
  return row;
}

function checkedNames(names: readonly string[], path: string): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return names;
  throw new TowpathError("TP_COLUMN_DUPLICATE", `two columns are named ${JSON.stringify(twice)}`, {
    where: path,
    hint: "Give the names yourself: columns: [...]; the header is a row then.",
  });
}

function badHeader(path: string, detail: string): TowpathError {
  return new TowpathError("TP_CSV_NO_HEADER", `the first line is no header: ${detail}`, {
    where: path,
    hint: "Give the columns' names where the file has none: columns: [...].",
  });
}
