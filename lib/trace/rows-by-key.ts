import { Batch } from "../data/batch.ts";
import type { TextColumn } from "../data/column.ts";
import { keyColumn } from "../data/key-column.ts";
import { KEY_WORDS, Keys } from "../data/keys.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { pairDiffs } from "../kernels/chains.ts";
import { gatherKeys } from "../kernels/gather.ts";
import { Arrangement } from "./arrangement.ts";
import { RowIndex } from "./row-index.ts";

const POINTER: ColumnType = { name: "pointer", optional: false };

/** Some keys, each once, and by position their slots in a `RowsByKey` (-1: no rows). */
export interface KeySlots {
  readonly words: Uint32Array;
  readonly slots: Int32Array;
}

/**
 * The rows of a table by a 128-bit key, which need not be the rows' own; a key may have several rows.
 * An arrangement by a pointer column that stands behind the table's own.
 */
export class RowsByKey {
  readonly #arrangement: Arrangement;
  readonly #width: number;

  /** `needed[i]` is false where column i is never read back. */
  constructor(types: readonly ColumnType[], needed: readonly boolean[]) {
    this.#width = types.length;
    this.#arrangement = new Arrangement([...types, POINTER], [types.length], [...needed, false]);
  }

  get size(): number {
    return this.#arrangement.size;
  }

  /** Adds a consolidated batch; row i goes under key `words[4i …]`. */
  append(batch: Batch, words: Uint32Array): void {
    const keys = keyColumn(Keys.of(words), batch.length);
    this.#arrangement.append(batch.withColumns([...batch.columns, keys]));
  }

  lookup(words: Uint32Array): KeySlots {
    const n = words.length / KEY_WORDS;
    const slots = new Int32Array(n);
    this.#arrangement.keys.lookup([keyColumn(Keys.of(words), n)], n, slots);
    return { words, slots };
  }

  /** How many rows, with multiplicity, a key of `lookup` has. */
  totalAt(slot: number): number {
    return slot < 0 ? 0 : this.#arrangement.totals[slot];
  }

  /** All rows of these keys, under them, each with `sign` times its multiplicity; not consolidated with anything. */
  rows({ words, slots }: KeySlots, time: number, sign: 1 | -1): Batch {
    const { keys, rows, diffs } = this.#walk(slots);
    if (sign < 0) for (let i = 0; i < diffs.length; i++) diffs[i] = -diffs[i];
    const own = new Uint32Array(KEY_WORDS * rows.length);
    gatherKeys(words, keys, rows.length, own);
    return this.#batch(time, rows, own, diffs);
  }

  /** The rows of one key under the keys that they came with. */
  originals(slot: number, time: number): Batch {
    const { rows, diffs } = this.#walk(Int32Array.of(slot));
    const own = new Uint32Array(KEY_WORDS * rows.length);
    gatherKeys(this.#arrangement.keyWords as Uint32Array, rows, rows.length, own);
    return this.#batch(time, rows, own, diffs);
  }

  save(writer: StateWriter): void {
    this.#arrangement.save(writer);
  }

  load(reader: StateReader): void {
    this.#arrangement.load(reader);
  }

  #batch(time: number, rows: Uint32Array, words: Uint32Array, diffs: Int32Array): Batch {
    const columns = Array.from({ length: this.#width }, (_, i) =>
      this.#arrangement.gather(i, rows, rows.length),
    );
    return new Batch(time, rows.length, columns, Keys.of(words), diffs);
  }

  #walk(slots: Int32Array): { keys: Uint32Array; rows: Uint32Array; diffs: Int32Array } {
    const { rows: keys, slots: rows, count } = this.#arrangement.pairs(slots, slots.length);
    const diffs = new Int32Array(count);
    pairDiffs(keys, rows, count, null, this.#arrangement.counts, diffs);
    return { keys: keys.subarray(0, count), rows: rows.subarray(0, count), diffs };
  }
}

/** Each of n keys once, in order of first appearance. */
export function distinctKeys(words: Uint32Array, n: number): Uint32Array {
  const index = new RowIndex([POINTER]);
  const slots = new Int32Array(n);
  const column: TextColumn = keyColumn(Keys.of(words), n);
  index.lookupOrInsert([column], n, slots);
  const firsts = new Uint32Array(index.size);
  let seen = 0;
  for (let row = 0; row < n; row++) if (slots[row] === seen) firsts[seen++] = row;
  const distinct = new Uint32Array(KEY_WORDS * seen);
  gatherKeys(words, firsts, seen, distinct);
  return distinct;
}
