import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import { writeCsvText } from "../../../lib/kernels/csv-write.ts";
import { jsonText, unwritable } from "../../../lib/pipe/json-text.ts";
import { TextOutput } from "./text-output.ts";

const COMMA = 44;
const LF = 10;

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
    append(given, out) {
      const row = recordOf(given);
      if (names === null) {
        names = Object.keys(row);
        for (const name of names) known.add(name);
      }
      checkNames(known, row);
      appendLine(
        names.map((name) => row[name]),
        out,
      );
    },
    appendHeader: (out) => appendLine(names ?? [], out),
  });
}

function appendLine(cells: readonly unknown[], out: ByteWriter): void {
  for (let i = 0; i < cells.length; i++) {
    if (i > 0) out.put(COMMA);
    appendCell(cells[i], out);
  }
  out.put(LF);
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

/** Null is nothing, and the empty text is `""`. */
function appendCell(value: unknown, out: ByteWriter): void {
  if (value === null || value === undefined) return;
  if (typeof value === "string") appendQuoted(value, out);
  else if (typeof value === "object") appendObject(value, out);
  else if (typeof value === "function" || typeof value === "symbol")
    throw unwritable(`a ${typeof value} is no cell`);
  else out.appendText(String(value));
}

function appendObject(value: object, out: ByteWriter): void {
  if (value instanceof Uint8Array) out.appendText(Buffer.from(value).toString("base64"));
  else if (value instanceof Date) out.appendText(value.toISOString());
  else appendQuoted(Array.isArray(value) && value.length === 0 ? "[]" : jsonText(value), out);
}

/** Where a text's bytes stand before they are quoted. */
const plain = new ByteWriter();

function appendQuoted(text: string, out: ByteWriter): void {
  plain.reset();
  plain.appendText(text);
  out.reserve(2 * plain.used + 2);
  out.used = writeCsvText(out.bytes, out.used, plain.bytes, 0, plain.used);
}
