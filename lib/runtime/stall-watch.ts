import { TowpathError } from "../errors.ts";
import type { Sink } from "../io/sink.ts";
import type { Source } from "../io/source.ts";
import { undelivered } from "./undelivered.ts";

/** Nothing has come of a run for a while, although there is something to do. */
export interface StallEvent {
  /** Since when, in ms. */
  readonly sinceMs: number;
  /** What holds: one text for each output that has not delivered, or else for each source that has something to read. */
  readonly holds: readonly string[];
}

export type OnStall = (event: StallEvent) => void;

/** What a run is told about stalls. */
export interface StallOptions {
  readonly onStall?: OnStall | undefined;
  readonly stallAfterMs?: number | undefined;
}

const STALL_AFTER_MS = 30_000;
const LOOK_MS = 1_000;

/**
 * Looks, about once a second, whether a run makes progress: rows are read, commits made, or outputs deliver. When it has
 * not for `stallAfterMs` although sources lag or outputs have something to deliver, a line and `onStall` say so, and
 * again each time as long passes. A run that waits for messages, or whose rows wait for a marker, does not stall.
 */
export class StallWatch {
  readonly #sources: readonly Source[];
  readonly #sinks: readonly Sink[];
  readonly #log: (line: string) => void;
  readonly #fail: (error: Error) => void;
  readonly #onStall: OnStall;
  readonly #afterMs: number;
  #timer: NodeJS.Timeout | undefined;
  #state = "";
  #movedAt = 0;
  #toldAt = 0;

  /** Throws TP_BAD_ARGUMENT for options that are none. */
  constructor(
    sources: readonly Source[],
    sinks: readonly Sink[],
    { onStall, stallAfterMs = STALL_AFTER_MS }: StallOptions,
    log: (line: string) => void,
    fail: (error: Error) => void,
  ) {
    if (!(typeof stallAfterMs === "number" && stallAfterMs > 0)) {
      throw bad("stallAfterMs", "Give milliseconds above 0, such as 30_000.");
    }
    if (onStall !== undefined && typeof onStall !== "function")
      throw bad("onStall", "Give a function that takes the event.");
    this.#sources = sources;
    this.#sinks = sinks;
    this.#onStall = onStall ?? (() => {});
    this.#afterMs = stallAfterMs;
    this.#log = log;
    this.#fail = fail;
  }

  start(): void {
    this.#movedAt = performance.now();
    this.#timer = setInterval(() => this.look(performance.now()), Math.min(LOOK_MS, this.#afterMs / 4));
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** `now` in ms of performance.now(). */
  look(now: number): void {
    const holds = this.#holds();
    const state = this.#progress();
    if (holds.length === 0 || state !== this.#state) {
      this.#state = state;
      this.#movedAt = now;
      this.#toldAt = now;
      return;
    }
    if (now - this.#toldAt < this.#afterMs) return;
    this.#toldAt = now;
    const sinceMs = Math.round(now - this.#movedAt);
    this.#log(`no progress for ${Math.round(sinceMs / 1000)} s: ${holds.join("; ")}`);
    try {
      this.#onStall({ sinceMs, holds });
    } catch (cause) {
      const detail = `onStall threw: ${cause instanceof Error ? cause.message : String(cause)}`;
      this.#fail(new TowpathError("TP_FUNCTION_FAILED", detail, { where: "pw.run", cause }));
    }
  }

  #progress(): string {
    const read = this.#sources.map((source) => {
      const { rows, commits, rejected } = source.stats();
      return `${rows} ${commits} ${rejected}`;
    });
    return [...read, ...this.#sinks.map((sink) => `${sink.stats().changes} ${sink.deliveredUpTo}`)].join();
  }

  #holds(): string[] {
    const outputs = this.#sinks.flatMap((sink) => undelivered(sink) ?? []);
    if (outputs.length > 0) return outputs;
    return this.#sources.flatMap((source) => {
      const lag = source.stats().lag ?? 0;
      return lag > 0 ? [`source ${source.name}: ${source.behind?.() ?? `${lag} messages behind`}`] : [];
    });
  }
}

function bad(option: string, hint: string): TowpathError {
  return new TowpathError("TP_BAD_ARGUMENT", `the option ${option} of pw.run is none`, { hint });
}
