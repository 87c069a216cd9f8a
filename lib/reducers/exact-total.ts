import type { Batch } from "../data/batch.ts";
import { type Column, ERROR, NumberColumn } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { firstFailedAnswer } from "../kernels/failed-answers.ts";
import { Counts } from "../trace/counts.ts";
import { ExactSums } from "../trace/exact-sums.ts";
import type { ReducerState } from "./reducer.ts";

/** What sum and avg keep of each group: the exact sum, and how many cells did not fail. They differ in the answer. */
export abstract class ExactTotal implements ReducerState {
  protected readonly sums = new ExactSums();
  protected readonly valid = new Counts();

  /** Whether an answer that is not a safe integer is none. */
  protected abstract readonly areInts: boolean;

  /** The answers of groups, also of those that are then taken back. */
  protected abstract answers(slots: Uint32Array, n: number): Float64Array;

  get size(): number {
    return this.sums.spiltCount;
  }

  reserve(groups: number): void {
    this.sums.reserve(groups);
    this.valid.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const column = args[0] as NumberColumn;
    this.sums.accumulate(slots, column, batch.diffs, batch.length);
    this.valid.accumulate(slots, column.tags, batch.diffs, batch.length);
  }

  finish(slots: Uint32Array, n: number): Column {
    const values = this.answers(slots, n);
    let tags: Uint8Array | null = null;
    const counts = this.valid.values;
    const { areInts } = this;
    let i = firstFailedAnswer(counts, slots, values, 0, n, areInts);
    for (; i < n; i = firstFailedAnswer(counts, slots, values, i + 1, n, areInts)) {
      tags ??= new Uint8Array(n);
      tags[i] = ERROR;
      values[i] = 0;
    }
    return new NumberColumn(values, tags);
  }

  reasonAt(slot: number): string | undefined {
    return this.valid.values[slot] === 0 ? undefined : "the sum is not a safe integer";
  }

  clear(slot: number): void {
    this.sums.clear(slot);
    this.valid.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    this.sums.save(writer.scope("sums"), groups);
    this.valid.save(writer.scope("valid"), groups);
  }

  load(reader: StateReader): void {
    this.sums.load(reader.scope("sums"));
    this.valid.load(reader.scope("valid"));
  }
}
