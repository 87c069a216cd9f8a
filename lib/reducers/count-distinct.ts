import type { Batch } from "../data/batch.ts";
import { type Column, NumberColumn } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { Multisets } from "../trace/multisets.ts";
import type { ReducerDefinition, ReducerState } from "./reducer.ts";
import { validRows } from "./valid-rows.ts";

/** How many different values there are; null is one of them. Exact, so every value is kept once. */
export const countDistinct: ReducerDefinition = {
  name: "countDistinct",
  kind: "multiset",
  readsKeys: false,
  arity: [1, 1],
  result: () => ({ name: "int", optional: false }),
  create: ([type]) => new CountDistinct(type),
};

class CountDistinct implements ReducerState {
  readonly #values: Multisets;

  constructor(type: ColumnType) {
    this.#values = new Multisets([type]);
  }

  get size(): number {
    return this.#values.size;
  }

  reserve(groups: number): void {
    this.#values.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const valid = validRows(slots, args, batch);
    const { columns, diffs, length } = valid.batch;
    this.#values.accumulate(valid.slots, columns, diffs, length);
  }

  finish(slots: Uint32Array, n: number): Column {
    const counts = new Float64Array(n);
    for (let i = 0; i < n; i++) counts[i] = this.#values.distinct(slots[i]);
    return new NumberColumn(counts);
  }

  clear(slot: number): void {
    this.#values.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    this.#values.save(writer, groups);
  }

  load(reader: StateReader): void {
    this.#values.load(reader);
  }
}
