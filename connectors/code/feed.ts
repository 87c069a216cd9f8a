import type { Batch } from "../../lib/data/batch.ts";
import { TowpathError } from "../../lib/errors.ts";
import {
  COMMIT,
  ENDED,
  IDLE,
  type PollResult,
  type Source,
  type SourceContext,
  type SourceStats,
} from "../../lib/io/source.ts";
import type { GivenCommit, GivenRows } from "./given-rows.ts";

/** Commits that wait for the run, and the source through which it takes them. */
export class Feed {
  readonly #name: string;
  readonly #rows: GivenRows;
  #queue: GivenCommit[] = [];
  #head = 0;
  #waitingRows = 0;
  #closedBy: "close" | "run" | null = null;
  #isTaken = false;
  #wake: () => void = () => {};

  constructor(name: string, rows: GivenRows) {
    this.#name = name;
    this.#rows = rows;
  }

  /** The rows, for a call that changes them; throws TP_CLOSED once that is over. */
  get open(): GivenRows {
    if (this.#closedBy === null) return this.#rows;
    const why =
      this.#closedBy === "close" ? "this input has been closed" : "the run that read this input has ended";
    throw new TowpathError("TP_CLOSED", why, { where: this.#name });
  }

  commit(): void {
    const commit = this.open.commit();
    if (commit === null) return;
    this.#queue.push(commit);
    this.#waitingRows += commit.rows;
    this.#wake();
  }

  close(): void {
    if (this.#closedBy !== null) return;
    this.commit();
    this.#closedBy = "close";
    this.#wake();
  }

  /** The running source. An input feeds one run. */
  source(needed: readonly boolean[]): Source {
    if (this.#isTaken) {
      throw new TowpathError("TP_GRAPH_RUNNING", "this input feeds a run already", { where: this.#name });
    }
    this.#isTaken = true;
    this.#rows.start(needed);
    return new FeedSource(this.#name, this);
  }

  get waitingRows(): number {
    return this.#waitingRows;
  }

  get pendingRows(): number {
    return this.#rows.pending;
  }

  get isEnded(): boolean {
    return this.#closedBy !== null && this.#head === this.#queue.length;
  }

  get hasCommit(): boolean {
    return this.#head < this.#queue.length;
  }

  /** The next commit; there must be one. */
  take(): GivenCommit {
    const commit = this.#queue[this.#head++];
    this.#waitingRows -= commit.rows;
    // Taken in bulk: a shift moves the whole queue.
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return commit;
  }

  onCommit(wake: () => void): void {
    this.#wake = wake;
  }

  /** The run is over: what is still given to this input would be lost. */
  endRun(): void {
    this.#closedBy ??= "run";
    this.#wake = () => {};
    this.#queue = [];
    this.#head = 0;
  }
}

class FeedSource implements Source {
  readonly name: string;
  readonly #feed: Feed;
  #signal: AbortSignal | null = null;
  #current: GivenCommit | null = null;
  #rows = 0;
  #commits = 0;

  constructor(name: string, feed: Feed) {
    this.name = name;
    this.#feed = feed;
  }

  async open(context: SourceContext): Promise<void> {
    this.#signal = context.signal;
    this.#feed.onCommit(context.wake);
  }

  poll(): PollResult {
    if (this.#signal?.aborted || this.#feed.isEnded) return ENDED;
    return this.#feed.hasCommit ? COMMIT : IDLE;
  }

  seal(time: number): Batch | null {
    this.#current = this.#feed.take();
    this.#rows += this.#current.rows;
    this.#commits++;
    return this.#current.seal(time);
  }

  release(): void {
    this.#current?.release();
    this.#current = null;
  }

  acknowledge(): void {}

  stats(): SourceStats {
    const { waitingRows, pendingRows } = this.#feed;
    return { rows: this.#rows, commits: this.#commits, rejected: 0, lag: waitingRows, pending: pendingRows };
  }

  async close(): Promise<void> {
    this.#feed.endRun();
  }
}
