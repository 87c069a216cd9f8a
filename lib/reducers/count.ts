import { grown } from "../base/growth.ts";
import type { Batch } from "../data/batch.ts";
import { type Column, NumberColumn } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { countCells } from "../kernels/count-cells.ts";
import { gatherNumbers } from "../kernels/gather.ts";
import { addDiffs } from "../kernels/touch.ts";
import type { ReducerDefinition, ReducerState } from "./reducer.ts";

/** Rows; with an argument, rows whose cell did not fail (null counts: design.md, "Rules that are easy to get wrong"). */
export const count: ReducerDefinition = {
  name: "count",
  kind: "linear",
  readsKeys: false,
  arity: [0, 1],
  result: () => ({ name: "int", optional: false }),
  create: () => new Count(),
};

class Count implements ReducerState {
  readonly size = 0;
  #counts = new Float64Array(16);

  reserve(groups: number): void {
    this.#counts = grown(this.#counts, groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const tags = args.length === 0 ? null : args[0].tags;
    if (tags === null) addDiffs(slots, batch.diffs, batch.length, this.#counts);
    else countCells(slots, tags, batch.diffs, batch.length, this.#counts);
  }

  finish(slots: Uint32Array, n: number): Column {
    const values = new Float64Array(n);
    gatherNumbers(this.#counts, slots, n, values);
    return new NumberColumn(values);
  }

  clear(slot: number): void {
    this.#counts[slot] = 0;
  }

  save(writer: StateWriter, groups: number): void {
    writer.array("counts", this.#counts, Math.min(groups, this.#counts.length));
  }

  load(reader: StateReader): void {
    this.#counts = reader.float64("counts", 16);
  }
}
