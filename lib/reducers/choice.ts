import { grown } from "../base/growth.ts";
import type { Batch } from "../data/batch.ts";
import type { Column } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { type ColumnType, formatType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { type ColumnStore, columnStore } from "../trace/column-store.ts";
import { OrderedMultisets, type SortColumn } from "../trace/ordered-multisets.ts";
import { failedColumn } from "./failed-column.ts";
import type { ReducerOptions, ReducerState } from "./reducer.ts";
import { columnOfCell, type RowCell, typeOfCell } from "./row-cells.ts";
import { validRows } from "./valid-rows.ts";

/**
 * A reducer that answers with a cell of one row: the first in an order. Rows are sorted by the first of `order`,
 * where that is equal by the second, and so on; the answer is the chosen row's cell `order[answer]`, so that equal
 * rows, of which either may be kept, give one answer.
 */
export interface Choice {
  readonly order: readonly { readonly cell: RowCell; readonly direction: 1 | -1 }[];
  readonly answer: number;
}

/** Values are sorted null first, NaN above every number, bytes and text by code point. */
export function choose(
  choice: Choice,
  types: readonly ColumnType[],
  { appendOnly }: ReducerOptions,
): ReducerState {
  return appendOnly ? new LastingChoice(choice, types) : new Chosen(choice, types);
}

/** Throws TP_EXPRESSION_TYPE for a type without an order. */
export function checkOrdered(reducer: string, type: ColumnType): void {
  if (type.name !== "json") return;
  throw new TowpathError(
    "TP_EXPRESSION_TYPE",
    `${reducer} cannot order a column of type ${formatType(type)}`,
    { hint: "Order by a column of another type, for example by a field of it." },
  );
}

export function sortColumns({ order }: Choice, types: readonly ColumnType[]): SortColumn[] {
  return order.map(({ cell, direction }) => ({ type: typeOfCell(cell, types), direction }));
}

/** The first node of each group in one of its columns; a failed cell where a group has none. */
export function firstCells(sets: OrderedMultisets, answer: number, slots: Uint32Array, n: number): Column {
  const nodes = new Uint32Array(n);
  const failed: number[] = [];
  for (let i = 0; i < n; i++) {
    nodes[i] = sets.first(slots[i]);
    if (nodes[i] === 0) failed.push(i);
  }
  return failedColumn(sets.gather(answer, nodes, n), failed, n);
}

/** Keeps every row's cells, so that the next one is known when the chosen is retracted. */
class Chosen implements ReducerState {
  readonly #choice: Choice;
  readonly #rows: OrderedMultisets;

  constructor(choice: Choice, types: readonly ColumnType[]) {
    this.#choice = choice;
    this.#rows = new OrderedMultisets(sortColumns(choice, types));
  }

  get size(): number {
    return this.#rows.size;
  }

  reserve(groups: number): void {
    this.#rows.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const valid = validRows(slots, args, batch);
    const { length, diffs } = valid.batch;
    const columns = this.#choice.order.map(({ cell }) => columnOfCell(cell, valid.batch));
    for (let i = 0; i < length; i++)
      this.#rows.add(valid.slots[i], columns, i, diffs === null ? 1 : diffs[i]);
  }

  finish(slots: Uint32Array, n: number): Column {
    return firstCells(this.#rows, this.#choice.answer, slots, n);
  }

  clear(slot: number): void {
    this.#rows.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    this.#rows.save(writer, groups);
  }

  load(reader: StateReader): void {
    this.#rows.load(reader);
  }
}

/** Where nothing is ever retracted the chosen row is all that is kept. */
class LastingChoice implements ReducerState {
  readonly size = 0;
  readonly #choice: Choice;
  /** The chosen row's cells, in the order of `choice.order`. */
  readonly #best: readonly ColumnStore[];
  #known = new Uint8Array(16);

  constructor(choice: Choice, types: readonly ColumnType[]) {
    this.#choice = choice;
    this.#best = choice.order.map(({ cell }) => columnStore(typeOfCell(cell, types)));
  }

  reserve(groups: number): void {
    this.#known = grown(this.#known, groups);
    for (const store of this.#best) store.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const valid = validRows(slots, args, batch);
    const columns = this.#choice.order.map(({ cell }) => columnOfCell(cell, valid.batch));
    for (let row = 0; row < valid.batch.length; row++) {
      const slot = valid.slots[row];
      if (this.#known[slot] === 1) {
        if (!this.#isBetter(slot, columns, row)) continue;
        for (const store of this.#best) store.clear(slot);
      }
      this.#known[slot] = 1;
      for (let i = 0; i < columns.length; i++) this.#best[i].set(slot, columns[i], row);
    }
  }

  finish(slots: Uint32Array, n: number): Column {
    const failed: number[] = [];
    for (let i = 0; i < n; i++) if (this.#known[slots[i]] === 0) failed.push(i);
    return failedColumn(this.#best[this.#choice.answer].gather(slots, n), failed, n);
  }

  clear(slot: number): void {
    this.#known[slot] = 0;
    for (const store of this.#best) store.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    const used = Math.min(groups, this.#known.length);
    writer.array("known", this.#known, used);
    this.#best.forEach((store, i) => store.save(writer.scope(`cell${i}`), used));
  }

  load(reader: StateReader): void {
    this.#known = reader.uint8("known", 16);
    this.#best.forEach((store, i) => store.load(reader.scope(`cell${i}`)));
  }

  /** Whether a row comes before the one that is kept. */
  #isBetter(slot: number, columns: readonly Column[], row: number): boolean {
    const { order } = this.#choice;
    for (let i = 0; i < order.length; i++) {
      const kept = this.#best[i].compareWith(slot, columns[i], row) * order[i].direction;
      if (kept !== 0) return kept > 0;
    }
    return false;
  }
}
