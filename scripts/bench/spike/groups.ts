/** Groups of the column layout: texts to dense ids, and one accumulator per group (count, exact sum, last emitted). */
import {
  type Constant,
  constant,
  type DiffBytes,
  putBytes,
  putConstant,
  putDigits,
  putNumber,
  putText,
} from "./diffs.ts";
import { Spill } from "./sums.ts";

/**
 * Distinct texts → dense ids. A slot is (hash, id + 1, start, length), 16 bytes: finding a text costs one cache line
 * of the table and one of the arena.
 */
export class TextIndex {
  slots = new Int32Array(4 << 10);
  mask = (1 << 10) - 1;
  count = 0;
  /** Start and end of each id's text in the arena. */
  bounds = new Uint32Array(2 << 10);
  arena = new Uint8Array(1 << 14);
  view = new DataView(this.arena.buffer);
  used = 0;

  /** Copies a new text into the arena and gives it the next id. */
  insert(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const id = this.count++;
    if (id * 2 + 2 > this.bounds.length) {
      const bounds = new Uint32Array(this.bounds.length * 2);
      bounds.set(this.bounds);
      this.bounds = bounds;
    }
    while (this.used + end - start + 8 > this.arena.length) {
      const arena = new Uint8Array(this.arena.length * 2);
      arena.set(this.arena);
      this.arena = arena;
      this.view = new DataView(arena.buffer);
    }
    this.bounds[id * 2] = this.used;
    this.slots[slot] = hash;
    this.slots[slot + 1] = id + 1;
    this.slots[slot + 2] = this.used;
    this.slots[slot + 3] = end - start;
    this.used = putBytes(this.arena, this.used, bytes, start, end);
    this.bounds[id * 2 + 1] = this.used;
    if (this.count * 2 > this.mask) this.#grow();
    return id;
  }

  #grow(): void {
    const former = this.slots;
    this.slots = new Int32Array(former.length * 2);
    this.mask = this.mask * 2 + 1;
    for (let i = 0; i < former.length; i += 4) {
      if (former[i + 1] === 0) continue;
      let slot = former[i] & this.mask;
      while (this.slots[slot * 4 + 1] !== 0) slot = (slot + 1) & this.mask;
      this.slots.set(former.subarray(i, i + 4), slot * 4);
    }
  }
}

/** ids[i] = the id of text i, by bytes. `view` is over `bytes`, which 4 bytes of slack follow. */
export function internText(
  index: TextIndex,
  bytes: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
  hashes: Int32Array,
  rows: number,
  ids: Int32Array,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let { slots, mask, view: arena } = index;
  for (let i = 0; i < rows; i++) {
    const hash = hashes[i];
    const start = starts[i];
    const length = ends[i] - start;
    let slot = (hash & mask) << 2;
    for (;;) {
      const id = slots[slot + 1] - 1;
      if (id < 0) {
        ids[i] = index.insert(bytes, start, start + length, hash, slot);
        slots = index.slots;
        mask = index.mask;
        arena = index.view;
        break;
      }
      if (
        slots[slot] === hash &&
        slots[slot + 3] === length &&
        sameText(arena, slots[slot + 2], view, start, length)
      ) {
        ids[i] = id;
        break;
      }
      slot = (slot + 4) & ((mask << 2) | 3);
    }
  }
}

function sameText(one: DataView, at: number, other: DataView, start: number, length: number): boolean {
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    if (one.getInt32(at + i, true) !== other.getInt32(start + i, true)) return false;
  }
  for (; i < length; i++) if (one.getUint8(at + i) !== other.getUint8(start + i)) return false;
  return true;
}

/** Integers of a group: count, emitted count, the commit that touched it last. */
const COUNT = 0;
const EMITTED_COUNT = 1;
const TOUCHED = 2;
const INTS = 4;
/** Doubles of a group: the two parts of its exact sum, and the emitted sum. */
const EMITTED_SUM = 2;
export const DOUBLES = 4;

/** One accumulator per group, side by side, and the groups touched since the last commit. */
export class GroupState {
  ints = new Int32Array(INTS << 10);
  doubles = new Float64Array(DOUBLES << 10);
  dirty = new Int32Array(1 << 10);
  dirtyCount = 0;
  epoch = 1;
  spill = new Spill();

  reserve(groups: number): void {
    if (groups <= this.dirty.length) return;
    const size = 1 << (32 - Math.clz32(groups - 1));
    const ints = new Int32Array(size * INTS);
    ints.set(this.ints);
    this.ints = ints;
    const doubles = new Float64Array(size * DOUBLES);
    doubles.set(this.doubles);
    this.doubles = doubles;
    const dirty = new Int32Array(size);
    dirty.set(this.dirty);
    this.dirty = dirty;
  }
}

/** Counts rows per group and lists each group touched in this commit once. */
export function countGroups(state: GroupState, ids: Int32Array, diffs: Int32Array, rows: number): void {
  const { ints, dirty, epoch } = state;
  let dirtyCount = state.dirtyCount;
  for (let i = 0; i < rows; i++) {
    const id = ids[i];
    const at = id * INTS;
    ints[at + COUNT] += diffs[i];
    if (ints[at + TOUCHED] !== epoch) {
      ints[at + TOUCHED] = epoch;
      dirty[dirtyCount++] = id;
    }
  }
  state.dirtyCount = dirtyCount;
}

const OPEN = constant('{"count":');
const DELETED = constant(',"diff":-1,"name":"');
const INSERTED = constant(',"diff":1,"name":"');
const SUM = constant('","sum":');
const QUOTE = constant('"');

/**
 * Writes the changes of a commit as JSON: all deletions, then all insertions, nothing where the answer is the same.
 * Returns the number of changes.
 */
export function emitGroups(
  state: GroupState,
  index: TextIndex,
  withSum: boolean,
  time: number,
  out: DiffBytes,
): number {
  const tail = constant(`,"time":${time}},`);
  const changed = dropUnchanged(state, withSum);
  let changes = 0;
  for (let i = 0; i < changed; i++) {
    const id = state.dirty[i];
    const count = state.ints[id * INTS + EMITTED_COUNT];
    if (count === 0) continue;
    putGroup(
      out,
      index,
      id,
      count,
      withSum ? state.doubles[id * DOUBLES + EMITTED_SUM] : Number.NaN,
      DELETED,
      tail,
    );
    changes++;
  }
  for (let i = 0; i < changed; i++) {
    const id = state.dirty[i];
    const count = state.ints[id * INTS + COUNT];
    const sum = withSum ? sumOf(state, id) : Number.NaN;
    state.ints[id * INTS + EMITTED_COUNT] = count;
    state.doubles[id * DOUBLES + EMITTED_SUM] = sum;
    if (count === 0) continue;
    putGroup(out, index, id, count, sum, INSERTED, tail);
    changes++;
  }
  state.dirtyCount = 0;
  state.epoch++;
  return changes;
}

function sumOf(state: GroupState, id: number): number {
  return state.doubles[id * DOUBLES] + state.doubles[id * DOUBLES + 1];
}

/** Keeps the groups whose answer differs from the emitted one; returns how many. */
function dropUnchanged(state: GroupState, withSum: boolean): number {
  const { ints, doubles, dirty, dirtyCount } = state;
  let kept = 0;
  for (let i = 0; i < dirtyCount; i++) {
    const id = dirty[i];
    const same = ints[id * INTS + COUNT] === ints[id * INTS + EMITTED_COUNT];
    if (same && (!withSum || sumOf(state, id) === doubles[id * DOUBLES + EMITTED_SUM])) continue;
    dirty[kept++] = id;
  }
  return kept;
}

/** One diff; a NaN `sum` means that there is no such column. */
function putGroup(
  out: DiffBytes,
  index: TextIndex,
  id: number,
  count: number,
  sum: number,
  kind: Constant,
  tail: Constant,
): void {
  const start = index.bounds[id * 2];
  const end = index.bounds[id * 2 + 1];
  out.reserve(160 + end - start);
  const { bytes, view } = out;
  let at = putConstant(view, out.length, OPEN);
  at = putDigits(bytes, at, count);
  at = putConstant(view, at, kind);
  at = putText(view, at, index.view, start, end);
  if (sum === sum) {
    at = putConstant(view, at, SUM);
    at = putNumber(bytes, at, sum);
  } else at = putConstant(view, at, QUOTE);
  out.length = putConstant(view, at, tail);
}
