import { grown } from "../base/growth.ts";
import type { Batch } from "../data/batch.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { OrderedRows } from "../trace/ordered-rows.ts";
import { RowIndex } from "../trace/row-index.ts";

/**
 * The rows of a table in order, by instance, and the rows that a change touches: what the operators of ordered rows
 * share. A step tells what every touched row was answered before the change, makes the change, and tells it anew.
 */
export class OrderedTable {
  readonly rows: OrderedRows;
  readonly #instances: RowIndex;
  readonly #instanceColumns: readonly number[];
  /** By node. */
  #groups = new Int32Array(16);
  #touched = new Uint32Array(16);
  #touchedCount = 0;
  #marks = new Uint32Array(16);
  #epoch = 0;

  constructor(
    types: readonly ColumnType[],
    by: number,
    instance: readonly number[],
    kept: readonly boolean[],
  ) {
    this.rows = new OrderedRows(types, by, kept);
    this.#instances = new RowIndex(instance.map((position) => types[position]));
    this.#instanceColumns = instance;
  }

  get size(): number {
    return this.rows.size + this.#instances.size;
  }

  /** One more than the highest number of an instance ever used. */
  get groupCapacity(): number {
    return this.#instances.capacity;
  }

  /** The instance of a node. */
  groupOf(node: number): number {
    return this.#groups[node];
  }

  /** Begins a step: the numbers of the instances of a batch's rows. */
  begin(batch: Batch): Int32Array {
    const groups = new Int32Array(batch.length);
    const columns = this.#instanceColumns.map((position) => batch.columns[position]);
    this.#instances.lookupOrInsert(columns, batch.length, groups);
    this.rows.reserve(this.#instances.capacity);
    this.#epoch++;
    this.#touchedCount = 0;
    return groups;
  }

  /** Notes that a node's answer may change; 0 is none. */
  touch(node: number): void {
    if (node === 0) return;
    this.#marks = grown(this.#marks, this.rows.capacity);
    if (this.#marks[node] === this.#epoch) return;
    this.#marks[node] = this.#epoch;
    this.#touched = grown(this.#touched, this.#touchedCount + 1);
    this.#touched[this.#touchedCount++] = node;
  }

  /** The touched nodes that are there. */
  touched(): Uint32Array {
    return this.#touched.slice(0, this.#touchedCount).filter((node) => this.rows.countOf(node) !== 0);
  }

  /** Makes the change: rows that go before rows that come. The nodes of those that came are touched. */
  apply(batch: Batch, groups: Int32Array): void {
    const { diffs, length } = batch;
    if (diffs !== null) {
      for (let row = 0; row < length; row++)
        if (diffs[row] < 0) this.rows.add(groups[row], batch, row, diffs[row]);
    }
    for (let row = 0; row < length; row++) {
      const diff = diffs === null ? 1 : diffs[row];
      if (diff <= 0) continue;
      const node = this.rows.add(groups[row], batch, row, diff);
      this.#groups = grown(this.#groups, node + 1);
      this.#groups[node] = groups[row];
      this.touch(node);
    }
  }

  /** Ends a step: instances without rows are forgotten. */
  end(groups: Int32Array): void {
    const seen = new Set<number>();
    for (const group of groups) {
      if (!this.rows.isEmpty(group) || seen.has(group)) continue;
      seen.add(group);
      this.#instances.remove(group);
    }
  }

  save(writer: StateWriter): void {
    this.#instances.save(writer.scope("instances"));
    this.rows.save(writer.scope("rows"), this.#instances.capacity);
    writer.array("groups", this.#groups, Math.min(this.rows.capacity, this.#groups.length));
  }

  load(reader: StateReader): void {
    this.#instances.load(reader.scope("instances"));
    this.rows.load(reader.scope("rows"));
    this.#groups = reader.int32("groups", 16);
    this.#marks = new Uint32Array(16);
    this.#epoch = 0;
  }
}
