import { grown } from "../base/growth.ts";
import type { Batch } from "../data/batch.ts";
import type { Column } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { type ColumnStore, columnStore } from "../trace/column-store.ts";
import { Multisets } from "../trace/multisets.ts";
import { failedColumn } from "./failed-column.ts";
import type { ReducerDefinition, ReducerState } from "./reducer.ts";
import { validRows } from "./valid-rows.ts";

/** The one value that all rows have; a failed cell for as long as there are several. Null is a value. */
export const unique: ReducerDefinition = {
  name: "unique",
  kind: "multiset",
  readsKeys: false,
  arity: [1, 1],
  result: ([type]) => type,
  create: ([type], { appendOnly }) => (appendOnly ? new LastingUnique(type) : new Unique(type)),
};

const SEVERAL_VALUES = "the group has several values";

class Unique implements ReducerState {
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
    const entries = new Uint32Array(n);
    const failed: number[] = [];
    for (let i = 0; i < n; i++) {
      if (this.#values.distinct(slots[i]) === 1) entries[i] = this.#values.some(slots[i]);
      else failed.push(i);
    }
    return failedColumn(this.#values.gather(0, entries, n), failed, n);
  }

  reasonAt(slot: number): string | undefined {
    return this.#values.distinct(slot) > 1 ? SEVERAL_VALUES : undefined;
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

const NONE = 0;
const ONE = 1;
const SEVERAL = 2;

/** Where nothing is ever retracted a second value is never forgotten, so that the first is all that is kept. */
class LastingUnique implements ReducerState {
  readonly size = 0;
  readonly #first: ColumnStore;
  /** How many different values each group has: NONE, ONE or SEVERAL; then the first is not needed any more. */
  #seen = new Uint8Array(16);

  constructor(type: ColumnType) {
    this.#first = columnStore(type);
  }

  reserve(groups: number): void {
    this.#seen = grown(this.#seen, groups);
    this.#first.reserve(groups);
  }

  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const valid = validRows(slots, args, batch);
    const [column] = valid.batch.columns;
    for (let row = 0; row < valid.batch.length; row++) {
      const slot = valid.slots[row];
      if (this.#seen[slot] === NONE) {
        this.#first.set(slot, column, row);
        this.#seen[slot] = ONE;
      } else if (this.#seen[slot] === ONE && !this.#first.equals(slot, column, row)) {
        this.#first.clear(slot);
        this.#seen[slot] = SEVERAL;
      }
    }
  }

  finish(slots: Uint32Array, n: number): Column {
    const failed: number[] = [];
    for (let i = 0; i < n; i++) if (this.#seen[slots[i]] !== ONE) failed.push(i);
    return failedColumn(this.#first.gather(slots, n), failed, n);
  }

  reasonAt(slot: number): string | undefined {
    return this.#seen[slot] === SEVERAL ? SEVERAL_VALUES : undefined;
  }

  clear(slot: number): void {
    this.#seen[slot] = NONE;
    this.#first.clear(slot);
  }

  save(writer: StateWriter, groups: number): void {
    const used = Math.min(groups, this.#seen.length);
    writer.array("seen", this.#seen, used);
    this.#first.save(writer.scope("first"), used);
  }

  load(reader: StateReader): void {
    this.#seen = reader.uint8("seen", 16);
    this.#first.load(reader.scope("first"));
  }
}
