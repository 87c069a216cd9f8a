import { setImmediate as nextTurn } from "node:timers/promises";
import type { Batch } from "../data/batch.ts";
import type { CommitClock } from "../data/time.ts";
import type { Sink } from "../io/sink.ts";
import { COMMIT, ENDED, type Source } from "../io/source.ts";
import type { RunEngine } from "./dealt-engine.ts";
import type { ErrorLog } from "./error-log.ts";
import type { Waker } from "./waker.ts";

/** How long the loop may hold the event loop before timers and sockets get their turn. */
const TURN_MS = 10;

/** A source with its place in the plan. */
export interface RunningSource<S extends Source = Source> {
  readonly nodeId: number;
  readonly source: S;
}

/** Whoever keeps a run's state on disk hears of its commits. */
export interface CommitKeeper {
  /** A source has sealed its commit at `time`; nothing has come of it yet. */
  sealed(running: RunningSource, time: number): void;
  /** Every output has been delivered what it got up to `time`. */
  delivered(time: number): void;
  /**
   * Nothing that failed up to `time`, the last commit, is still to be listed. `isSettled`: the commit is through, and
   * with it every one before it; otherwise functions that answer later are at work.
   */
  between(time: number, isSettled: boolean): void;
  /** It waits for all commits to be through, and none should be begun. */
  readonly isWaiting: boolean;
}

/** A commit that has been begun, and waits for functions that answer later. */
interface BegunCommit {
  readonly time: number;
  readonly rows: number;
  readonly sinks: readonly Sink[];
}

/** Commits, and rows of them, that may be under way at once. */
const BEGUN_MAX = 1000;
const BEGUN_ROWS_MAX = 100_000;

/**
 * Pulls commits out of the sources, one at a time and in turn, and steps the engine with each.
 * A commit of a source is one time and one pass; sources never wait for each other; a full sink holds all of them.
 * What fails in a commit is listed in the next, before any source's, so that the log does not depend on who is faster;
 * a commit is not acknowledged before its failures have been delivered too.
 *
 * Where functions answer later, commits are begun before earlier ones are through, and released in order. Not so where
 * failures are listed: then each waits for the one before, so that the log does not depend on who answers first.
 */
export class RunLoop {
  readonly #engine: RunEngine;
  readonly #clock: CommitClock;
  readonly #sinks: readonly Sink[];
  readonly #waker: Waker;
  readonly #live: Set<RunningSource>;
  readonly #sources: readonly RunningSource[];
  readonly #log: RunningSource<ErrorLog> | null;
  readonly #keeper: CommitKeeper | null;
  /** Commits that are delivered only with a later one, which lists what failed in them. */
  #listings: { readonly time: number; readonly listedAt: number }[] = [];
  readonly #begun: BegunCommit[] = [];
  #begunRows = 0;
  #turnStart = 0;
  #acknowledged = 0;
  commits = 0;

  constructor(
    engine: RunEngine,
    clock: CommitClock,
    sources: readonly RunningSource[],
    sinks: readonly Sink[],
    waker: Waker,
    log: RunningSource<ErrorLog> | null = null,
    keeper: CommitKeeper | null = null,
  ) {
    this.#engine = engine;
    this.#clock = clock;
    this.#sinks = sinks;
    this.#waker = waker;
    this.#sources = sources;
    this.#live = new Set(sources);
    this.#log = log;
    this.#keeper = keeper;
  }

  /** Runs until every source has ended or `stopped()`; throws what a source or operator throws. */
  async run(stopped: () => boolean): Promise<void> {
    this.#turnStart = performance.now();
    while ((this.#live.size > 0 || this.#begun.length > 0) && !stopped()) {
      const completed = !this.#sinks.some((sink) => sink.full) && this.#completeBegun();
      const progressed = this.#pass(stopped) || completed;
      this.acknowledge();
      if (this.#log?.source.poll() !== COMMIT)
        this.#keeper?.between(this.#clock.last, this.#begun.length === 0);
      if ((this.#live.size === 0 && this.#begun.length === 0) || stopped()) return;
      if (!progressed) await this.#waker.sleep();
      else if (performance.now() - this.#turnStart < TURN_MS) continue;
      else await nextTurn();
      this.#turnStart = performance.now();
    }
  }

  /** Waits until every commit that was begun is through and handed on. */
  async settle(): Promise<void> {
    while (this.#begun.length > 0) {
      if (!this.#completeBegun()) await this.#waker.sleep();
      else await nextTurn();
    }
  }

  /** The last time that was given. */
  get time(): number {
    return this.#clock.last;
  }

  /**
   * Makes a commit of an earlier run again, at its time and for these sinks; its source must have it ready. `check` is
   * called where the journal would be.
   */
  remake(running: RunningSource, time: number, sinks: readonly Sink[], check: () => void): void {
    const before = this.#clock.last;
    this.#clock.reach(time);
    const delta = running.source.seal(time);
    check();
    this.#take(running, time, delta, sinks);
    if (running.source === this.#log?.source) this.#listings.push({ time: before, listedAt: time });
    else this.#log?.source.sourceCommitted(running.source, time);
  }

  /** Lists what failed in the last commit: once, after a run that nothing has ended before its time. */
  finish(): void {
    if (this.#log !== null) this.#list(this.#log);
  }

  /** Tells the sources up to which time all outputs have been delivered. */
  acknowledge(): void {
    const delivered = this.#sinks.map(({ deliveredUpTo = Number.POSITIVE_INFINITY }) => deliveredUpTo);
    const through = this.#begun.length > 0 ? this.#begun[0].time - 1 : this.#clock.last;
    const time = this.#withListings(Math.min(through, ...delivered));
    if (time <= this.#acknowledged) return;
    this.#acknowledged = time;
    this.#keeper?.delivered(time);
    for (const { source } of this.#sources) source.acknowledge(time);
  }

  /** The last time up to which everything is delivered, given that it is so for single commits up to `time`. */
  #withListings(time: number): number {
    this.#listings = this.#listings.filter(({ listedAt }) => listedAt > time);
    const isDue = this.#log?.source.poll() === COMMIT;
    const unlisted = isDue ? this.#clock.last - 1 : time;
    return Math.min(time, unlisted, ...this.#listings.map((listing) => listing.time - 1));
  }

  /** Offers each source one commit. */
  #pass(stopped: () => boolean): boolean {
    let progressed = false;
    for (const running of this.#live) {
      if (stopped() || this.#sinks.some((sink) => sink.full) || this.#mustWait()) return progressed;
      if (this.#log !== null && this.#list(this.#log)) {
        progressed = true;
        if (this.#sinks.some((sink) => sink.full) || this.#mustWait()) return progressed;
      }
      const found = running.source.poll();
      if (found === COMMIT) {
        this.#commit(running);
        progressed = true;
        this.#log?.source.sourceCommitted(running.source, this.#clock.last);
      } else if (found === ENDED) {
        this.#live.delete(running);
        this.#log?.source.sourceCommitted(running.source, this.#clock.last);
      }
    }
    return progressed;
  }

  /** The log's commit, where something is to be listed. */
  #list(log: RunningSource): boolean {
    if (log.source.poll() !== COMMIT) return false;
    const time = this.#clock.last;
    this.#commit(log);
    this.#listings.push({ time, listedAt: this.#clock.last });
    return true;
  }

  #commit(running: RunningSource): void {
    const time = this.#clock.next();
    const delta = running.source.seal(time);
    this.#keeper?.sealed(running, time);
    this.#take(running, time, delta, this.#sinks);
  }

  #take({ nodeId, source }: RunningSource, time: number, delta: Batch | null, sinks: readonly Sink[]): void {
    if (delta !== null) {
      this.#engine.step(time, new Map([[nodeId, delta]]));
      this.#begun.push({ time, rows: delta.length, sinks });
      this.#begunRows += delta.length;
      this.commits++;
      this.#completeBegun();
    }
    source.release();
  }

  /** Whether no commit may be begun until those that were have come further. */
  #mustWait(): boolean {
    const most = this.#log !== null || this.#keeper?.isWaiting === true ? 1 : BEGUN_MAX;
    const isFull = this.#begun.length >= most || this.#begunRows >= BEGUN_ROWS_MAX;
    return isFull || this.#engine.isFailing;
  }

  /** Hands on the commits that are through, in order, as long as sinks take them. Returns whether there were any. */
  #completeBegun(): boolean {
    let completed = false;
    while (this.#begun.length > 0) {
      const [{ time, rows, sinks }] = this.#begun;
      if (completed && sinks.some((sink) => sink.full)) return true;
      if (!this.#engine.complete(time)) return completed;
      this.#engine.release(time, sinks);
      this.#begun.shift();
      this.#begunRows -= rows;
      completed = true;
    }
    return completed;
  }
}
