import type { Batch } from "../data/batch.ts";
import { pointerText } from "../data/cell.ts";
import { rowObject } from "../data/row-object.ts";
import type { Columns } from "../data/schema.ts";
import type { Row } from "../data/value.ts";
import type { Sink, SinkStats } from "../io/sink.ts";

/** A change of a table. */
export interface Change<R = Row> {
  /** The row's key as a UUID. */
  readonly key: string;
  readonly row: R;
  readonly time: number;
  readonly diff: number;
}

/** A sink that keeps every change in memory. */
export class ChangeList implements Sink {
  readonly name = "debug";
  readonly full = false;
  readonly changes: Change[] = [];
  readonly #columns: Columns;

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  async open(): Promise<void> {}

  write(batch: Batch, order: Uint32Array): void {
    const words = batch.keys.words();
    const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    for (const row of order) {
      this.changes.push({
        key: pointerText(bytes, 16 * row),
        row: rowObject(batch, this.#columns, row),
        time: batch.time,
        diff: batch.diffs === null ? 1 : batch.diffs[row],
      });
    }
  }

  async flush(): Promise<void> {}

  stats(): SinkStats {
    return { changes: this.changes.length, lastTime: this.changes.at(-1)?.time ?? null, latencyMs: null };
  }

  async close(): Promise<void> {}
}
