import type { Batch } from "../../lib/data/batch.ts";
import { readCell } from "../../lib/data/cell.ts";
import type { Column } from "../../lib/data/column.ts";
import type { Columns } from "../../lib/data/schema.ts";
import type { ColumnType } from "../../lib/data/type.ts";
import type { Sink, SinkContext, SinkStats } from "../../lib/io/sink.ts";

/** A change as an output wrote it. */
export interface CapturedChange {
  /** The key's four words in hexadecimal. */
  readonly key: string;
  readonly row: readonly unknown[];
  readonly time: number;
  readonly diff: number;
}

/**
 * A sink that remembers all it was given, and holds the engine to the sink's contract: times grow, deletions come
 * before insertions, no diff is 0, no cell is -0, and nothing lies under the tag of an empty cell.
 */
export class CaptureSink implements Sink {
  readonly name = "capture";
  readonly full: boolean = false;
  readonly columns: Columns;
  changes: CapturedChange[] = [];
  readonly endedTimes: number[] = [];
  #lastTime = Number.NEGATIVE_INFINITY;

  constructor(columns: Columns) {
    this.columns = columns;
  }

  async open(_context: SinkContext): Promise<void> {}

  write(batch: Batch, order: Uint32Array): void {
    if (batch.time <= this.#lastTime)
      throw new Error(`time ${batch.time} was written after ${this.#lastTime}`);
    this.#lastTime = batch.time;
    const captured = captureBatch(batch, this.columns);
    const changes = Array.from(order, (row) => captured[row] as CapturedChange);
    if (new Set(order).size !== batch.length) throw new Error("the order does not name every row once");
    const firstInsertion = changes.findIndex(({ diff }) => diff > 0);
    if (firstInsertion >= 0 && changes.slice(firstInsertion).some(({ diff }) => diff < 0)) {
      throw new Error("a deletion was written after an insertion");
    }
    for (const change of changes) this.changes.push(change);
  }

  endTime(time: number): void {
    this.endedTimes.push(time);
  }

  /** What was written since the last call. */
  take(): CapturedChange[] {
    const { changes } = this;
    this.changes = [];
    return changes;
  }

  async flush(): Promise<void> {}

  stats(): SinkStats {
    return { changes: this.changes.length, lastTime: null, latencyMs: null };
  }

  async close(): Promise<void> {}
}

/** The rows of a batch in plain values; throws where a cell is not stored as the contract says. */
function captureBatch(batch: Batch, columns: Columns): CapturedChange[] {
  const words = batch.keys.words();
  return Array.from({ length: batch.length }, (_, row) => {
    const diff = batch.diffs === null ? 1 : (batch.diffs[row] as number);
    if (diff === 0) throw new Error("a row with diff 0");
    return {
      key: keyText(words, row),
      row: columns.map(({ type }, i) => strictCell(batch.columns[i] as Column, type, row)),
      time: batch.time,
      diff,
    };
  });
}

/** The four words of key `row`, in hexadecimal. */
export function keyText(words: Uint32Array, row = 0): string {
  return Array.from(words.subarray(4 * row, 4 * row + 4), (word) => word.toString(16).padStart(8, "0")).join(
    "-",
  );
}

function strictCell(column: Column, type: ColumnType, row: number): unknown {
  const isEmpty = column.tags !== null && column.tags[row] !== 0;
  if (column.layout === "number" && Object.is(column.values[row], -0))
    throw new Error("a number cell holds -0");
  if (isEmpty && !isBlank(column, row)) throw new Error("a cell without a value has something under its tag");
  return readCell(column, type, row);
}

function isBlank(column: Column, row: number): boolean {
  if (column.layout === "number") return column.values[row] === 0;
  if (column.layout === "value") return column.values[row] === undefined;
  return column.starts[row] === column.ends[row];
}
