import { crashPoint } from "../base/crash-points.ts";
import type { Batch } from "../data/batch.ts";
import { ownBatch } from "../data/rows.ts";
import type { Sink } from "../io/sink.ts";

/** Rows that may wait for the journal before the run waits too. */
const HELD_ROWS_MAX = 200_000;
const HELD_COMMITS_MAX = 1_000;

interface HeldCommit {
  readonly time: number;
  readonly writes: { readonly sink: Sink; readonly batch: Batch; readonly order: Uint32Array }[];
  ended: boolean;
}

/** What an output must know of the journal. */
export interface Durability {
  /** Commits up to this time can be made again from disk. */
  readonly durableTime: number;
  /** Resolves when all that is on its way to the disk has arrived, or failed. */
  drained(): Promise<void>;
}

/**
 * The sinks of a run behind its journal: a commit is handed on when its record is durable, whole and in order; until
 * then copies wait here. A gate closes the way for a checkpoint: commits behind it wait until it opens.
 */
export class HeldOutputs {
  readonly #sinks: readonly Sink[];
  readonly #journal: Durability;
  readonly #fail: (error: Error) => void;
  /** What the engine writes to, in the order of the sinks. */
  readonly facades: readonly Sink[];
  #queue: HeldCommit[] = [];
  #head = 0;
  #rows = 0;
  /** Commits after this time wait. */
  #gate = Number.POSITIVE_INFINITY;
  #failed = false;

  constructor(sinks: readonly Sink[], journal: Durability, fail: (error: Error) => void) {
    this.#sinks = sinks;
    this.#journal = journal;
    this.#fail = fail;
    this.facades = sinks.map((sink) => this.#facade(sink));
  }

  /** Hands on what may go. */
  handOn(): void {
    while (this.#head < this.#queue.length && !this.#failed) {
      const commit = this.#queue[this.#head];
      if (commit.time > this.#passable || this.#sinks.some(({ full }) => full)) return;
      this.#shift();
      try {
        this.#give(commit);
      } catch (error) {
        this.#failed = true;
        this.#fail(error as Error);
      }
    }
  }

  /** Resolves when everything up to `time` is with the sinks and flushed; what is later waits for `open`. */
  async close(time: number): Promise<void> {
    this.#gate = time;
    await this.drain();
    crashPoint("before-flush");
    await Promise.all(this.#sinks.map((sink) => sink.flush()));
    crashPoint("after-flush");
  }

  open(): void {
    this.#gate = Number.POSITIVE_INFINITY;
    this.handOn();
  }

  /** Resolves when nothing that may go is held any more, or never will be. */
  async drain(): Promise<void> {
    for (;;) {
      await this.#journal.drained();
      this.handOn();
      if (this.#failed || this.#head === this.#queue.length || this.#queue[this.#head].time > this.#passable)
        return;
      // A sink is full: it has room again when it has delivered.
      await Promise.all(this.#sinks.map((sink) => sink.flush()));
    }
  }

  get #passable(): number {
    return Math.min(this.#journal.durableTime, this.#gate);
  }

  get #isFull(): boolean {
    return this.#rows >= HELD_ROWS_MAX || this.#queue.length - this.#head >= HELD_COMMITS_MAX;
  }

  #write(sink: Sink, batch: Batch, order: Uint32Array): void {
    const { time } = batch;
    if (this.#head === this.#queue.length && time <= this.#passable) {
      sink.write(batch, order);
      return;
    }
    this.#commitAt(time).writes.push({ sink, batch: ownBatch(batch), order });
    this.#rows += batch.length;
  }

  #endTime(sink: Sink, time: number): void {
    const last = this.#queue.at(-1);
    if (last?.time === time) last.ended = true;
    else sink.endTime?.(time);
  }

  #commitAt(time: number): HeldCommit {
    const last = this.#queue.at(-1);
    if (last !== undefined && last.time === time) return last;
    const commit: HeldCommit = { time, writes: [], ended: false };
    this.#queue.push(commit);
    return commit;
  }

  #shift(): void {
    const { writes } = this.#queue[this.#head++];
    for (const { batch } of writes) this.#rows -= batch.length;
    if (this.#head < 1024 || this.#head * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  #give({ time, writes, ended }: HeldCommit): void {
    for (const { sink, batch, order } of writes) sink.write(batch, order);
    if (ended) for (const sink of this.#sinks) sink.endTime?.(time);
    crashPoint("after-release");
  }

  #facade(sink: Sink): Sink {
    const held = this;
    return {
      name: sink.name,
      ...(sink.isView ? { isView: true } : {}),
      open: (context) => sink.open(context),
      write: (batch, order) => held.#write(sink, batch, order),
      endTime: (time) => held.#endTime(sink, time),
      get full() {
        return sink.full || held.#isFull;
      },
      get deliveredUpTo() {
        const { deliveredUpTo = Number.POSITIVE_INFINITY } = sink;
        const first = held.#queue[held.#head];
        return first === undefined ? deliveredUpTo : Math.min(deliveredUpTo, first.time - 1);
      },
      async flush() {
        await held.drain();
        await sink.flush();
      },
      end: async () => sink.end?.(),
      stats: () => sink.stats(),
      close: () => sink.close(),
    };
  }
}
