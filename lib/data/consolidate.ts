import { allPositive, consolidateRows, selectNonZero } from "../kernels/consolidate.ts";
import { hashKeys } from "../kernels/hash.ts";
import { Batch } from "./batch.ts";
import { ABSENT } from "./column.ts";
import { equalCells } from "./compare-cells.ts";
import { KEY_WORDS } from "./keys.ts";
import { gatherBatch } from "./rows.ts";

/**
 * Sums the diffs of rows that are equal in key and values, and drops the rows that come to 0; null where nothing is
 * left. Where a table's keys are unique, rows that only add are equal to no other row, so a batch without deletions is
 * returned as it is; `uniqueKeys` is false where two rows may have one key (lib/plan/unique-keys.ts).
 */
export function consolidate(batch: Batch, uniqueKeys = true): Batch | null {
  const { diffs, length } = batch;
  if (length === 0) return null;
  if (uniqueKeys && (diffs === null || allPositive(diffs, length))) return batch;
  const words = batch.keys.words();
  const hashes = new Uint32Array(length);
  hashKeys(words, length, hashes);
  const summed = diffs === null ? new Int32Array(length).fill(1) : diffs.slice(0, length);
  const columns = batch.columns.filter((column) => column !== ABSENT);
  const equal = (a: number, b: number): boolean =>
    equalKeys(words, a, words, b) && columns.every((column) => equalCells(column, a, column, b));
  const heads = new Int32Array(bucketCount(length)).fill(-1);
  consolidateRows(hashes, summed, length, equal, heads, new Int32Array(length));
  const rows = new Uint32Array(length);
  const kept = selectNonZero(summed, length, rows);
  if (kept === 0) return null;
  const result = new Batch(batch.time, length, batch.columns, batch.keys, summed, batch.origin);
  if (kept === length && diffs === null) return batch;
  return kept === length ? result : gatherBatch(result, rows.subarray(0, kept), kept);
}

function bucketCount(rows: number): number {
  return 1 << (32 - Math.clz32(Math.max(1, rows) * 2 - 1));
}

function equalKeys(a: Uint32Array, aRow: number, b: Uint32Array, bRow: number): boolean {
  const i = KEY_WORDS * aRow;
  const j = KEY_WORDS * bRow;
  return a[i] === b[j] && a[i + 1] === b[j + 1] && a[i + 2] === b[j + 2] && a[i + 3] === b[j + 3];
}
