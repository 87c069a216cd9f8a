import { setImmediate as nextTurn } from "node:timers/promises";
import { Batch } from "../data/batch.ts";
import { Keys } from "../data/keys.ts";
import { RowBuilder } from "../data/row-builder.ts";
import { keysOfPositions } from "../data/row-key.ts";
import type { Columns } from "../data/schema.ts";
import { TowpathError } from "../errors.ts";
import { RowWriter } from "../io/row-writer.ts";
import {
  COMMIT,
  ENDED,
  IDLE,
  type PollResult,
  type Source,
  type SourceContext,
  type SourceStats,
} from "../io/source.ts";
import type { ChannelReader } from "./ends.ts";

/** Everything about a source that is known before it runs; checked. */
export interface ChannelSourcePlan {
  readonly name: string;
  readonly columns: Columns;
  /** How long rows wait for others to be committed with; null: what comes together is a commit. */
  readonly everyMs: number | null;
  createReader(): ChannelReader<unknown>;
  /** A record as an object of values by column. */
  rowOf(record: unknown): object;
}

/** Records that are taken at once. */
const TAKEN_MAX = 10_000;
/** Rows that wait for their commit; then nothing more is taken. */
const PENDING_MAX = 1_000_000;
/** How often the reader is told what has been delivered. */
const COMMIT_EVERY_MS = 1_000;

/**
 * Records of a channel as rows that only come. The reader is told that records are dealt with when all that it has given
 * is committed and delivered; once a second nothing is taken until that is so.
 */
export class ChannelSource implements Source {
  readonly name: string;
  readonly #plan: ChannelSourcePlan;
  readonly #reader: ChannelReader<unknown>;
  readonly #writer: RowWriter;
  readonly #rows: RowBuilder;
  #context: SourceContext | null = null;
  /** Resolves what waits for rows to be committed or delivered. */
  #moved: () => void = () => {};
  #pumping: Promise<void> = Promise.resolve();
  #taken = 0;
  #commits = 0;
  #firstAt = 0;
  #dueTimer: NodeJS.Timeout | undefined;
  #sealedTime = 0;
  #deliveredTime = 0;
  #isUncommitted = false;
  /** A second has passed: nothing is taken until the reader could be told. */
  #isDue = false;
  #ticks: NodeJS.Timeout | undefined;
  #isOver = false;
  #isClosing = false;
  #failure: Error | null = null;

  constructor(plan: ChannelSourcePlan) {
    const { name, columns } = plan;
    this.name = name;
    this.#plan = plan;
    this.#reader = plan.createReader();
    this.#writer = new RowWriter(columns, [], this.#reader.name);
    this.#rows = new RowBuilder(
      columns,
      columns.map(() => true),
    );
  }

  async open(context: SourceContext): Promise<void> {
    this.#context = context;
    await this.#reader.open();
    this.#ticks = setInterval(() => this.#tick(), COMMIT_EVERY_MS);
    this.#pumping = this.#pump(context);
  }

  poll(): PollResult {
    if (this.#failure !== null || this.#context?.signal.aborted) return ENDED;
    const { length } = this.#rows;
    if (length === 0) return this.#isOver ? ENDED : IDLE;
    const dueInMs = this.#dueInMs();
    if (dueInMs <= 0) return COMMIT;
    clearTimeout(this.#dueTimer);
    this.#dueTimer = setTimeout(() => this.#context?.wake(), dueInMs);
    return IDLE;
  }

  seal(time: number): Batch {
    const { length, partitions, offsets, ordinals } = this.#rows;
    this.#commits++;
    this.#sealedTime = time;
    const keys = Keys.derived(() => keysOfPositions([this.name], partitions, offsets, ordinals, length));
    const origin = (row: number): string => `${this.#reader.name}, record ${offsets[row] + 1}`;
    return new Batch(time, length, this.#rows.finish(), keys, null, origin);
  }

  release(): void {
    this.#rows.reset();
    this.#moved();
  }

  acknowledge(time: number): void {
    this.#deliveredTime = time;
    if (this.#isDue) void this.#commit();
  }

  stats(): SourceStats {
    return { rows: this.#taken, commits: this.#commits, rejected: 0, lag: null, pending: this.#rows.length };
  }

  async close(): Promise<void> {
    clearTimeout(this.#dueTimer);
    clearInterval(this.#ticks);
    await this.#commit();
    this.#isClosing = true;
    this.#moved();
    await this.#reader.close(this.#failure ?? undefined);
    await this.#pumping;
  }

  /** Everything that was taken is where it belongs. */
  get #isDelivered(): boolean {
    return this.#rows.length === 0 && this.#deliveredTime >= this.#sealedTime;
  }

  #dueInMs(): number {
    const { everyMs } = this.#plan;
    if (everyMs === null || this.#isOver) return 0;
    return this.#firstAt + everyMs - performance.now();
  }

  async #pump({ wake, fail }: SourceContext): Promise<void> {
    try {
      while (!this.#isClosing) {
        const records = await this.#reader.take(TAKEN_MAX);
        if (records === null) break;
        this.#append(records);
        wake();
        await this.#room();
      }
    } catch (error) {
      if (this.#isClosing) return;
      this.#failure = error as Error;
      fail(this.#failure);
    }
    this.#isOver = true;
    wake();
  }

  #append(records: readonly unknown[]): void {
    if (this.#rows.length === 0) this.#firstAt = performance.now();
    for (const record of records) {
      try {
        this.#writer.write(this.#rows, this.#plan.rowOf(record));
      } catch (error) {
        throw this.#placed(error);
      }
      this.#rows.endRow(0, this.#taken++, 0);
    }
    this.#isUncommitted = true;
  }

  #placed(error: unknown): unknown {
    if (!(error instanceof TowpathError)) return error;
    const { code, detail, hint } = error;
    const where = `${this.#reader.name}, record ${this.#taken + 1} of this run`;
    return new TowpathError(code, detail, { where, hint, cause: error });
  }

  /** Waits until more may be taken. */
  async #room(): Promise<void> {
    const most = this.#plan.everyMs === null ? 0 : PENDING_MAX;
    while (!this.#isClosing && (this.#rows.length > most || this.#isDue)) {
      await new Promise<void>((resolve) => {
        this.#moved = resolve;
      });
    }
  }

  #tick(): void {
    this.#isDue = this.#isUncommitted;
    void this.#commit();
  }

  /** Tells the reader, where all that it has given is delivered. */
  async #commit(): Promise<void> {
    // What the reader has just taken gets here first, so that the commit does not count it.
    await nextTurn();
    if (!this.#isUncommitted || !this.#isDelivered || this.#isClosing) return;
    this.#isUncommitted = false;
    this.#isDue = false;
    this.#moved();
    try {
      await this.#reader.commit();
    } catch (error) {
      this.#context?.fail(error as Error);
    }
  }
}
