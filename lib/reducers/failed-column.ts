import { type Column, ERROR } from "../data/column.ts";
import { retagged } from "../data/rows.ts";

/** The answers of n groups, those of the groups in `failed` (which have no valid row) as failed cells. */
export function failedColumn(column: Column, failed: readonly number[], n: number): Column {
  if (failed.length === 0) return column;
  const tags = column.tags ?? new Uint8Array(n);
  for (const row of failed) tags[row] = ERROR;
  return retagged(column, tags);
}
