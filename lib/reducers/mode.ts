import { grown } from "../base/growth.ts";
import type { Batch } from "../data/batch.ts";
import { type Column, NumberColumn } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { Multisets } from "../trace/multisets.ts";
import { OrderedMultisets } from "../trace/ordered-multisets.ts";
import { failedColumn } from "./failed-column.ts";
import type { ReducerDefinition, ReducerState } from "./reducer.ts";
import { validRows } from "./valid-rows.ts";

/** The value that most rows have; of several the least. Null is a value. */
export const mode: ReducerDefinition = {
  name: "mode",
  kind: "multiset",
  arity: [1, 1],
  result: ([type]) => type,
  create: ([type], { appendOnly }) => (appendOnly ? new LastingMode(type) : new Mode(type)),
};

const COUNT: ColumnType = { name: "int", optional: false };

/** What both forms keep: how often each value is there, and which of a group's values is the answer. */
abstract class Frequencies implements ReducerState {
  protected readonly values: Multisets;

  constructor(type: ColumnType) {
    this.values = new Multisets([type]);
  }

  /** A value's entry in `values` has come to another count; 0: it has gone. */
  protected abstract changed(slot: number, entry: number, count: number, column: Column, row: number): void;

  /** The entry in `values`, or the like, of a group's answer; 0 where it has none. */
  protected abstract best(slot: number): number;

  protected abstract gather(best: Uint32Array, n: number): Column;

  get size(): number {
    return this.values.size;
  }

  reserve(groups: number): void {
    this.values.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const valid = validRows(slots, args, batch);
    const { columns, diffs, length } = valid.batch;
    for (const { row, entry, count } of this.values.recount(valid.slots, columns, diffs, length))
      this.changed(valid.slots[row], entry, count, columns[0], row);
  }

  finish(slots: Uint32Array, n: number): Column {
    const best = new Uint32Array(n);
    const failed: number[] = [];
    for (let i = 0; i < n; i++) {
      best[i] = this.best(slots[i]);
      if (best[i] === 0) failed.push(i);
    }
    return failedColumn(this.gather(best, n), failed, n);
  }

  clear(slot: number): void {
    this.values.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    this.values.save(writer.scope("values"), groups);
  }

  load(reader: StateReader): void {
    this.values.load(reader.scope("values"));
  }
}

/** Values sorted by how often they are there, so that the next is known when one goes: O(log n) a change. */
class Mode extends Frequencies {
  readonly #order: OrderedMultisets;
  /** By entry: the count that it is sorted under, 0 for none. */
  #sorted = new Float64Array(16);
  /** Holds a count where its value stands in the batch. */
  #cells = new Float64Array(16);

  constructor(type: ColumnType) {
    super(type);
    this.#order = new OrderedMultisets([
      { type: COUNT, direction: -1 },
      { type, direction: 1 },
    ]);
  }

  override get size(): number {
    return super.size + this.#order.size;
  }

  override reserve(groups: number): void {
    super.reserve(groups);
    this.#order.reserve(groups);
  }

  protected changed(slot: number, entry: number, count: number, column: Column, row: number): void {
    this.#sorted = grown(this.#sorted, entry + 1);
    const before = this.#sorted[entry];
    this.#sorted[entry] = count;
    if (before === count) return;
    if (before !== 0) this.#sort(slot, before, column, row, -1);
    if (count !== 0) this.#sort(slot, count, column, row, 1);
  }

  protected best(slot: number): number {
    return this.#order.first(slot);
  }

  protected gather(best: Uint32Array, n: number): Column {
    return this.#order.gather(1, best, n);
  }

  override clear(slot: number): void {
    super.clear(slot);
    this.#order.clear(slot);
  }

  override save(writer: StateWriter, groups: number): void {
    super.save(writer, groups);
    this.#order.save(writer.scope("order"), groups);
    writer.array("sorted", this.#sorted, this.#sorted.length);
  }

  override load(reader: StateReader): void {
    super.load(reader);
    this.#order.load(reader.scope("order"));
    this.#sorted = reader.float64("sorted", 16);
  }

  #sort(slot: number, count: number, column: Column, row: number, diff: number): void {
    this.#cells = grown(this.#cells, row + 1);
    this.#cells[row] = count;
    this.#order.add(slot, [new NumberColumn(this.#cells), column], row, diff);
  }
}

/** Where nothing is ever retracted the answer changes only to the value that has just come: O(1) a row. */
class LastingMode extends Frequencies {
  /** By group: the entry of its answer. */
  #best = new Uint32Array(16);

  override reserve(groups: number): void {
    super.reserve(groups);
    this.#best = grown(this.#best, groups);
  }

  protected changed(slot: number, entry: number, count: number): void {
    const best = this.#best[slot];
    const ahead = best === 0 ? 1 : count - this.values.count(best);
    if (ahead > 0 || (ahead === 0 && this.values.compare(0, entry, best) < 0)) this.#best[slot] = entry;
  }

  protected best(slot: number): number {
    return this.#best[slot];
  }

  protected gather(best: Uint32Array, n: number): Column {
    return this.values.gather(0, best, n);
  }

  override clear(slot: number): void {
    super.clear(slot);
    this.#best[slot] = 0;
  }

  override save(writer: StateWriter, groups: number): void {
    super.save(writer, groups);
    writer.array("best", this.#best, Math.min(groups, this.#best.length));
  }

  override load(reader: StateReader): void {
    super.load(reader);
    this.#best = reader.uint32("best", 16);
  }
}
