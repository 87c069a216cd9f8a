import { setImmediate as nextTurn } from "node:timers/promises";
import type { Batch } from "../data/batch.ts";
import type { CommitClock } from "../data/time.ts";
import type { Sink } from "../io/sink.ts";
import { COMMIT, ENDED, type Source } from "../io/source.ts";
import type { Engine } from "./engine.ts";
import type { Waker } from "./waker.ts";

/** How long the loop may hold the event loop before timers and sockets get their turn. */
const TURN_MS = 10;

/** A source with its place in the plan. */
export interface RunningSource {
  readonly nodeId: number;
  readonly source: Source;
}

/**
 * Pulls commits out of the sources, one at a time and in turn, and steps the engine with each.
 * A commit of a source is one time and one pass; sources never wait for each other; a full sink holds all of them.
 */
export class RunLoop {
  readonly #engine: Engine;
  readonly #clock: CommitClock;
  readonly #sinks: readonly Sink[];
  readonly #waker: Waker;
  readonly #live: Set<RunningSource>;
  readonly #sources: readonly RunningSource[];
  #turnStart = 0;
  #acknowledged = 0;
  commits = 0;

  constructor(
    engine: Engine,
    clock: CommitClock,
    sources: readonly RunningSource[],
    sinks: readonly Sink[],
    waker: Waker,
  ) {
    this.#engine = engine;
    this.#clock = clock;
    this.#sinks = sinks;
    this.#waker = waker;
    this.#sources = sources;
    this.#live = new Set(sources);
  }

  /** Runs until every source has ended or `stopped()`; throws what a source or operator throws. */
  async run(stopped: () => boolean): Promise<void> {
    this.#turnStart = performance.now();
    while (this.#live.size > 0 && !stopped()) {
      const progressed = this.#pass(stopped);
      this.acknowledge();
      if (this.#live.size === 0 || stopped()) return;
      if (!progressed) await this.#waker.sleep();
      else if (performance.now() - this.#turnStart < TURN_MS) continue;
      else await nextTurn();
      this.#turnStart = performance.now();
    }
  }

  /** Tells the sources up to which time all outputs have been delivered. */
  acknowledge(): void {
    const delivered = this.#sinks.map(({ deliveredUpTo = Number.POSITIVE_INFINITY }) => deliveredUpTo);
    const time = Math.min(this.#clock.last, ...delivered);
    if (time <= this.#acknowledged) return;
    this.#acknowledged = time;
    for (const { source } of this.#sources) source.acknowledge(time);
  }

  /** Offers each source one commit. */
  #pass(stopped: () => boolean): boolean {
    let progressed = false;
    for (const running of this.#live) {
      if (stopped() || this.#sinks.some((sink) => sink.full)) return progressed;
      const found = running.source.poll();
      if (found === COMMIT) {
        this.#commit(running);
        progressed = true;
      } else if (found === ENDED) this.#live.delete(running);
    }
    return progressed;
  }

  #commit({ nodeId, source }: RunningSource): void {
    const time = this.#clock.next();
    const delta: Batch | null = source.seal(time);
    if (delta !== null) {
      this.#engine.step(time, new Map([[nodeId, delta]]));
      this.#engine.release(time, this.#sinks);
      this.commits++;
    }
    source.release();
  }
}
