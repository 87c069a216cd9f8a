import { grown } from "../base/growth.ts";
import { type Column, NumberColumn } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { touchSlots } from "../kernels/touch.ts";
import { RowIndex } from "./row-index.ts";

/** A tuple that a batch brought to a group (diff 1) or took from it (-1); a count that merely changed is none. */
export interface Turnover {
  /** A row of the batch that has the tuple. */
  readonly row: number;
  /** The tuple's number, from 1. One that went may be given out again by the next call of `accumulate`. */
  readonly entry: number;
  readonly diff: 1 | -1;
}

/** A tuple whose count a batch may have changed. */
export interface Recount {
  /** A row of the batch that has the tuple. */
  readonly row: number;
  /** The tuple's number, as in Turnover. */
  readonly entry: number;
  /** How often it is there now. */
  readonly count: number;
  /** How much that is more than before the batch. */
  readonly change: number;
}

const GROUP: ColumnType = { name: "int", optional: false };

/**
 * One multiset of tuples for each group, unsorted: a hash index over (group, tuple), and the tuples of a group in a
 * doubly linked list. A change costs O(1) whatever the size of the group.
 *
 * A tuple is there while its count is not 0 after a whole batch: what a batch takes and gives back, in any order,
 * neither goes nor comes.
 */
export class Multisets {
  readonly #index: RowIndex;
  #counts = new Int32Array(16);
  /** 1 where the tuple is in its group's list. */
  #listed = new Uint8Array(16);
  /** Neighbours in the list, and its head by group; 0 for none. */
  #next = new Int32Array(16);
  #previous = new Int32Array(16);
  #heads = new Int32Array(16);
  #distinct = new Float64Array(16);
  #marks = new Uint32Array(16);
  #epoch = 0;

  constructor(types: readonly ColumnType[]) {
    this.#index = new RowIndex([GROUP, ...types]);
    // Entry 0 stands for no tuple and stays clear.
    this.#index.slots.take();
  }

  /** Distinct tuples held, over all groups. */
  get size(): number {
    return this.#index.size - 1;
  }

  /** One more than the highest entry ever used. */
  get capacity(): number {
    return this.#index.capacity;
  }

  reserve(groups: number): void {
    this.#heads = grown(this.#heads, groups);
    this.#distinct = grown(this.#distinct, groups);
  }

  /** Adds the tuples of n rows to the groups of the rows; returns which came and went. */
  accumulate(
    groups: Int32Array,
    columns: readonly Column[],
    diffs: Int32Array | null,
    n: number,
  ): Turnover[] {
    const turnover: Turnover[] = [];
    this.#add(groups, columns, diffs, n, (row, entry, diff) => {
      if (diff !== 0) turnover.push({ row, entry, diff });
    });
    return turnover;
  }

  /** The same; returns all tuples of the rows, with their counts. */
  recount(groups: Int32Array, columns: readonly Column[], diffs: Int32Array | null, n: number): Recount[] {
    const recounts: Recount[] = [];
    this.#add(groups, columns, diffs, n, (row, entry, _, count, before) => {
      recounts.push({ row, entry, count, change: count - before });
    });
    return recounts;
  }

  /** For each of n tuples 1 where a group has it, else 0. */
  holds(group: number, columns: readonly Column[], n: number): Uint8Array {
    const entries = new Int32Array(n);
    this.#index.lookup([new NumberColumn(new Float64Array(n).fill(group)), ...columns], n, entries);
    return Uint8Array.from(entries, (entry) => (entry < 0 ? 0 : 1));
  }

  /** How often a tuple is there. */
  count(entry: number): number {
    return this.#counts[entry];
  }

  /** The order of the cells that two entries have in one of the columns. */
  compare(column: number, a: number, b: number): number {
    return this.#index.stores[column + 1].compare(a, b);
  }

  #add(
    groups: Int32Array,
    columns: readonly Column[],
    diffs: Int32Array | null,
    n: number,
    settled: (row: number, entry: number, diff: 1 | 0 | -1, count: number, before: number) => void,
  ): void {
    const groupColumn = new NumberColumn(Float64Array.from(groups.subarray(0, n)));
    const entries = new Int32Array(n);
    this.#index.lookupOrInsert([groupColumn, ...columns], n, entries);
    this.#reserveEntries();
    const touched = new Uint32Array(n + 1);
    const firstRows = new Uint32Array(n + 1);
    const count = touchSlots(entries, n, this.#marks, ++this.#epoch, touched, firstRows);
    const before = new Int32Array(count);
    for (let i = 0; i < count; i++) before[i] = this.#counts[touched[i]];
    for (let row = 0; row < n; row++) this.#counts[entries[row]] += diffs === null ? 1 : diffs[row];
    for (let i = 0; i < count; i++) {
      const entry = touched[i];
      const row = firstRows[i];
      const entryCount = this.#counts[entry];
      settled(row, entry, this.#settle(groups[row], entry), entryCount, before[i]);
    }
  }

  /** How many different tuples a group has. */
  distinct(group: number): number {
    return this.#distinct[group];
  }

  /** One of a group's tuples, 0 where the group has none. */
  some(group: number): number {
    return this.#heads[group];
  }

  /** The cells that entries have in one of the columns; a blank one for entry 0. */
  gather(column: number, entries: Uint32Array, n: number): Column {
    return this.#index.stores[column + 1].gather(entries, n);
  }

  /** Frees what a group still holds. */
  clear(group: number): void {
    while (this.#heads[group] !== 0) this.#take(group, this.#heads[group]);
  }

  save(writer: StateWriter, groups: number): void {
    const { capacity } = this.#index;
    this.#index.save(writer.scope("index"));
    writer.array("counts", this.#counts, Math.min(capacity, this.#counts.length));
    writer.array("listed", this.#listed, Math.min(capacity, this.#listed.length));
    writer.array("next", this.#next, Math.min(capacity, this.#next.length));
    writer.array("previous", this.#previous, Math.min(capacity, this.#previous.length));
    writer.array("heads", this.#heads, Math.min(groups, this.#heads.length));
    writer.array("distinct", this.#distinct, Math.min(groups, this.#distinct.length));
  }

  load(reader: StateReader): void {
    this.#index.load(reader.scope("index"));
    this.#counts = reader.int32("counts", 16);
    this.#listed = reader.uint8("listed", 16);
    this.#next = reader.int32("next", 16);
    this.#previous = reader.int32("previous", 16);
    this.#heads = reader.int32("heads", 16);
    this.#distinct = reader.float64("distinct", 16);
    this.#reserveEntries();
  }

  #reserveEntries(): void {
    const { capacity } = this.#index;
    this.#counts = grown(this.#counts, capacity);
    this.#listed = grown(this.#listed, capacity);
    this.#next = grown(this.#next, capacity);
    this.#previous = grown(this.#previous, capacity);
    this.#marks = grown(this.#marks, capacity);
  }

  /** Lists an entry that is there, frees one that is not. Returns what that means for the group. */
  #settle(group: number, entry: number): 1 | 0 | -1 {
    const isThere = this.#counts[entry] !== 0;
    if (this.#listed[entry] === 1) {
      if (isThere) return 0;
      this.#take(group, entry);
      return -1;
    }
    if (!isThere) {
      this.#index.remove(entry);
      return 0;
    }
    this.#put(group, entry);
    return 1;
  }

  #put(group: number, entry: number): void {
    const head = this.#heads[group];
    this.#next[entry] = head;
    this.#previous[entry] = 0;
    if (head !== 0) this.#previous[head] = entry;
    this.#heads[group] = entry;
    this.#listed[entry] = 1;
    this.#distinct[group]++;
  }

  #take(group: number, entry: number): void {
    const next = this.#next[entry];
    const previous = this.#previous[entry];
    if (next !== 0) this.#previous[next] = previous;
    if (previous !== 0) this.#next[previous] = next;
    else this.#heads[group] = next;
    this.#listed[entry] = 0;
    this.#counts[entry] = 0;
    this.#distinct[group]--;
    this.#index.remove(entry);
  }
}
