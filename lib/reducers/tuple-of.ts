import type { Batch } from "../data/batch.ts";
import { readCell } from "../data/cell.ts";
import { type Column, ERROR, NULL } from "../data/column.ts";
import { columnBuilder, writeCell } from "../data/column-builder.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { Counts } from "../trace/counts.ts";
import { OrderedMultisets } from "../trace/ordered-multisets.ts";
import { type Choice, sortColumns } from "./choice.ts";
import type { ReducerState } from "./reducer.ts";
import { columnOfCell } from "./row-cells.ts";
import { validRows } from "./valid-rows.ts";

/** Options of sortedTuple and tuple, as plan data. */
export interface TupleOptions {
  /** Leaves null out. Default: false. */
  readonly skipNulls?: boolean;
}

/**
 * The answers of sortedTuple, tuple and array: an array of the values of a group's rows in an order, as `readCell` gives
 * them. A change costs O(log n); the answer is made anew, because it is as long as the group.
 */
export class TupleOf implements ReducerState {
  readonly #order: Choice;
  readonly #type: ColumnType;
  readonly #answer: ColumnType;
  readonly #skipNulls: boolean;
  readonly #rows: OrderedMultisets;
  /** Rows that did not fail, null among them: where all are skipped the answer is empty, where all failed it fails. */
  readonly #valid = new Counts();

  /** The values are `args[0]`, at `order.answer`. */
  constructor(
    order: Choice,
    types: readonly ColumnType[],
    options: unknown,
    answer: ColumnType = { name: "any", optional: false },
  ) {
    this.#order = order;
    this.#type = types[0];
    this.#answer = answer;
    this.#skipNulls = (options as TupleOptions | null)?.skipNulls === true;
    this.#rows = new OrderedMultisets(sortColumns(order, types));
  }

  get size(): number {
    return this.#rows.size;
  }

  reserve(groups: number): void {
    this.#rows.reserve(groups);
    this.#valid.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const valid = validRows(slots, args, batch);
    const { columns, diffs, length } = valid.batch;
    this.#valid.accumulate(valid.slots, null, diffs, length);
    const cells = this.#order.order.map(({ cell }) => columnOfCell(cell, valid.batch));
    const skipped = this.#skipNulls ? columns[0].tags : null;
    for (let i = 0; i < length; i++) {
      if (skipped !== null && skipped[i] === NULL) continue;
      this.#rows.add(valid.slots[i], cells, i, diffs === null ? 1 : diffs[i]);
    }
  }

  finish(slots: Uint32Array, n: number): Column {
    const nodes: number[] = [];
    const ends: number[] = [];
    for (let i = 0; i < n; i++) {
      this.#rows.list(slots[i], nodes);
      ends.push(nodes.length);
    }
    const values = this.#rows.gather(this.#order.answer, Uint32Array.from(nodes), nodes.length);
    const builder = columnBuilder(this.#answer);
    let at = 0;
    ends.forEach((end, i) => {
      const tuple: unknown[] = [];
      for (; at < end; at++) tuple.push(readCell(values, this.#type, at));
      if (this.#valid.values[slots[i]] === 0) builder.setEmpty(i, ERROR);
      else writeCell(builder, this.#answer, i, tuple);
    });
    return builder.finish(n);
  }

  clear(slot: number): void {
    this.#rows.clear(slot);
    this.#valid.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    this.#rows.save(writer.scope("rows"), groups);
    this.#valid.save(writer.scope("valid"), groups);
  }

  load(reader: StateReader): void {
    this.#rows.load(reader.scope("rows"));
    this.#valid.load(reader.scope("valid"));
  }
}
