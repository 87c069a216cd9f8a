import type { Batch } from "../data/batch.ts";
import { type Column, ERROR, NumberColumn } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { Counts } from "../trace/counts.ts";
import { ExactSums } from "../trace/exact-sums.ts";
import type { ReducerDefinition, ReducerState } from "./reducer.ts";
import { summable } from "./sum.ts";

/** The exact sum divided by the number of values, rounded once: the same whatever the order, and never too large. */
export const avg: ReducerDefinition = {
  name: "avg",
  kind: "linear",
  arity: [1, 1],
  result: ([type]) => {
    summable("avg", type, ["int", "float", "duration"]);
    return { name: type.name === "duration" ? "duration" : "float", optional: false };
  },
  create: () => new Avg(),
};

class Avg implements ReducerState {
  readonly #sums = new ExactSums();
  readonly #valid = new Counts();

  get size(): number {
    return this.#sums.spiltCount;
  }

  reserve(groups: number): void {
    this.#sums.reserve(groups);
    this.#valid.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const column = args[0] as NumberColumn;
    this.#sums.accumulate(slots, column, batch.diffs, batch.length);
    this.#valid.accumulate(slots, column.tags, batch.diffs, batch.length);
  }

  finish(slots: Uint32Array, n: number): Column {
    const values = this.#sums.finishQuotients(slots, n, this.#valid.values);
    let tags: Uint8Array | null = null;
    for (let i = 0; i < n; i++) {
      if (this.#valid.values[slots[i]] !== 0) continue;
      tags ??= new Uint8Array(n);
      tags[i] = ERROR;
      values[i] = 0;
    }
    return new NumberColumn(values, tags);
  }

  clear(slot: number): void {
    this.#sums.clear(slot);
    this.#valid.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    this.#sums.save(writer.scope("sums"), groups);
    this.#valid.save(writer.scope("valid"), groups);
  }

  load(reader: StateReader): void {
    this.#sums.load(reader.scope("sums"));
    this.#valid.load(reader.scope("valid"));
  }
}
