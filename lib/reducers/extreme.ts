import { grown } from "../base/growth.ts";
import type { Batch } from "../data/batch.ts";
import { type Column, ERROR } from "../data/column.ts";
import { retagged } from "../data/rows.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { type ColumnType, formatType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { type ColumnStore, columnStore } from "../trace/column-store.ts";
import { OrderedMultisets } from "../trace/ordered-multisets.ts";
import type { ReducerDefinition, ReducerOptions, ReducerState } from "./reducer.ts";

/** +1: the largest, -1: the smallest. */
type Direction = 1 | -1;

/** What min and max share. Order: null below everything, NaN above every number; bytes and text by code point. */
export function extremeReducer(name: string, direction: Direction): ReducerDefinition {
  return {
    name,
    kind: "multiset",
    arity: [1, 1],
    result: ([type]) => {
      if (type.name !== "json") return type;
      throw new TowpathError(
        "TP_EXPRESSION_TYPE",
        `${name} cannot order a column of type ${formatType(type)}`,
      );
    },
    create: ([type], { appendOnly }: ReducerOptions) =>
      appendOnly ? new LastingExtreme(type, direction) : new Extreme(type, direction),
  };
}

/** Keeps every value, so that the next one is known when the best is retracted. */
class Extreme implements ReducerState {
  readonly #direction: Direction;
  readonly #values: OrderedMultisets;

  constructor(type: ColumnType, direction: Direction) {
    this.#direction = direction;
    this.#values = new OrderedMultisets(type);
  }

  get size(): number {
    return this.#values.size;
  }

  reserve(groups: number): void {
    this.#values.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const column = args[0];
    for (let i = 0; i < batch.length; i++) {
      if (column.tags !== null && column.tags[i] === ERROR) continue;
      this.#values.add(slots[i], column, i, batch.diffs === null ? 1 : batch.diffs[i]);
    }
  }

  finish(slots: Uint32Array, n: number): Column {
    const nodes = new Uint32Array(n);
    const failed: number[] = [];
    for (let i = 0; i < n; i++) {
      nodes[i] = this.#direction < 0 ? this.#values.first(slots[i]) : this.#values.last(slots[i]);
      if (nodes[i] === 0) failed.push(i);
    }
    return withFailures(this.#values.gather(nodes, n), failed, n);
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

/** Where nothing is ever retracted the best value is all that is kept. */
class LastingExtreme implements ReducerState {
  readonly size = 0;
  readonly #direction: Direction;
  readonly #best: ColumnStore;
  #known = new Uint8Array(16);

  constructor(type: ColumnType, direction: Direction) {
    this.#direction = direction;
    this.#best = columnStore(type);
  }

  reserve(groups: number): void {
    this.#known = grown(this.#known, groups);
    this.#best.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const column = args[0];
    for (let i = 0; i < batch.length; i++) {
      if (column.tags !== null && column.tags[i] === ERROR) continue;
      const slot = slots[i];
      if (this.#known[slot] === 1) {
        if (this.#best.compareWith(slot, column, i) * this.#direction >= 0) continue;
        this.#best.clear(slot);
      }
      this.#known[slot] = 1;
      this.#best.set(slot, column, i);
    }
  }

  finish(slots: Uint32Array, n: number): Column {
    const failed: number[] = [];
    for (let i = 0; i < n; i++) if (this.#known[slots[i]] === 0) failed.push(i);
    return withFailures(this.#best.gather(slots, n), failed, n);
  }

  clear(slot: number): void {
    this.#known[slot] = 0;
    this.#best.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    writer.array("known", this.#known, Math.min(groups, this.#known.length));
    this.#best.save(writer, Math.min(groups, this.#known.length));
  }

  load(reader: StateReader): void {
    this.#known = reader.uint8("known", 16);
    this.#best.load(reader);
  }
}

/** Tags the answers of groups without a valid value as failed. */
function withFailures(column: Column, failed: readonly number[], n: number): Column {
  if (failed.length === 0) return column;
  const tags = column.tags ?? new Uint8Array(n);
  for (const row of failed) tags[row] = ERROR;
  return retagged(column, tags);
}
