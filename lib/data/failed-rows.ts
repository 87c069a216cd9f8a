import type { Batch } from "./batch.ts";
import { type Column, ERROR } from "./column.ts";
import { gatherBatch } from "./rows.ts";

/** The batch without the rows that have a failed cell in one of `columns`; null where none is left. */
export function withoutFailures(batch: Batch, columns: readonly Column[] = batch.columns): Batch | null {
  const tags = failedTags(columns);
  if (tags.length === 0) return batch;
  const rows = new Uint32Array(batch.length + 1);
  let kept = 0;
  for (let row = 0; row < batch.length; row++) {
    rows[kept] = row;
    if (tags.every((column) => column[row] !== ERROR)) kept++;
  }
  if (kept === batch.length) return batch;
  return kept === 0 ? null : gatherBatch(batch, rows.subarray(0, kept), kept);
}

/** The rows that have a failed cell in one of `columns`. */
export function onlyFailures(batch: Batch, columns: readonly Column[]): Batch {
  const tags = failedTags(columns);
  const rows: number[] = [];
  for (let row = 0; row < batch.length; row++)
    if (tags.some((column) => column[row] === ERROR)) rows.push(row);
  return gatherBatch(batch, Uint32Array.from(rows), rows.length);
}

function failedTags(columns: readonly Column[]): Uint8Array[] {
  return columns.flatMap(({ tags }) => (tags?.includes(ERROR) ? [tags] : []));
}
