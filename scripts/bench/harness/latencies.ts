import { percentile } from "./statistics.ts";
import { wordCycle } from "./workload.ts";

export interface LatencySummary {
  readonly messages: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The word that is sent before the clock starts, to see that a job is ready. */
export const READY_WORD = "ready";

/**
 * From a message's stamp to the first result that has counted it. A result "word w: n" has counted the first n messages
 * with that word; which those are is known, as the words come in a fixed order.
 */
export class Latencies {
  readonly #stamps: Float64Array;
  readonly #latencies: Float64Array;
  /** The messages of each word, in order. */
  readonly #messages = new Map<string, number[]>();
  readonly #counted = new Map<string, number>();
  #prefix = 0;

  constructor(stamps: Float64Array) {
    this.#stamps = stamps;
    this.#latencies = new Float64Array(stamps.length).fill(Number.NaN);
    const words = wordCycle();
    for (let i = 0; i < stamps.length; i++) {
      const word = `word-${words[i % words.length]}`;
      const list = this.#messages.get(word);
      if (list === undefined) this.#messages.set(word, [i]);
      else list.push(i);
    }
  }

  /** A result message with counts: an array of changes, a change, or a newest count. */
  takeCounts(text: string, at: number): void {
    const value = JSON.parse(text);
    const rows: { word: string; count: number; diff?: number }[] = Array.isArray(value) ? value : [value];
    for (const { word, count, diff = 1 } of rows) {
      if (diff < 0 || word === READY_WORD) continue;
      const messages = this.#messages.get(word) ?? [];
      if (count > messages.length) throw new Error(`${word} was sent ${messages.length} times, not ${count}`);
      for (let i = this.#counted.get(word) ?? 0; i < count; i++) this.#note(messages[i], at);
      this.#counted.set(word, Math.max(count, this.#counted.get(word) ?? 0));
    }
  }

  /** A message of the pass-through: how many messages have gone through, the ready word included. */
  takePrefix(text: string, at: number): void {
    const seen = Number.parseInt(text, 10) - 1;
    if (seen > this.#stamps.length) throw new Error(`${this.#stamps.length} messages were sent, not ${seen}`);
    for (; this.#prefix < seen; this.#prefix++) this.#note(this.#prefix, at);
  }

  #note(message: number, at: number): void {
    this.#latencies[message] = at - this.#stamps[message];
  }

  /** Of the messages sent `skipMs` after the first or later; throws when one of all was never counted. */
  summary(skipMs: number): LatencySummary {
    const lost = this.#latencies.findIndex((latency) => Number.isNaN(latency));
    if (lost >= 0) throw new Error(`message ${lost} of ${this.#stamps.length} is in no result`);
    const from = this.#stamps[0] + skipMs;
    const sorted = this.#latencies.filter((_, i) => this.#stamps[i] >= from).sort();
    if (sorted.length === 0) throw new Error(`nothing was sent after the first ${skipMs} ms`);
    const [p50, p95, p99, max] = [0.5, 0.95, 0.99, 1].map((p) => percentile(sorted, p));
    return { messages: sorted.length, p50, p95, p99, max };
  }
}
