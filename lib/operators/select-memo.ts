import { assert } from "../base/assert.ts";
import type { Batch } from "../data/batch.ts";
import type { Column } from "../data/column.ts";
import { consolidate } from "../data/consolidate.ts";
import { hashColumns } from "../data/row-hash.ts";
import { concatBatches, gatherBatch } from "../data/rows.ts";
import type { RowMemo } from "../trace/row-memo.ts";

/**
 * Evaluates inserted rows and remembers their results; answers retractions from memory.
 * A row is known by its key and the columns at `reads`: others may be ABSENT in one batch and not in the next. Where keys
 * are not unique, rows that are the same to the functions share one result, so that each gets back what it was given.
 * Retractions come first: within a commit a key may lose its old row and get a new one. The results take the place of the
 * rows' columns, or with `behind` stand behind them.
 */
export function evaluateWithMemo(
  batch: Batch,
  reads: readonly number[],
  memo: RowMemo,
  evaluate: (rows: Batch) => Column[],
  uniqueKeys: boolean,
  behind = false,
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
  if (deleted.length > 0) parts.push(recall(batch, Uint32Array.from(deleted), hashes, memo, behind));
  if (inserted.length > 0) {
    const rows = Uint32Array.from(inserted);
    const part = gatherBatch(batch, rows, rows.length);
    const own = rows.map((row) => hashes[row]);
    const remembered = remember(part, own, memo, evaluate, uniqueKeys);
    parts.push(withResults(part, remembered, behind));
  }
  return consolidate(concatBatches(parts), uniqueKeys);
}

function withResults(rows: Batch, results: readonly Column[], behind: boolean): Batch {
  return rows.withColumns(behind ? [...rows.columns, ...results] : results);
}

function recall(batch: Batch, rows: Uint32Array, hashes: Uint32Array, memo: RowMemo, behind: boolean): Batch {
  const words = batch.keys.words();
  const slots = rows.map((row) => {
    const slot = memo.find(words, row, hashes[row]);
    assert(slot >= 0, "a retraction of a row whose results were never remembered");
    return slot;
  });
  const columns = memo.gather(slots, rows.length);
  const part = withResults(gatherBatch(batch, rows, rows.length), columns, behind);
  slots.forEach((slot, i) => {
    memo.drop(slot, -(batch.diffs as Int32Array)[rows[i]]);
  });
  return part;
}

/**
 * Evaluates and remembers rows; `hashes` are theirs. Where keys are not unique, a row may be remembered already, or stand
 * in the batch twice: it then gets the result that is there.
 */
function remember(
  rows: Batch,
  hashes: Uint32Array,
  memo: RowMemo,
  evaluate: (rows: Batch) => Column[],
  uniqueKeys: boolean,
): Column[] {
  const columns = evaluate(rows);
  const words = rows.keys.words();
  const slots = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const count = rows.diffs?.[i] ?? 1;
    const known = uniqueKeys ? -1 : memo.find(words, i, hashes[i]);
    if (known >= 0) memo.add(known, count);
    slots[i] = known >= 0 ? known : memo.put(words, i, hashes[i], columns, count);
  }
  return uniqueKeys ? columns : memo.gather(slots, rows.length);
}
