import { grown } from "../base/growth.ts";
import { hashKeys } from "../kernels/hash.ts";
import { sameKey } from "../kernels/same-key.ts";
import { HashTable } from "../trace/hash-table.ts";
import type { Events } from "./commit-events.ts";

/** Whether the row with key `words[4 row …]` was live before the commit; `hash` is its `hashKeys`. */
type WasLive = (words: Uint32Array, row: number, hash: number) => boolean;

/**
 * The events of a commit, taken in `order`, that would begin a row whose key is live by then: those of an insert
 * session that are bad. The message is the unit: with one of its events all of them are refused, and none has happened
 * for the messages behind it. Told of each refused message by its first event that may not be; returns the order of
 * the others.
 */
export function withoutRefused(
  events: Events,
  order: Uint32Array,
  wasLive: WasLive,
  onRefused: (row: number) => void,
): Uint32Array {
  const { partitions, offsets, ends } = events;
  const trial = new Trial(events, wasLive);
  const kept = new Uint32Array(order.length);
  let count = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    const first = order[from];
    while (
      to < order.length &&
      offsets[order[to]] === offsets[first] &&
      partitions[order[to]] === partitions[first]
    ) {
      to++;
    }
    let at = from;
    while (at < to && trial.take(order[at], ends !== null && ends[order[at]] === 1)) at++;
    if (at < to) {
      onRefused(order[at]);
      // A message with several events only begins rows, so that taking them back ends what it began.
      for (let i = from; i < at; i++) trial.take(order[i], true);
    } else for (let i = from; i < to; i++) kept[count++] = order[i];
  }
  return kept.subarray(0, count);
}

/** Which of a commit's keys are live at this point of it. */
class Trial {
  readonly #words: Uint32Array;
  readonly #hashes: Uint32Array;
  readonly #wasLive: WasLive;
  readonly #table = new HashTable();
  /** By entry: a row with its key, and whether it is live. */
  #rows = new Uint32Array(64);
  #live = new Uint8Array(64);
  #count = 0;

  constructor({ batch }: Events, wasLive: WasLive) {
    this.#words = batch.keys.words();
    this.#hashes = new Uint32Array(batch.length);
    this.#wasLive = wasLive;
    hashKeys(this.#words, batch.length, this.#hashes);
  }

  /** Begins or ends the row of an event's key; false, and nothing happens, where it is there already. */
  take(row: number, ends: boolean): boolean {
    const entry = this.#entryOf(row);
    if (!ends && this.#live[entry] === 1) return false;
    this.#live[entry] = ends ? 0 : 1;
    return true;
  }

  #entryOf(row: number): number {
    const hash = this.#hashes[row];
    for (let at = this.#table.first(hash); ; at = this.#table.next(at, hash)) {
      const entry = this.#table.slotAt(at);
      if (entry < 0) break;
      if (sameKey(this.#words, this.#rows[entry], this.#words, row)) return entry;
    }
    const entry = this.#count++;
    this.#rows = grown(this.#rows, entry + 1);
    this.#live = grown(this.#live, entry + 1);
    this.#rows[entry] = row;
    this.#live[entry] = this.#wasLive(this.#words, row, hash) ? 1 : 0;
    this.#table.insert(hash, entry);
    return entry;
  }
}
