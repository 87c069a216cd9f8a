import type { Batch } from "../data/batch.ts";
import type { Column } from "../data/column.ts";
import { consolidate } from "../data/consolidate.ts";
import { hashColumns } from "../data/row-hash.ts";
import { concatBatches, gatherBatch } from "../data/rows.ts";
import type { RowMemo } from "../trace/row-memo.ts";

/**
 * Evaluates inserted rows and remembers their results; answers retractions from memory.
 * A row is known by its key and the columns at `reads`: others may be ABSENT in one batch and not in the next.
 * Retractions come first: within a commit a key may lose its old row and get a new one.
 */
export function evaluateWithMemo(
  batch: Batch,
  reads: readonly number[],
  memo: RowMemo,
  evaluate: (rows: Batch) => Column[],
  uniqueKeys: boolean,
): Batch | null {
  const deleted: number[] = [];
  const inserted: number[] = [];
  for (let row = 0; row < batch.length; row++) {
    (batch.diffs !== null && batch.diffs[row] < 0 ? deleted : inserted).push(row);
  }
  const hashes = hashColumns(
    reads.map((position) => batch.columns[position]),
    batch.length,
  );
  const parts: Batch[] = [];
  if (deleted.length > 0) parts.push(recall(batch, Uint32Array.from(deleted), hashes, memo));
  if (inserted.length > 0) parts.push(remember(batch, Uint32Array.from(inserted), hashes, memo, evaluate));
  return consolidate(concatBatches(parts), uniqueKeys);
}

function recall(batch: Batch, rows: Uint32Array, hashes: Uint32Array, memo: RowMemo): Batch {
  const words = batch.keys.words();
  const slots = rows.map((row) => memo.find(words, row, hashes[row]));
  const columns = memo.gather(slots, rows.length);
  const part = gatherBatch(batch, rows, rows.length).withColumns(columns);
  slots.forEach((slot, i) => {
    memo.drop(slot, -(batch.diffs as Int32Array)[rows[i]]);
  });
  return part;
}

function remember(
  batch: Batch,
  rows: Uint32Array,
  hashes: Uint32Array,
  memo: RowMemo,
  evaluate: (rows: Batch) => Column[],
): Batch {
  const part = gatherBatch(batch, rows, rows.length);
  const result = part.withColumns(evaluate(part));
  const words = part.keys.words();
  for (let i = 0; i < part.length; i++) {
    memo.put(words, i, hashes[rows[i]], result.columns, part.diffs === null ? 1 : part.diffs[i]);
  }
  return result;
}
