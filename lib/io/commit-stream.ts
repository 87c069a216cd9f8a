import type { Batch } from "../data/batch.ts";
import { pointerText } from "../data/cell.ts";
import { rowObject } from "../data/row-object.ts";
import type { Columns } from "../data/schema.ts";
import { TowpathError } from "../errors.ts";
import { deletionsFirst } from "../kernels/consolidate.ts";
import { CommitQueue } from "./commit-queue.ts";
import type { Sink, SinkContext, SinkStats } from "./sink.ts";

/** What happens to a commit that a slow reader has no room for. */
export type Overflow = "merge" | "block" | "error";

/** One change of a commit: a row that came (`diff` above 0) or went (below 0); 1 or -1 unless rows repeat. */
export interface RowChange<R> {
  /** The row's key: a UUID. */
  readonly key: string;
  readonly row: R;
  readonly diff: number;
}

/** A whole commit: rows that went before rows that came. */
export interface Commit<R> {
  readonly time: number;
  readonly changes: readonly RowChange<R>[];
}

export interface StreamOptions {
  readonly name: string;
  readonly buffer: number;
  readonly overflow: Overflow;
  /** The script's line, for errors. */
  readonly where: string;
}

type Step<R> = IteratorResult<Commit<R>, undefined>;

/**
 * Hands commits to a reader that asks for them one by one, at its own pace. What was buffered when the run ends is
 * still handed out; after `stop` (the reader has gone) nothing is.
 */
export class CommitStream<R> implements Sink, AsyncIterableIterator<Commit<R>, undefined> {
  readonly name: string;
  readonly #columns: Columns;
  readonly #options: StreamOptions;
  readonly #queue: CommitQueue;
  readonly #readers: ((step: Step<R>) => void)[] = [];
  #context: SinkContext | null = null;
  /** No commit comes any more. */
  #ended = false;
  #changes = 0;
  #lastTime: number | null = null;
  #latencyMs: number | null = null;

  constructor(columns: Columns, options: StreamOptions) {
    this.name = options.name;
    this.#columns = columns;
    this.#options = options;
    this.#queue = new CommitQueue(options.buffer);
  }

  async open(context: SinkContext): Promise<void> {
    this.#context = context;
  }

  write(batch: Batch, order: Uint32Array): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) reader({ done: false, value: this.#commit(batch, order) });
    else if (this.#options.overflow === "error" && this.#queue.full) {
      this.#ended = true;
      this.#context?.fail(this.#overflow());
      return;
    } else this.#queue.add(batch);
    this.#changes += order.length;
    this.#lastTime = batch.time;
    this.#latencyMs = Math.max(0, Date.now() - batch.time);
  }

  get full(): boolean {
    return this.#options.overflow === "block" && !this.#ended && this.#queue.full;
  }

  /** A commit in the buffer counts as delivered: the reader may take it after the run. */
  async flush(): Promise<void> {}

  stats(): SinkStats {
    return { changes: this.#changes, lastTime: this.#lastTime, latencyMs: this.#latencyMs };
  }

  async close(): Promise<void> {
    this.#end();
  }

  async next(): Promise<Step<R>> {
    const batch = this.#queue.take();
    if (batch !== null) {
      if (this.#options.overflow === "block") this.#context?.wake();
      const order = new Uint32Array(batch.length);
      deletionsFirst(batch.diffs ?? new Int32Array(batch.length).fill(1), batch.length, order);
      return { done: false, value: this.#commit(batch, order) };
    }
    if (this.#ended) return { done: true, value: undefined };
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  async return(): Promise<Step<R>> {
    this.stop();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
  }

  /** The reader wants no more: what waits is dropped, and the run never waits for it again. */
  stop(): void {
    this.#queue.clear();
    this.#end();
    this.#context?.wake();
  }

  #end(): void {
    this.#ended = true;
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined });
  }

  #commit(batch: Batch, order: Uint32Array): Commit<R> {
    const { buffer, byteOffset } = batch.keys.words();
    const changes: RowChange<R>[] = [];
    for (let i = 0; i < order.length; i++) {
      const row = order[i];
      changes.push({
        key: pointerText(new Uint8Array(buffer, byteOffset + 16 * row, 16)),
        row: rowObject(batch, this.#columns, row) as R,
        diff: batch.diffs === null ? 1 : batch.diffs[row],
      });
    }
    return { time: batch.time, changes };
  }

  #overflow(): TowpathError {
    const { buffer, where } = this.#options;
    return new TowpathError(
      "TP_READER_SLOW",
      `a reader of updates() has not taken ${buffer} commits, and another one came`,
      { where, hint: 'Raise buffer, or set overflow: "merge" or "block".' },
    );
  }
}
