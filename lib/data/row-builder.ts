import { Arena } from "../base/arena.ts";
import { grown } from "../base/growth.ts";
import { ABSENT, type Column } from "./column.ts";
import { type ColumnBuilder, columnBuilder } from "./column-builder.ts";
import type { Columns } from "./schema.ts";

/**
 * Rows under construction: what a parser fills and an input session seals.
 *
 * `columns[i]` is null where no reader needs column i: the parser then skips the field.
 * `partitions`, `offsets` and `ordinals` say where each row came from (the source's partition slot, the message's
 * offset, the row within its message); keys, errors and the journal are derived from them.
 * A parser that meets a bad row takes its whole message back with `truncate`: the message is the unit of failure.
 */
export class RowBuilder {
  readonly columns: readonly (ColumnBuilder | null)[];
  readonly arena = new Arena(4096);
  length = 0;
  partitions = new Int32Array(64);
  offsets = new Float64Array(64);
  ordinals = new Uint32Array(64);

  /** `needed[i]` is false where column i is not to be built. */
  constructor(schema: Columns, needed: readonly boolean[]) {
    this.columns = schema.map((column, i) => (needed[i] ? columnBuilder(column.type, this.arena) : null));
  }

  /** Makes room for `count` more rows in every column. */
  reserve(count: number): void {
    const rows = this.length + count;
    if (rows > this.offsets.length) {
      this.partitions = grown(this.partitions, rows);
      this.offsets = grown(this.offsets, rows);
      this.ordinals = grown(this.ordinals, rows);
    }
    for (const column of this.columns) column?.reserve(rows);
  }

  /** Ends the row whose cells have been written at `length`. */
  endRow(partition: number, offset: number, ordinal: number): void {
    const row = this.length;
    if (row === this.offsets.length) this.reserve(1);
    this.partitions[row] = partition;
    this.offsets[row] = offset;
    this.ordinals[row] = ordinal;
    this.length = row + 1;
  }

  /** Ends the rows of messages [from, to), one each, whose cells have been written from `length` on. */
  endRows(partitions: Int32Array, offsets: Float64Array, from: number, to: number): void {
    if (from === to) return;
    const row = this.length;
    const end = row + (to - from);
    if (end > this.offsets.length) this.reserve(to - from);
    this.partitions.set(partitions.subarray(from, to), row);
    this.offsets.set(offsets.subarray(from, to), row);
    this.ordinals.fill(0, row, end);
    this.length = end;
  }

  /** Takes back the rows from `length` on. */
  truncate(length: number): void {
    this.length = length;
    for (const column of this.columns) column?.truncate(length);
  }

  /** Views of the finished columns, valid until `reset`. */
  finish(): Column[] {
    return this.columns.map((column) => column?.finish(this.length) ?? ABSENT);
  }

  reset(): void {
    this.length = 0;
    this.arena.reset();
    for (const column of this.columns) column?.reset();
  }
}
