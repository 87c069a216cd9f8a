import type { Batch } from "../data/batch.ts";
import { type Column, NumberColumn } from "../data/column.ts";
import { keyColumn } from "../data/key-column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { Multisets } from "../trace/multisets.ts";
import { OrderedMultisets } from "../trace/ordered-multisets.ts";
import { ArrivalTimes } from "./arrival-times.ts";
import { type Choice, choose, firstCells, sortColumns } from "./choice.ts";
import type { ReducerDefinition, ReducerState } from "./reducer.ts";
import { typeOfCell } from "./row-cells.ts";
import { validRows } from "./valid-rows.ts";

/**
 * What earliest (1) and latest (-1) share: the value that came first, or last, by the time of its commit, within a
 * commit by key. A row (key and value) came when it was last not there before: a commit that takes it and gives it
 * back does not count, a commit that gives the key another value does. Of equal rows, which only streams have, each
 * came when it came, and the last goes first. Rows of a time come in one batch.
 */
export function arrivalReducer(name: string, direction: 1 | -1): ReducerDefinition {
  const choice: Choice = {
    order: [
      { cell: "time", direction },
      { cell: "key", direction },
      { cell: 0, direction },
    ],
    answer: 2,
  };
  return {
    name,
    kind: "multiset",
    arity: [1, 1],
    result: ([type]) => type,
    create: (types, options) =>
      options.appendOnly ? choose(choice, types, options) : new Arrival(choice, types),
  };
}

/** Remembers when each row came, since its retraction does not say. */
class Arrival implements ReducerState {
  readonly takesWholeTimes = true;
  readonly #choice: Choice;
  /** The rows that are there: key, value. */
  readonly #rows: Multisets;
  /** When each entry of `#rows` came. */
  readonly #times = new ArrivalTimes();
  readonly #order: OrderedMultisets;

  constructor(choice: Choice, types: readonly ColumnType[]) {
    this.#choice = choice;
    this.#rows = new Multisets([typeOfCell("key", types), typeOfCell(0, types)]);
    this.#order = new OrderedMultisets(sortColumns(choice, types));
  }

  get size(): number {
    return this.#rows.size + this.#order.size;
  }

  reserve(groups: number): void {
    this.#rows.reserve(groups);
    this.#order.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const valid = validRows(slots, args, batch);
    const { columns, keys, diffs, length, time } = valid.batch;
    const rows = [keyColumn(keys, length), columns[0]];
    const recounts = this.#rows.recount(valid.slots, rows, diffs, length);
    this.#times.reserve(this.#rows.capacity);
    const times = new Float64Array(length);
    const sorted = [new NumberColumn(times), ...rows];
    for (const { row, entry, count, change } of recounts) {
      const before = count - change;
      const old = this.#timeOf(entry);
      this.#times.change(entry, before, change, time);
      const fresh = this.#timeOf(entry);
      if (before !== 0 && count !== 0 && old === fresh) continue;
      times[row] = old;
      if (before !== 0) this.#order.add(valid.slots[row], sorted, row, -1);
      times[row] = fresh;
      if (count !== 0) this.#order.add(valid.slots[row], sorted, row, 1);
    }
  }

  finish(slots: Uint32Array, n: number): Column {
    return firstCells(this.#order, this.#choice.answer, slots, n);
  }

  clear(slot: number): void {
    this.#rows.clear(slot);
    this.#order.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    this.#rows.save(writer.scope("rows"), groups);
    this.#times.save(writer, this.#rows.capacity);
    this.#order.save(writer.scope("order"), groups);
  }

  load(reader: StateReader): void {
    this.#rows.load(reader.scope("rows"));
    this.#times.load(reader);
    this.#order.load(reader.scope("order"));
  }

  /** The time by which an entry is sorted. */
  #timeOf(entry: number): number {
    return this.#choice.order[0].direction === 1 ? this.#times.firstOf(entry) : this.#times.lastOf(entry);
  }
}
