import { grown } from "../base/growth.ts";
import { Batch, type Origin } from "../data/batch.ts";
import { ABSENT, type Column } from "../data/column.ts";
import { KEY_WORDS, Keys } from "../data/keys.ts";
import { concatBatches, gatherBatch } from "../data/rows.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { hashKeys } from "../kernels/hash.ts";
import { sameKey } from "../kernels/same-key.ts";
import { type ColumnStore, columnStore } from "../trace/column-store.ts";
import { HashTable } from "../trace/hash-table.ts";
import { Slots } from "../trace/slots.ts";

/**
 * The live row of each primary key: turns events (a row, or the end of a key's row) into deltas.
 * Within a commit the last event of a key wins; an event that changes nothing anyone reads gives no delta.
 */
export class KeyedRows {
  readonly #stores: readonly (ColumnStore | null)[];
  readonly #slots = new Slots();
  #table = new HashTable();
  #keyWords = new Uint32Array(16 * KEY_WORDS);
  /** For the current commit: the last event of each slot, and the commit it belongs to. */
  #lastEvent = new Int32Array(16);
  #marks = new Uint32Array(16);
  /** 1 while the slot's row is live; a slot may be taken for an event that ends an unknown key. */
  #live = new Uint8Array(16);
  #epoch = 0;
  readonly #onMoved: ((row: number, from: number) => void) | null;
  /** The partition of each slot's last event, -1 where it is not known; null once a key has moved, or unwatched. */
  #homes: Int32Array | null;

  /** `onMoved` is told the first time that an event of a live key comes from another partition than the one before. */
  constructor(
    types: readonly ColumnType[],
    needed: readonly boolean[],
    onMoved: ((row: number, from: number) => void) | null = null,
  ) {
    this.#stores = types.map((type, i) => (needed[i] ? columnStore(type) : null));
    this.#onMoved = onMoved;
    this.#homes = onMoved === null ? null : new Int32Array(16);
  }

  get size(): number {
    return this.#slots.live;
  }

  /** Whether a row with key `words[4 row …]`, whose `hashKeys` is `hash`, is live. */
  has(words: Uint32Array, row: number, hash: number): boolean {
    const slot = this.#find(words, row, hash);
    return slot >= 0 && this.#live[slot] === 1;
  }

  /**
   * Applies events in the order of the rows, or of `order`, which may leave some out. `ends[row]` is 1 where the event
   * ends its key's row (its other cells are not read); null where none does. `partitions[row]` is where it came from,
   * null where nobody watches. Returns the consolidated delta, or null.
   */
  apply(
    events: Batch,
    ends: Uint8Array | null,
    order: Uint32Array | null = null,
    partitions: Int32Array | null = null,
  ): Batch | null {
    const length = order?.length ?? events.length;
    const words = events.keys.words();
    const hashes = new Uint32Array(events.length);
    hashKeys(words, events.length, hashes);
    const touched: number[] = [];
    this.#epoch++;
    for (let i = 0; i < length; i++) {
      const row = order === null ? i : order[i];
      const slot = this.#slotFor(words, row, hashes[row]);
      if (this.#homes !== null && partitions !== null) this.#noteHome(slot, row, partitions[row]);
      if (this.#marks[slot] !== this.#epoch) touched.push(slot);
      this.#marks[slot] = this.#epoch;
      this.#lastEvent[slot] = row;
    }
    return this.#settle(events, ends, touched);
  }

  /** All live rows, as if they came at `time`; cells stay valid. */
  all(time: number): Batch {
    const { used } = this.#slots;
    const slots = Uint32Array.from(this.#live.subarray(0, used).keys()).filter(
      (slot) => this.#live[slot] === 1,
    );
    const { length, columns, keys } = this.#retractions(time, slots);
    return new Batch(time, length, columns, keys, null);
  }

  save(writer: StateWriter): void {
    const { used } = this.#slots;
    this.#slots.save(writer.scope("slots"));
    writer.array("keyWords", this.#keyWords, used * KEY_WORDS);
    writer.array("live", this.#live, used);
    this.#stores.forEach((store, i) => store?.save(writer.scope(`column${i}`), used));
  }

  load(reader: StateReader): void {
    this.#slots.load(reader.scope("slots"));
    this.#keyWords = reader.uint32("keyWords", 16 * KEY_WORDS);
    this.#live = reader.uint8("live", 16);
    this.#lastEvent = new Int32Array(this.#live.length);
    this.#marks = new Uint32Array(this.#live.length);
    if (this.#homes !== null) this.#homes = new Int32Array(this.#live.length).fill(-1);
    const { used } = this.#slots;
    const hashes = new Uint32Array(used);
    hashKeys(this.#keyWords, used, hashes);
    const live = [...this.#live.subarray(0, used).keys()].filter((slot) => this.#live[slot] === 1);
    this.#table.rebuild(live, hashes);
    this.#stores.forEach((store, i) => store?.load(reader.scope(`column${i}`)));
  }

  #settle(events: Batch, ends: Uint8Array | null, touched: readonly number[]): Batch | null {
    const gone: number[] = [];
    const came: number[] = [];
    const filled: number[] = [];
    const emptied: number[] = [];
    for (const slot of touched) {
      const row = this.#lastEvent[slot];
      const lives = ends === null || ends[row] === 0;
      const lived = this.#live[slot] === 1;
      if (lives && lived && this.#equals(slot, events.columns, row)) continue;
      if (lived) gone.push(slot);
      if (lives) {
        came.push(row);
        filled.push(slot);
      } else emptied.push(slot);
    }
    const parts: Batch[] = [];
    if (gone.length > 0) parts.push(this.#retractions(events.time, Uint32Array.from(gone)));
    if (came.length > 0) parts.push(gatherBatch(events, Uint32Array.from(came), came.length));
    for (const slot of gone) for (const store of this.#stores) store?.clear(slot);
    for (const slot of emptied) this.#free(slot);
    for (let i = 0; i < came.length; i++) this.#store(filled[i], events, came[i]);
    if (parts.length < 2) return parts[0] ?? null;
    const { time, length, columns, keys, diffs } = concatBatches(parts);
    return new Batch(time, length, columns, keys, diffs, originAfter(gone.length, events, came));
  }

  #retractions(time: number, slots: Uint32Array): Batch {
    const n = slots.length;
    const words = new Uint32Array(KEY_WORDS * n);
    for (let i = 0; i < n; i++) {
      words.set(this.#keyWords.subarray(KEY_WORDS * slots[i], KEY_WORDS * (slots[i] + 1)), KEY_WORDS * i);
    }
    const columns = this.#stores.map((store) => store?.gather(slots, n) ?? ABSENT);
    return new Batch(time, n, columns, Keys.of(words), new Int32Array(n).fill(-1));
  }

  #equals(slot: number, columns: readonly Column[], row: number): boolean {
    return this.#stores.every((store, i) => store === null || store.equals(slot, columns[i], row));
  }

  #store(slot: number, { columns }: Batch, row: number): void {
    this.#live[slot] = 1;
    for (let i = 0; i < this.#stores.length; i++) {
      this.#stores[i]?.reserve(slot + 1);
      this.#stores[i]?.set(slot, columns[i], row);
    }
  }

  #free(slot: number): void {
    this.#live[slot] = 0;
    this.#table.remove(slot);
    this.#slots.free(slot);
  }

  #noteHome(slot: number, row: number, partition: number): void {
    if (this.#homes === null) return;
    const home = this.#homes[slot];
    this.#homes[slot] = partition;
    if (home < 0 || home === partition) return;
    this.#homes = null;
    this.#onMoved?.(row, home);
  }

  #find(words: Uint32Array, row: number, hash: number): number {
    for (let at = this.#table.first(hash); ; at = this.#table.next(at, hash)) {
      const slot = this.#table.slotAt(at);
      if (slot < 0) return -1;
      if (sameKey(this.#keyWords, slot, words, row)) return slot;
    }
  }

  #slotFor(words: Uint32Array, row: number, hash: number): number {
    const found = this.#find(words, row, hash);
    if (found >= 0) return found;
    const slot = this.#slots.take();
    this.#keyWords = grown(this.#keyWords, (slot + 1) * KEY_WORDS);
    this.#lastEvent = grown(this.#lastEvent, slot + 1);
    this.#marks = grown(this.#marks, slot + 1);
    this.#live = grown(this.#live, slot + 1);
    if (this.#homes !== null) {
      this.#homes = grown(this.#homes, slot + 1);
      this.#homes[slot] = -1;
    }
    for (let w = 0; w < KEY_WORDS; w++) this.#keyWords[KEY_WORDS * slot + w] = words[KEY_WORDS * row + w];
    this.#live[slot] = 0;
    this.#table.insert(hash, slot);
    return slot;
  }
}

/** Where the rows come from that stand behind `before` rows of earlier commits. */
function originAfter(before: number, { origin }: Batch, rows: readonly number[]): Origin | null {
  if (origin === null) return null;
  return (row) => (row < before ? "an earlier commit" : origin(rows[row - before]));
}
