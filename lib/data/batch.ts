import type { Column } from "./column.ts";
import type { Keys } from "./keys.ts";

/** Says where a row came from: "topic orders, partition 0, offset 17". */
export type Origin = (row: number) => string;

/**
 * A delta: the rows that one time adds to and takes from a table.
 *
 * **Borrowed**: valid until the step that received it returns. Whoever keeps a cell copies it.
 * `diffs` is null where every diff is +1 (an append), which is the common case and costs nothing.
 * Batches between operators are consolidated: no two rows are equal in key and values, no diff is 0.
 */
export class Batch {
  readonly time: number;
  readonly length: number;
  /** By position in the table's schema; ABSENT where no reader needs the column. */
  readonly columns: readonly Column[];
  readonly keys: Keys;
  readonly diffs: Int32Array | null;
  /** Where rows came from, for error messages; null once rows have been combined. */
  readonly origin: Origin | null;

  constructor(
    time: number,
    length: number,
    columns: readonly Column[],
    keys: Keys,
    diffs: Int32Array | null,
    origin: Origin | null = null,
  ) {
    this.time = time;
    this.length = length;
    this.columns = columns;
    this.keys = keys;
    this.diffs = diffs;
    this.origin = origin;
  }

  /** The same rows at another time. */
  at(time: number): Batch {
    if (time === this.time) return this;
    return new Batch(time, this.length, this.columns, this.keys, this.diffs, this.origin);
  }

  /** The same rows with other columns. */
  withColumns(columns: readonly Column[]): Batch {
    return new Batch(this.time, this.length, columns, this.keys, this.diffs, this.origin);
  }
}
