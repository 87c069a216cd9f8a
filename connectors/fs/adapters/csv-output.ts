import { jsonText, unwritable } from "../../../lib/pipe/json-text.ts";
import { TextOutput } from "./text-output.ts";

export interface CsvOutputOptions {
  /** The columns, in order. Default: those of the first row. */
  readonly columns?: readonly string[];
}

/**
 * A CSV file with a header as the output of a pipe, made anew (RFC 4180; lines end with LF). Null is an empty cell, an
 * empty text is `""`; bytes are base64, dates ISO 8601, arrays and objects JSON. A row with a column that the header lacks
 * fails with TP_PIPE_VALUE; one without a column has an empty cell.
 *
 * The pipe throws TP_FILE_FAILED where it cannot be written.
 *
 * @example
 * const output = pw.csvOutput("totals.csv", { columns: ["region", "total"] });
 */
export function csvOutput(path: string, { columns }: CsvOutputOptions = {}): TextOutput {
  let names = columns === undefined ? null : [...columns];
  const known = new Set(names);
  return new TextOutput(path, {
    encode(given) {
      const row = recordOf(given);
      if (names === null) {
        names = Object.keys(row);
        for (const name of names) known.add(name);
      }
      checkNames(known, row);
      return `${names.map((name) => cellText(row[name])).join(",")}\n`;
    },
    header: () => `${(names ?? []).map(cellText).join(",")}\n`,
  });
}

function recordOf(row: unknown): Readonly<Record<string, unknown>> {
  if (typeof row !== "object" || row === null || Array.isArray(row)) {
    throw unwritable(
      `${row === null ? "null" : Array.isArray(row) ? "an array" : typeof row} is no row of columns`,
    );
  }
  const { toJSON } = row as { readonly toJSON?: unknown };
  return (typeof toJSON === "function" ? toJSON.call(row) : row) as Readonly<Record<string, unknown>>;
}

function checkNames(known: ReadonlySet<string>, row: Readonly<Record<string, unknown>>): void {
  for (const name in row) {
    if (!known.has(name)) throw unwritable(`the column ${JSON.stringify(name)} is not in the header`);
  }
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object") {
    if (typeof value === "function" || typeof value === "symbol")
      throw unwritable(`a ${typeof value} is no cell`);
    return String(value);
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) && value.length === 0 ? "[]" : quoted(jsonText(value));
}

function quoted(text: string): string {
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
