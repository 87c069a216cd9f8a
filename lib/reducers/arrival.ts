import { grown } from "../base/growth.ts";
import type { Batch } from "../data/batch.ts";
import { type Column, NumberColumn } from "../data/column.ts";
import { keyColumn } from "../data/key-column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { Multisets } from "../trace/multisets.ts";
import { OrderedMultisets } from "../trace/ordered-multisets.ts";
import { type Choice, choose, firstCells, sortColumns } from "./choice.ts";
import type { ReducerDefinition, ReducerState } from "./reducer.ts";
import { typeOfCell } from "./row-cells.ts";
import { validRows } from "./valid-rows.ts";

/**
 * What earliest (1) and latest (-1) share: the value that came first, or last, by the time of its commit, within a
 * commit by key. A row (key and value) came when it was last not there before: a commit that takes it and gives it
 * back does not count, a commit that gives the key another value does. Rows of a time come in one batch.
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
  #times = new Float64Array(16);
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
    const changes = this.#rows.accumulate(valid.slots, rows, diffs, length);
    this.#times = grown(this.#times, this.#rows.capacity);
    const times = new Float64Array(length);
    const sorted = [new NumberColumn(times), ...rows];
    for (const { row, entry, diff } of changes) {
      if (diff > 0) this.#times[entry] = time;
      times[row] = this.#times[entry];
      this.#order.add(valid.slots[row], sorted, row, diff);
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
    writer.array("times", this.#times, Math.min(this.#rows.capacity, this.#times.length));
    this.#order.save(writer.scope("order"), groups);
  }

  load(reader: StateReader): void {
    this.#rows.load(reader.scope("rows"));
    this.#times = reader.float64("times", 16);
    this.#order.load(reader.scope("order"));
  }
}
