import type { Batch } from "../data/batch.ts";
import type { Columns } from "../data/schema.ts";

/** Bytes under construction for an output; reused from message to message. */
export interface ByteSink {
  bytes: Uint8Array;
  used: number;
  /** Makes room for `count` more bytes. */
  reserve(count: number): void;
}

/** What a record holds beside the columns. */
export interface RecordOptions {
  /** `diff` and `time`; default true. */
  readonly changes?: boolean;
  /** `key`, the text of the row's key; default false. */
  readonly includeKey?: boolean;
  /** Where the columns stand in a batch; default: in order. */
  readonly positions?: readonly number[];
}

/** Rows to bytes. */
export interface Formatter {
  /** Awaited before the first record (a schema is registered). Rejects where nothing can be written. */
  prepare?(): Promise<void>;
  /** Absent where there is none: what stands before the first record of a file, without a break. */
  writeHeader?(out: ByteSink): void;
  /**
   * Appends row `row` of the batch as one record with its `diff` and `time` (no separator, no brackets).
   * Column order is fixed at creation; every cell is a value or null (failed cells never reach an output).
   */
  formatInto(batch: Batch, row: number, diff: number, out: ByteSink): void;
  /** Absent where no row is: whether the row is no record at all, but null. */
  isNull?(batch: Batch, row: number): boolean;
}

export interface FormatterDefinition<Options = unknown> {
  create(columns: Columns, options: Options): Formatter;
}
