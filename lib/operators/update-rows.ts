/**
 * A table with the rows of another put over its own, by key.
 *
 *   updateRows(L, R) = R ∪ { row ∈ L : no row of R has its key }
 *
 * When R's row of a key leaves, L's comes back. State: both tables by key. Cost: the keys of both deltas and their
 * rows. Laws 1–3, 5, 6; not linear.
 */
import type { Batch } from "../data/batch.ts";
import { consolidate } from "../data/consolidate.ts";
import { KEY_WORDS } from "../data/keys.ts";
import { concatBatches } from "../data/rows.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { Operator } from "../dataflow/operator.ts";
import { distinctKeys, RowsByKey } from "../trace/rows-by-key.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";

export const updateRows: OperatorDefinition = {
  name: "updateRows",
  linear: false,
  create: (spec) => new UpdateRows(spec),
};

class UpdateRows implements Operator {
  readonly #left: RowsByKey;
  readonly #right: RowsByKey;

  constructor({ columns, needed }: OperatorSpec) {
    const types = columns.map(({ type }) => type);
    this.#left = new RowsByKey(types, needed);
    this.#right = new RowsByKey(types, needed);
  }

  get stateSize(): number {
    return this.#left.size + this.#right.size;
  }

  step([left, right]: readonly (Batch | null)[]): Batch | null {
    const changed = [left, right].filter((batch) => batch !== null);
    if (changed.length === 0) return null;
    const [{ time }] = changed;
    const touched = keysOf(changed);
    const old = this.#answer(touched, time, -1);
    if (left !== null) this.#left.append(left, left.keys.words());
    if (right !== null) this.#right.append(right, right.keys.words());
    const fresh = this.#answer(touched, time, 1);
    return consolidate(concatBatches([...old, ...fresh]), false);
  }

  save(writer: StateWriter): void {
    this.#left.save(writer.scope("left"));
    this.#right.save(writer.scope("right"));
  }

  load(reader: StateReader): void {
    this.#left.load(reader.scope("left"));
    this.#right.load(reader.scope("right"));
  }

  #answer(words: Uint32Array, time: number, sign: 1 | -1): Batch[] {
    const over = this.#right.lookup(words);
    const under = this.#left.lookup(words);
    const uncovered = under.slots.map((slot, i) => (over.slots[i] < 0 ? slot : -1));
    return [this.#right.rows(over, time, sign), this.#left.rows({ words, slots: uncovered }, time, sign)];
  }
}

function keysOf(batches: readonly Batch[]): Uint32Array {
  const total = batches.reduce((sum, { length }) => sum + length, 0);
  const words = new Uint32Array(KEY_WORDS * total);
  let at = 0;
  for (const { keys, length } of batches) {
    words.set(keys.words().subarray(0, KEY_WORDS * length), at);
    at += KEY_WORDS * length;
  }
  return distinctKeys(words, total);
}
