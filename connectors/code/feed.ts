import type { Batch } from "../../lib/data/batch.ts";
import type { Columns } from "../../lib/data/schema.ts";
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
import { FeedHistory } from "./feed-history.ts";
import { DroppedRows, type GivenCommit, type GivenRows, type RowCalls } from "./given-rows.ts";

/** Commits that wait for the run, and the source through which it takes them. */
export class Feed {
  readonly #name: string;
  readonly #columns: Columns;
  readonly #given: GivenRows;
  /** What calls go to: the given rows, until the run is over. */
  #rows: RowCalls;
  #queue: GivenCommit[] = [];
  #head = 0;
  #waitingRows = 0;
  #isClosed = false;
  #isTaken = false;
  #wake: () => void = () => {};
  #open: (kept: number) => void = () => {};
  /** How many commits earlier runs have kept, once the run has begun. */
  readonly restored = new Promise<number>((resolve) => {
    this.#open = resolve;
  });

  constructor(name: string, columns: Columns, rows: GivenRows) {
    this.#name = name;
    this.#columns = columns;
    this.#given = rows;
    this.#rows = rows;
  }

  /** The rows, for a call that changes them; throws TP_CLOSED once the script has closed the input. */
  get open(): RowCalls {
    if (!this.#isClosed) return this.#rows;
    throw new TowpathError("TP_CLOSED", "this input has been closed", { where: this.#name });
  }

  commit(): void {
    this.#enqueue(this.open.commit());
  }

  /** Queues what an earlier run has kept of a commit, and has just been said again: nothing where it took back what it gave. */
  commitAgain(): void {
    this.#enqueue(this.#given.commit() ?? withoutRows(this.#columns));
  }

  #enqueue(commit: GivenCommit | null): void {
    if (commit === null) return;
    this.#queue.push(commit);
    this.#waitingRows += commit.rows;
    this.#wake();
  }

  close(): void {
    if (this.#isClosed) return;
    this.commit();
    this.#isClosed = true;
    this.#wake();
  }

  /** The running source. An input feeds one run. */
  source(needed: readonly boolean[]): Source {
    if (this.#isTaken) {
      throw new TowpathError("TP_GRAPH_RUNNING", "this input feeds a run already", { where: this.#name });
    }
    this.#isTaken = true;
    this.#given.start(needed);
    return new FeedSource(this.#name, this.#columns, this.#given, this);
  }

  /** The run has begun. */
  begin(kept: number): void {
    this.#open(kept);
  }

  get waitingRows(): number {
    return this.#waitingRows;
  }

  get pendingRows(): number {
    return this.#rows.pending;
  }

  get isEnded(): boolean {
    return this.#isClosed && this.#head === this.#queue.length;
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

  /**
   * The run is over. What is still given has no effect, like messages behind the last that a run has read: a timer or
   * server that feeds the input must not bring the process down before the script hears why the run has ended.
   */
  endRun(log: (line: string) => void): void {
    this.#wake = () => {};
    this.#queue = [];
    this.#head = 0;
    this.#waitingRows = 0;
    this.#rows = new DroppedRows(() =>
      log(`${this.#name}: rows given after the run had ended have no effect`),
    );
  }
}

function withoutRows(columns: Columns): GivenCommit {
  return {
    rows: 0,
    seal: () => null,
    said: () => ({ cells: columns.map(() => []), gone: new Uint8Array() }),
    release: () => {},
  };
}

class FeedSource implements Source {
  readonly name: string;
  readonly history: FeedHistory;
  readonly #feed: Feed;
  #context: SourceContext | null = null;
  #current: GivenCommit | null = null;
  #rows = 0;
  #commits = 0;
  /** What the figures were when the run ended. */
  #final: SourceStats | null = null;

  constructor(name: string, columns: Columns, rows: GivenRows, feed: Feed) {
    this.name = name;
    this.#feed = feed;
    this.history = new FeedHistory({
      name,
      columns,
      rows,
      hasRows: () => feed.hasCommit || rows.pending > 0,
      commit: () => feed.commitAgain(),
      current: () => this.#current,
    });
  }

  async open(context: SourceContext): Promise<void> {
    this.#context = context;
    this.#feed.onCommit(context.wake);
    this.#feed.begin(this.history.restored);
  }

  poll(): PollResult {
    if (this.#context?.signal.aborted || this.#feed.isEnded) return ENDED;
    return this.#feed.hasCommit ? COMMIT : IDLE;
  }

  seal(time: number): Batch | null {
    this.#current = this.#feed.take();
    this.#rows += this.#current.rows;
    this.#commits++;
    this.history.sealed();
    return this.#current.seal(time);
  }

  release(): void {
    this.#current?.release();
    this.#current = null;
  }

  acknowledge(): void {}

  stats(): SourceStats {
    if (this.#final !== null) return this.#final;
    const { waitingRows, pendingRows } = this.#feed;
    return { rows: this.#rows, commits: this.#commits, rejected: 0, lag: waitingRows, pending: pendingRows };
  }

  async close(): Promise<void> {
    this.#final ??= this.stats();
    this.#feed.endRun((line) => this.#context?.log(line));
  }
}
