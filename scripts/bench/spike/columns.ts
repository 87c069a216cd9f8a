/**
 * Layout 1: per-batch columns. Numbers in Float64Arrays, text as slices of the batch's own bytes; a group is found by
 * hashing the slice, and only the group table owns text (in its arena).
 */
import type { DiffBytes } from "./diffs.ts";
import { countGroups, DOUBLES, emitGroups, GroupState, internText, TextIndex } from "./groups.ts";
import { type Field, mix, scanJson, scannedColumns, shapeOf } from "./scan.ts";
import { sumExpansion } from "./sums.ts";

/** Hashes text that comes without hashes, as the scanner does: words of four bytes, the last one filled with zeros. */
function hashText(
  bytes: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
  rows: number,
  hashes: Int32Array,
): void {
  for (let i = 0; i < rows; i++) {
    let hash = 0x811c9dc5;
    let at = starts[i];
    const end = ends[i];
    for (; at + 4 <= end; at += 4) {
      hash = mix(hash, bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24));
    }
    let word = 0;
    for (let shift = 0; at < end; at++, shift += 8) word |= bytes[at] << shift;
    hashes[i] = mix(hash, word);
  }
}

/** A pipeline of the spike: takes packed messages, and at a commit writes its diffs. */
export interface Pipeline {
  take(bytes: Uint8Array, ends: Uint32Array, from: number, to: number): void;
  commit(time: number, out: DiffBytes): number;
}

export const CHUNK_ROWS = 4096;
export const ONES = new Int32Array(CHUNK_ROWS).fill(1);

/** json → group by a text field: count, and sum of a number field where one is named. */
export function groupByColumns(sample: string, key: string, number: string | null): Pipeline {
  const fields: Field[] = [{ name: key, text: true }];
  if (number !== null) fields.push({ name: number, text: false });
  const shape = shapeOf(sample, fields);
  const columns = scannedColumns(fields, CHUNK_ROWS);
  const index = new TextIndex();
  const state = new GroupState();
  const ids = new Int32Array(CHUNK_ROWS);
  return {
    take(bytes, ends, from, to) {
      careful(scanJson(bytes, ends, from, to, shape, columns));
      internText(index, bytes, columns.starts[0], columns.ends[0], columns.hashes[0], columns.rows, ids);
      state.reserve(index.count);
      countGroups(state, ids, ONES, columns.rows);
      if (number !== null)
        sumExpansion(state.doubles, ids, columns.values[1], ONES, columns.rows, state.spill, DOUBLES);
    },
    commit: (time, out) => emitGroups(state, index, number !== null, time, out),
  };
}

export function careful(count: number): void {
  if (count > 0) throw new Error(`${count} messages of the spike's own data did not scan`);
}

/** Integers of a right row: text start, end and hash, and the next row of the same key (-1: none). */
const PLACE = 4;

/** The join's right side: `count` customers by number, each with a segment text; other rows of a key are chained. */
export class Customers {
  slots: Int32Array;
  mask: number;
  keys: Float64Array;
  places: Int32Array;
  bytes: Uint8Array;

  constructor(count: number, segments: number) {
    this.mask = (1 << (33 - Math.clz32(count))) - 1;
    this.slots = new Int32Array(this.mask + 1);
    this.keys = new Float64Array(count);
    this.places = new Int32Array(count * PLACE);
    const texts = Array.from({ length: count }, (_, i) => `segment-${(i * 7919) % segments}`);
    this.bytes = Uint8Array.from(Buffer.from(texts.join("")));
    const starts = new Uint32Array(count);
    const ends = new Uint32Array(count);
    const hashes = new Int32Array(count);
    let at = 0;
    for (let row = 0; row < count; row++) {
      this.keys[row] = row;
      starts[row] = at;
      at += texts[row].length;
      ends[row] = at;
      let slot = hashNumber(row) & this.mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & this.mask;
      this.slots[slot] = row + 1;
    }
    hashText(this.bytes, starts, ends, count, hashes);
    for (let row = 0; row < count; row++)
      this.places.set([starts[row], ends[row], hashes[row], -1], row * PLACE);
  }
}

const numberBits = new Float64Array(1);
const numberWords = new Int32Array(numberBits.buffer);

/** Hash of a double; integers of 32 bits, the usual keys, go without the bits' round trip through memory. */
export function hashNumber(value: number): number {
  let hash = value | 0;
  if (hash !== value) {
    numberBits[0] = value;
    hash = numberWords[0] ^ Math.imul(numberWords[1], 0x85ebca6b);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return hash ^ (hash >>> 16);
}

/** Probes the right side: pairs (left row, right row) for all matches; returns how many. */
export function probe(
  right: Customers,
  keys: Float64Array,
  rows: number,
  left: Int32Array,
  matched: Int32Array,
): number {
  const { slots, mask, places } = right;
  const rightKeys = right.keys;
  let pairs = 0;
  for (let i = 0; i < rows; i++) {
    const key = keys[i];
    let slot = hashNumber(key) & mask;
    let row = slots[slot] - 1;
    while (row >= 0 && rightKeys[row] !== key) {
      slot = (slot + 1) & mask;
      row = slots[slot] - 1;
    }
    for (; row >= 0; row = places[row * PLACE + 3]) {
      left[pairs] = i;
      matched[pairs++] = row;
    }
  }
  return pairs;
}

/** The join's left arrangement: rows remembered by key, newest first. */
export class LeftRows {
  heads: Int32Array;
  next = new Int32Array(1 << 16);
  amounts = new Float64Array(1 << 16);
  count = 0;

  constructor(keys: number) {
    this.heads = new Int32Array(keys).fill(-1);
  }

  reserve(more: number): void {
    if (this.count + more <= this.next.length) return;
    const next = new Int32Array(this.next.length * 2);
    next.set(this.next);
    this.next = next;
    const amounts = new Float64Array(this.amounts.length * 2);
    amounts.set(this.amounts);
    this.amounts = amounts;
  }
}

/** Appends left rows under the key entry that the probe found (one entry per key for both sides). */
export function remember(
  side: LeftRows,
  entries: Int32Array,
  rows: Int32Array,
  amounts: Float64Array,
  pairs: number,
): void {
  const { heads, next } = side;
  const kept = side.amounts;
  let count = side.count;
  for (let i = 0; i < pairs; i++) {
    const entry = entries[i];
    kept[count] = amounts[rows[i]];
    next[count] = heads[entry];
    heads[entry] = count++;
  }
  side.count = count;
}

export function gatherNumbers(from: Float64Array, rows: Int32Array, count: number, to: Float64Array): void {
  for (let i = 0; i < count; i++) to[i] = from[rows[i]];
}

/** The texts of right rows, with their hashes: they were computed when the rows were arranged. */
export function gatherText(
  right: Customers,
  rows: Int32Array,
  count: number,
  starts: Uint32Array,
  ends: Uint32Array,
  hashes: Int32Array,
): void {
  const { places } = right;
  for (let i = 0; i < count; i++) {
    const at = rows[i] * PLACE;
    starts[i] = places[at];
    ends[i] = places[at + 1];
    hashes[i] = places[at + 2];
  }
}

/** json → join on customer → group by segment: count, sum(amount). */
export function joinColumns(
  sample: string,
  right: Customers,
  options: { keepLeft: boolean; carryHashes: boolean },
): Pipeline {
  const fields: Field[] = [
    { name: "customer", text: false },
    { name: "amount", text: false },
  ];
  const shape = shapeOf(sample, fields);
  const columns = scannedColumns(fields, CHUNK_ROWS);
  const index = new TextIndex();
  const state = new GroupState();
  const kept = new LeftRows(right.keys.length);
  const leftRows = new Int32Array(CHUNK_ROWS);
  const rightRows = new Int32Array(CHUNK_ROWS);
  const amounts = new Float64Array(CHUNK_ROWS);
  const starts = new Uint32Array(CHUNK_ROWS);
  const ends = new Uint32Array(CHUNK_ROWS);
  const hashes = new Int32Array(CHUNK_ROWS);
  const ids = new Int32Array(CHUNK_ROWS);
  return {
    take(bytes, packedEnds, from, to) {
      careful(scanJson(bytes, packedEnds, from, to, shape, columns));
      const pairs = probe(right, columns.values[0], columns.rows, leftRows, rightRows);
      if (options.keepLeft) {
        kept.reserve(pairs);
        remember(kept, rightRows, leftRows, columns.values[1], pairs);
      }
      gatherNumbers(columns.values[1], leftRows, pairs, amounts);
      gatherText(right, rightRows, pairs, starts, ends, hashes);
      if (!options.carryHashes) hashText(right.bytes, starts, ends, pairs, hashes);
      internText(index, right.bytes, starts, ends, hashes, pairs, ids);
      state.reserve(index.count);
      countGroups(state, ids, ONES, pairs);
      sumExpansion(state.doubles, ids, amounts, ONES, pairs, state.spill, DOUBLES);
    },
    commit: (time, out) => emitGroups(state, index, true, time, out),
  };
}
