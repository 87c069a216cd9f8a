/** Messages that are a value and a key and nothing else, whose bytes lie in columns: they are sent many at a time. */
import type { Batch } from "../../../lib/data/batch.ts";
import type { TextColumn } from "../../../lib/data/column.ts";
import type { MessageParts } from "./message-parts.ts";

/** Null: messages have none. */
export interface PlainParts {
  readonly value: TextColumn | null;
  readonly key: TextColumn | null;
}

/** Bytes that are copied at a time: a chunk of an outbox may grow by so much beyond its bound. */
const RUN_BYTES = 1 << 20;

/** The columns of such messages; null where a message may say more, or a cell is not bytes yet. */
export function plainParts({ columns }: Batch, parts: MessageParts): PlainParts | null {
  const saysMore = parts.topic >= 0 || parts.headers >= 0 || parts.partition >= 0 || parts.timestamp >= 0;
  if (saysMore || parts.error !== null) return null;
  const value = parts.value < 0 ? null : columns[parts.value];
  const key = parts.key < 0 ? null : columns[parts.key];
  if ((value !== null && value.layout !== "text") || (key !== null && key.layout !== "text")) return null;
  return { value, key };
}

/** Where, from `rows[from]` on, a run ends that is copied at a time: `from` where that row is larger than `bytesMax`. */
export function runEnd(
  value: TextColumn | null,
  key: TextColumn | null,
  rows: Uint32Array,
  from: number,
  bytesMax: number,
): number {
  let used = 0;
  let i = from;
  for (; i < rows.length && used < RUN_BYTES; i++) {
    const bytes = bytesOf(value, rows[i]) + bytesOf(key, rows[i]);
    if (bytes > bytesMax) break;
    used += bytes;
  }
  return i;
}

export function bytesOf(column: TextColumn | null, row: number): number {
  return column === null ? 0 : column.ends[row] - column.starts[row];
}
