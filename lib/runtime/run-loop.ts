import { setImmediate as nextTurn } from "node:timers/promises";
import type { Batch } from "../data/batch.ts";
import type { CommitClock } from "../data/time.ts";
import type { Sink } from "../io/sink.ts";
import { COMMIT, ENDED, type Source } from "../io/source.ts";
import type { Engine } from "./engine.ts";
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
  /** The last commit, at `time`, is through, and nothing that failed in it is still to be listed. */
  between(time: number): void;
}

/**
 * Pulls commits out of the sources, one at a time and in turn, and steps the engine with each.
 * A commit of a source is one time and one pass; sources never wait for each other; a full sink holds all of them.
 * What fails in a commit is listed in the next, before any source's, so that the log does not depend on who is faster;
 * a commit is not acknowledged before its failures have been delivered too.
 */
export class RunLoop {
  readonly #engine: Engine;
  readonly #clock: CommitClock;
  readonly #sinks: readonly Sink[];
  readonly #waker: Waker;
  readonly #live: Set<RunningSource>;
  readonly #sources: readonly RunningSource[];
  readonly #log: RunningSource<ErrorLog> | null;
  readonly #keeper: CommitKeeper | null;
  /** Commits that are delivered only with a later one, which lists what failed in them. */
  #listings: { readonly time: number; readonly listedAt: number }[] = [];
  #turnStart = 0;
  #acknowledged = 0;
  commits = 0;

  constructor(
    engine: Engine,
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
    while (this.#live.size > 0 && !stopped()) {
      const progressed = this.#pass(stopped);
      this.acknowledge();
      if (this.#log?.source.poll() !== COMMIT) this.#keeper?.between(this.#clock.last);
      if (this.#live.size === 0 || stopped()) return;
      if (!progressed) await this.#waker.sleep();
      else if (performance.now() - this.#turnStart < TURN_MS) continue;
      else await nextTurn();
      this.#turnStart = performance.now();
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
    const time = this.#withListings(Math.min(this.#clock.last, ...delivered));
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
      if (stopped() || this.#sinks.some((sink) => sink.full)) return progressed;
      if (this.#log !== null && this.#list(this.#log)) {
        progressed = true;
        if (this.#sinks.some((sink) => sink.full)) return progressed;
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
      this.#engine.release(time, sinks);
      this.commits++;
    }
    source.release();
  }
}
