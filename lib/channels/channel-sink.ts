import { inspect } from "node:util";
import type { Batch } from "../data/batch.ts";
import { ROWS_AT_ONCE, RowFactory } from "../data/row-factory.ts";
import type { Columns } from "../data/schema.ts";
import type { Row } from "../data/value.ts";
import { TowpathError } from "../errors.ts";
import type { Sink, SinkContext, SinkStats } from "../io/sink.ts";
import type { ChannelWriter } from "./ends.ts";

/** Everything about a sink that is known before it runs; checked. */
export interface ChannelSinkPlan {
  readonly name: string;
  /** Whether a record holds `diff` and `time` beside the row: then rows may go. */
  readonly withChanges: boolean;
  createWriter(): ChannelWriter<unknown>;
}

interface WaitingCommit {
  readonly time: number;
  readonly records: readonly unknown[];
}

/** Records that may wait for the writer before the run waits too. */
const WAITING_MAX = 20_000;
const SHOWN_MAX = 240;

/** Rows as records of a channel, in the order of commits. */
export class ChannelSink implements Sink {
  readonly name: string;
  readonly #plan: ChannelSinkPlan;
  readonly #rows: RowFactory;
  readonly #writer: ChannelWriter<unknown>;
  #context: SinkContext | null = null;
  #waiting: WaitingCommit[] = [];
  #waitingRecords = 0;
  /** What opens the writer, and then writes; idle where `#isWriting` is false. */
  #work: Promise<void> = Promise.resolve();
  #isWriting = false;
  #deliveredTime = 0;
  #latencyMs: number | null = null;
  #failure: Error | null = null;
  #isEnded = false;
  #changes = 0;
  #lastTime: number | null = null;

  constructor(columns: Columns, plan: ChannelSinkPlan) {
    this.name = plan.name;
    this.#plan = plan;
    this.#rows = new RowFactory(columns);
    this.#writer = plan.createWriter();
  }

  /** The readers that it waits for may be fed by what this run does next: nothing waits but records. */
  async open(context: SinkContext): Promise<void> {
    this.#context = context;
    this.#work = this.#write(() => this.#writer.open());
  }

  /** Throws TP_MESSAGE_RETRACTED for a row that goes, where records do not say so. */
  write(batch: Batch, order: Uint32Array): void {
    const records: unknown[] = [];
    for (let from = 0; from < order.length; from += ROWS_AT_ONCE) {
      const to = Math.min(order.length, from + ROWS_AT_ONCE);
      const rows = this.#rows.make(batch, order, from, to);
      rows.forEach((row, i) => {
        const at = order[from + i];
        const diff = batch.diffs === null ? 1 : batch.diffs[at];
        const record = this.#record(row, Math.sign(diff), batch.time);
        // A record is one row, also where the table holds equal ones.
        for (let copy = Math.abs(diff); copy > 0; copy--) records.push(record);
      });
    }
    this.#changes += records.length;
    this.#lastTime = batch.time;
    this.#waiting.push({ time: batch.time, records });
    this.#waitingRecords += records.length;
    if (!this.#isWriting) this.#work = this.#write(async () => {});
  }

  get full(): boolean {
    return this.#waitingRecords > WAITING_MAX;
  }

  get deliveredUpTo(): number {
    return this.#isWriting || this.#failure !== null ? this.#deliveredTime : Number.POSITIVE_INFINITY;
  }

  held(): string {
    return `${this.#waitingRecords} records to ${this.#writer.name}`;
  }

  async flush(): Promise<void> {
    if (this.#waitingRecords > 0 || this.#lastTime !== null) await this.#work;
    if (this.#failure !== null) throw this.#failure;
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#writer.close();
  }

  stats(): SinkStats {
    return { changes: this.#changes, lastTime: this.#lastTime, latencyMs: this.#latencyMs };
  }

  async close(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    await this.#writer.close(this.#failure ?? new Error("the run that wrote it failed"));
    await this.#work;
  }

  #record(row: Row, diff: number, time: number): unknown {
    if (this.#plan.withChanges) return { ...row, diff, time };
    if (diff > 0) return row;
    throw new TowpathError(
      "TP_MESSAGE_RETRACTED",
      "a row was taken back, and a record that was written cannot be",
      {
        where: `${this.#writer.name}, row ${inspect(row, { breakLength: Number.POSITIVE_INFINITY }).slice(0, SHOWN_MAX)}`,
        hint: "Give the schema the fields diff and time (long): then rows that go are records too. Or write a table whose rows only come.",
      },
    );
  }

  /** Writes what waits, and flushes when there is no more. */
  async #write(before: () => Promise<void>): Promise<void> {
    this.#isWriting = true;
    try {
      await before();
      while (this.#waiting.length > 0) {
        await this.#writeWaiting();
        this.#context?.wake();
      }
    } catch (error) {
      if (this.#isEnded) return;
      this.#failure = error as Error;
      this.#context?.fail(this.#failure);
    } finally {
      this.#isWriting = false;
      this.#context?.wake();
    }
  }

  async #writeWaiting(): Promise<void> {
    const commits = this.#waiting.splice(0);
    for (const { records } of commits) {
      await this.#writer.write(records);
      this.#waitingRecords -= records.length;
      this.#context?.wake();
    }
    await this.#writer.flush();
    this.#deliveredTime = commits[commits.length - 1].time;
    this.#latencyMs = Math.max(0, Date.now() - this.#deliveredTime);
  }
}
