import type { Column } from "./column.ts";
import type { Keys } from "./keys.ts";

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

  constructor(
    time: number,
    length: number,
    columns: readonly Column[],
    keys: Keys,
    diffs: Int32Array | null,
  ) {
    this.time = time;
    this.length = length;
    this.columns = columns;
    this.keys = keys;
    this.diffs = diffs;
  }
}
