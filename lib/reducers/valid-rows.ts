import type { Batch } from "../data/batch.ts";
import { type Column, ERROR } from "../data/column.ts";
import { gatherBatch } from "../data/rows.ts";

/** Rows of a batch with their groups; the columns are a reducer's arguments. */
export interface GroupedRows {
  readonly slots: Int32Array;
  readonly batch: Batch;
}

/** The rows none of whose arguments failed: a reducer of several arguments skips a row for any of them. */
export function validRows(slots: Int32Array, args: readonly Column[], batch: Batch): GroupedRows {
  const given = batch.withColumns(args);
  const tagged = args.filter(({ tags }) => tags?.includes(ERROR));
  if (tagged.length === 0) return { slots, batch: given };
  const rows = new Uint32Array(batch.length);
  let n = 0;
  for (let row = 0; row < batch.length; row++) {
    rows[n] = row;
    if (!tagged.some(({ tags }) => (tags as Uint8Array)[row] === ERROR)) n++;
  }
  const validSlots = new Int32Array(n);
  for (let i = 0; i < n; i++) validSlots[i] = slots[rows[i]];
  return { slots: validSlots, batch: gatherBatch(given, rows, n) };
}
