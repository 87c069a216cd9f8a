import type { Batch } from "./batch.ts";
import { type Column, ERROR } from "./column.ts";
import { gatherBatch } from "./rows.ts";

/** The batch without the rows that have a failed cell in one of `columns`; null where none is left. */
export function withoutFailures(batch: Batch, columns: readonly Column[] = batch.columns): Batch | null {
  const tags = columns.flatMap((column) => (column.tags?.includes(ERROR) ? [column.tags] : []));
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
