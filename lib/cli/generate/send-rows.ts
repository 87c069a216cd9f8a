/** A stream of rows and commit markers, at an even rate. */
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { commitMarker, type RowMaker } from "./rows.ts";

/** Where messages go. */
export interface Target {
  readonly partitions: number;
  /** Takes a message; false where there is no room for it yet. Partition -1: by the key. */
  send(partition: number, key: string | null, payload: string): boolean;
  /** Resolves when there may be room again; rejects where there never will be. */
  room(): Promise<void>;
  /** Resolves when all messages have arrived. */
  flush(): Promise<void>;
}

export interface StreamPlan {
  /** Rows a second; Infinity: as fast as they are taken. */
  readonly rate: number;
  /** Rows in all; Infinity: until something else ends it. */
  readonly rows: number;
  /** Infinity: until something else ends it. */
  readonly seconds: number;
  /** Rows between two markers; 0: no markers. */
  readonly commitEvery: number;
}

export interface Sent {
  readonly rows: number;
  readonly commits: number;
  readonly messages: number;
  /** Of payloads. */
  readonly bytes: number;
  readonly seconds: number;
  /**
   * "complete": all that was planned; "stopped": a signal cut it short; "late": it could not keep its rate, and ended
   * when its time was over.
   */
  readonly ended: "complete" | "stopped" | "late";
}

/** Rows between two looks at the clock where the rate has no bound. */
const TURN_ROWS = 500;
/** How far behind its rate a stream with an end in time may be before it ends all the same. */
const LATE_MS = 1_000;

/**
 * Sends a stream: the header, rows at `rate` with a marker to every partition after each `commitEvery` rows, and a last
 * marker behind what is left. Row i is due i / rate seconds after the first, so that no delay adds up.
 */
export class RowStream {
  readonly #target: Target;
  readonly #plan: StreamPlan;
  readonly #maker: RowMaker;
  #rows = 0;
  #commits = 0;
  #messages = 0;
  #bytes = 0;
  #uncommitted = 0;

  constructor(target: Target, plan: StreamPlan, maker: RowMaker) {
    this.#target = target;
    this.#plan = plan;
    this.#maker = maker;
  }

  /** Sends until all is sent, or `signal` aborts, which is in order. Rejects where a message cannot be delivered. */
  async send(signal: AbortSignal): Promise<Sent> {
    const { rate, seconds } = this.#plan;
    const planned = Math.min(this.#plan.rows, rate === Infinity ? Infinity : Math.round(rate * seconds));
    if (this.#maker.header !== null) await this.#message(0, null, this.#maker.header);
    const startedAt = performance.now();
    const endMs = 1_000 * seconds + (planned === Infinity || rate === Infinity ? 0 : LATE_MS);
    while (this.#rows < planned && !signal.aborted) {
      const elapsedMs = performance.now() - startedAt;
      if (elapsedMs >= endMs) break;
      const due = rate === Infinity ? Infinity : Math.floor((elapsedMs * rate) / 1_000) + 1;
      await this.#rowsUpTo(Math.min(planned, due, this.#rows + TURN_ROWS));
      if (this.#rows < due) await nextTurn();
      else await sleep((1_000 * this.#rows) / rate - elapsedMs, undefined, { signal }).catch(() => {});
    }
    if (this.#plan.commitEvery > 0 && this.#uncommitted > 0) await this.#commit();
    await this.#target.flush();
    const tookSeconds = (performance.now() - startedAt) / 1_000;
    const cut = this.#rows < planned && (planned !== Infinity || (seconds !== Infinity && signal.aborted));
    return {
      rows: this.#rows,
      commits: this.#commits,
      messages: this.#messages,
      bytes: this.#bytes,
      seconds: Math.round(tookSeconds * 1_000) / 1_000,
      ended: !cut ? "complete" : signal.aborted ? "stopped" : rate === Infinity ? "complete" : "late",
    };
  }

  /** Ends early where there was no room, because that takes time. */
  async #rowsUpTo(count: number): Promise<void> {
    const { partitions } = this.#target;
    const now = Date.now();
    let waited = false;
    while (this.#rows < count && !waited) {
      const { payload, key } = this.#maker.next(now);
      const sent = this.#message(key === null ? this.#rows % partitions : -1, key, payload);
      waited = sent !== undefined;
      if (waited) await sent;
      this.#rows++;
      this.#uncommitted++;
      if (this.#uncommitted === this.#plan.commitEvery) await this.#commit();
    }
  }

  async #commit(): Promise<void> {
    for (let partition = 0; partition < this.#target.partitions; partition++) {
      await this.#message(partition, null, commitMarker);
    }
    this.#commits++;
    this.#uncommitted = 0;
  }

  /** Sends a message; returns what to wait for where there was no room for it. */
  #message(partition: number, key: string | null, payload: string): Promise<void> | undefined {
    this.#messages++;
    this.#bytes += Buffer.byteLength(payload);
    if (this.#target.send(partition, key, payload)) return undefined;
    return this.#whenRoom(partition, key, payload);
  }

  async #whenRoom(partition: number, key: string | null, payload: string): Promise<void> {
    do await this.#target.room();
    while (!this.#target.send(partition, key, payload));
  }
}
