import type { Batch } from "../data/batch.ts";
import { equalCells } from "../data/compare-cells.ts";
import { hashColumns } from "../data/row-hash.ts";
import { gatherBatch } from "../data/rows.ts";
import { pairDiffs } from "../kernels/chains.ts";
import { allOnes } from "../kernels/consolidate.ts";
import { ANY_SLOT, type Arrangement } from "../trace/arrangement.ts";
import { RowIndex } from "../trace/row-index.ts";
import type { Arrange } from "./arrange.ts";
import { arrangedSide, batchSide, type SideRows } from "./join-sides.ts";

/** Rows of a join's delta: where each side's cells come from (null: padded), and the diffs (null: all are 1). */
export interface Pairs {
  readonly left: SideRows | null;
  readonly right: SideRows | null;
  readonly diffs: Int32Array | null;
  readonly count: number;
}

/**
 * A delta of one side with the rows of the other, all of them or those of slots below `below`.
 * `swapped`: the delta is the right side's.
 */
export function chainPairs(
  delta: Batch,
  own: Arrange,
  { arrangement: other }: Arrange,
  swapped: boolean,
  below = ANY_SLOT,
): Pairs {
  const found = new Int32Array(delta.length);
  other.keys.lookup(own.arrangement.keyColumnsOf(delta), delta.length, found, own.hashes);
  const { rows, slots, count } = other.pairs(found, delta.length, below);
  const fromDelta = batchSide(delta, rows, count);
  const fromOther = arrangedSide(other, slots, count);
  return {
    left: swapped ? fromOther : fromDelta,
    right: swapped ? fromDelta : fromOther,
    diffs: diffsOf(rows, slots, count, delta.diffs, other),
    count,
  };
}

function diffsOf(
  rows: Uint32Array,
  slots: Uint32Array,
  count: number,
  diffs: Int32Array | null,
  { counts }: Arrangement,
): Int32Array | null {
  if (diffs === null && counts === null) return null;
  const out = new Int32Array(count);
  pairDiffs(rows, slots, count, diffs, counts, out);
  return allOnes(out, count) ? null : out;
}

/** −ΔL ⋈ ΔR: what the two products with the full sides counted twice. Only where both sides change at one time. */
export function deltaPairs(left: Batch, leftSide: Arrangement, right: Batch, rightSide: Arrangement): Pairs {
  const leftKeys = leftSide.keyColumnsOf(left);
  const rightKeys = rightSide.keyColumnsOf(right);
  const leftHashes = hashColumns(leftKeys, left.length);
  const rightHashes = hashColumns(rightKeys, right.length);
  const byHash = new Map<number, number[]>();
  for (let row = 0; row < right.length; row++) {
    const rows = byHash.get(rightHashes[row]);
    if (rows === undefined) byHash.set(rightHashes[row], [row]);
    else rows.push(row);
  }
  const leftRows: number[] = [];
  const rightRows: number[] = [];
  const diffs: number[] = [];
  for (let l = 0; l < left.length; l++) {
    for (const r of byHash.get(leftHashes[l]) ?? []) {
      if (!leftKeys.every((column, i) => equalCells(column, l, rightKeys[i], r))) continue;
      leftRows.push(l);
      rightRows.push(r);
      diffs.push(-diffOf(left, l) * diffOf(right, r));
    }
  }
  const count = diffs.length;
  return {
    left: batchSide(left, Uint32Array.from(leftRows), count),
    right: batchSide(right, Uint32Array.from(rightRows), count),
    diffs: Int32Array.from(diffs),
    count,
  };
}

/**
 * The change of the rows that have no partner, `kept` being the side whose rows stay.
 * Keys that came to the other side take the padding from all kept rows, keys that left give it; a new kept row is
 * padded where the other side had no such key before this time, so that the two together net out.
 */
export function unmatchedPairs(
  kept: Batch | null,
  keptSide: Arrange,
  other: Batch | null,
  otherSide: Arrange,
  swapped: boolean,
): Pairs[] {
  const pairs: Pairs[] = [];
  const { appeared, vanished } = other === null ? { appeared: [], vanished: [] } : otherSide.changes;
  if (other !== null) {
    pairs.push(padArranged(keptSide.arrangement, otherSide.arrangement, other, appeared, -1, swapped));
    pairs.push(padArranged(keptSide.arrangement, otherSide.arrangement, other, vanished, 1, swapped));
  }
  if (kept !== null) {
    const lacked = partnersLacked(
      kept,
      keptSide.arrangement,
      other,
      otherSide.arrangement,
      appeared,
      vanished,
    );
    pairs.push(padDelta(kept, lacked, swapped));
  }
  return pairs;
}

/** The rows of the latest delta whose key failed: they have no partner, whatever the other side has. */
export function paddedFailures({ failed }: Arrange, swapped: boolean): Pairs[] {
  if (failed === null) return [];
  const rows = Uint32Array.from({ length: failed.length }, (_, row) => row);
  return [padDelta(failed, rows, swapped)];
}

/** All kept rows of some keys of the other side's delta, padded, each with `sign`. */
function padArranged(
  kept: Arrangement,
  otherSide: Arrangement,
  other: Batch,
  rows: readonly number[],
  sign: number,
  swapped: boolean,
): Pairs {
  const named = gatherBatch(other, Uint32Array.from(rows), rows.length);
  const slots = new Int32Array(rows.length);
  kept.keys.lookup(otherSide.keyColumnsOf(named), rows.length, slots);
  const pairs = kept.pairs(slots, rows.length);
  const diffs = new Int32Array(pairs.count);
  pairDiffs(pairs.rows, pairs.slots, pairs.count, new Int32Array(rows.length).fill(sign), kept.counts, diffs);
  return padded(arrangedSide(kept, pairs.slots, pairs.count), diffs, pairs.count, swapped);
}

/** The rows of `kept` whose key the other side did not have before this time. */
function partnersLacked(
  kept: Batch,
  keptSide: Arrangement,
  other: Batch | null,
  otherSide: Arrangement,
  appeared: readonly number[],
  vanished: readonly number[],
): Uint32Array {
  const keys = keptSide.keyColumnsOf(kept);
  const now = new Int32Array(kept.length);
  otherSide.keys.lookup(keys, kept.length, now);
  const came = lookupAmong(kept, keptSide, other, otherSide, appeared);
  const went = lookupAmong(kept, keptSide, other, otherSide, vanished);
  const rows: number[] = [];
  for (let row = 0; row < kept.length; row++) {
    const had = now[row] >= 0 ? came === null || came[row] < 0 : went !== null && went[row] >= 0;
    if (!had) rows.push(row);
  }
  return Uint32Array.from(rows);
}

/** For each kept row whether its key is among the keys of the given rows of the other delta; null where none are given. */
function lookupAmong(
  kept: Batch,
  keptSide: Arrangement,
  other: Batch | null,
  otherSide: Arrangement,
  rows: readonly number[],
): Int32Array | null {
  if (other === null || rows.length === 0) return null;
  const named = gatherBatch(other, Uint32Array.from(rows), rows.length);
  const index = new RowIndex(otherSide.keyTypes);
  index.lookupOrInsert(otherSide.keyColumnsOf(named), rows.length, new Int32Array(rows.length));
  const found = new Int32Array(kept.length);
  index.lookup(keptSide.keyColumnsOf(kept), kept.length, found);
  return found;
}

function padDelta(kept: Batch, rows: Uint32Array, swapped: boolean): Pairs {
  const diffs = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) diffs[i] = diffOf(kept, rows[i]);
  return padded(batchSide(kept, rows, rows.length), diffs, rows.length, swapped);
}

function padded(kept: SideRows, diffs: Int32Array, count: number, swapped: boolean): Pairs {
  return { left: swapped ? null : kept, right: swapped ? kept : null, diffs, count };
}

function diffOf(batch: Batch, row: number): number {
  return batch.diffs === null ? 1 : batch.diffs[row];
}
