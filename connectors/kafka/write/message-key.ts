/** What stands in a message's key. */
import type { Batch } from "../../../lib/data/batch.ts";
import { decodeText } from "../../../lib/data/cell.ts";
import { NULL } from "../../../lib/data/column.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import type { ByteSink, Formatter } from "../../../lib/io/formatter.ts";
import { writeCellText } from "../../formats/cell-text.ts";
import { JsonFormatter, writeRowKey } from "../../formats/json-formatter.ts";

/** Appends the key of a row's message; returns false, and appends nothing, where it is null. */
export interface WriteKey {
  (batch: Batch, row: number, out: ByteSink): boolean;
  /** Awaited before the first key; absent: nothing is needed. */
  readonly prepare?: (() => Promise<void>) | undefined;
}

/** The text of the row's own key. */
export const rowKey: WriteKey = (batch, row, out) => {
  const start = out.used;
  writeRowKey(batch, row, out);
  // The quotes are JSON's.
  out.bytes.copyWithin(start, start + 1, out.used - 1);
  out.used -= 2;
  return true;
};

/** One column: its value by itself. Several: a JSON object of them. */
export function columnsKey(columns: Columns, positions: readonly number[]): WriteKey {
  if (positions.length > 1) return objectKey(columns, positions);
  const [position] = positions;
  const type = columns[position].type.name;
  return (batch, row, out) => writeCellText(batch.columns[position], type, row, out);
}

/**
 * The columns that identify a row, as `pw.kafka.read` takes them from the key of a tombstone: a JSON object of them, or
 * for one column its plain text where nothing but that value can be meant by it.
 */
export function identityKey(columns: Columns, positions: readonly number[]): WriteKey {
  const object = objectKey(columns, positions);
  if (positions.length > 1) return object;
  const [position] = positions;
  const type = columns[position].type.name;
  if (type === "json" || type === "any" || type === "bytes") return object;
  return (batch, row, out) => {
    const column = batch.columns[position];
    const start = out.used;
    if (column.tags !== null && column.tags[row] === NULL) return object(batch, row, out);
    writeCellText(column, type, row, out);
    if (type !== "str" || isPlain(out.bytes, start, out.used)) return true;
    out.used = start;
    return object(batch, row, out);
  };
}

/**
 * Keys that a formatter of the columns writes, framed with their schema. A column by itself that is null is no key,
 * unless keys identify rows.
 */
export function formattedKey(
  formatter: Formatter,
  positions: readonly number[],
  isIdentity: boolean,
): WriteKey {
  const [position] = positions;
  const mayLack = positions.length === 1 && !isIdentity;
  const write = (batch: Batch, row: number, out: ByteSink): boolean => {
    const { tags } = batch.columns[position];
    if (mayLack && tags !== null && tags[row] === NULL) return false;
    formatter.formatInto(batch, row, 1, out);
    return true;
  };
  return Object.assign(write, { prepare: () => formatter.prepare?.() ?? Promise.resolve() });
}

function objectKey(columns: Columns, positions: readonly number[]): WriteKey {
  const chosen = positions.map((position) => columns[position]);
  const formatter = new JsonFormatter(chosen, { changes: false, positions });
  return (batch, row, out) => {
    formatter.formatInto(batch, row, 1, out);
    return true;
  };
}

const WORDS: ReadonlySet<string> = new Set(["null", "true", "false", "NaN", "Infinity"]);

/** Whether a text cannot be taken for JSON. */
function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end) return false;
  const first = bytes[start];
  // An object, an array, a string, white space, and what begins a byte order mark.
  if (first <= 32 || first === 34 || first === 91 || first === 123 || first === 0xef) return false;
  const mayBeNumber = first === 45 || (first >= 48 && first <= 57);
  if (!mayBeNumber && end - start > 8) return true;
  const text = decodeText(bytes, start, end);
  return mayBeNumber ? Number.isNaN(Number(text)) && !WORDS.has(text.slice(1)) : !WORDS.has(text);
}
