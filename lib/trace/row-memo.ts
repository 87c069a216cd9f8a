import { grown } from "../base/growth.ts";
import { ABSENT, type Column } from "../data/column.ts";
import { KEY_WORDS } from "../data/keys.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { type ColumnStore, columnStore } from "./column-store.ts";
import { HashTable } from "./hash-table.ts";
import { Slots } from "./slots.ts";

/**
 * Results remembered for each live row of a table, found again by the row's key and a hash of its values (a key may
 * stand for an old and a new row within one commit).
 */
export class RowMemo {
  readonly #stores: readonly (ColumnStore | null)[];
  readonly #slots = new Slots();
  #table = new HashTable();
  #keyWords = new Uint32Array(16 * KEY_WORDS);
  #counts = new Int32Array(16);
  #hashes = new Uint32Array(16);

  constructor(types: readonly ColumnType[], needed: readonly boolean[]) {
    this.#stores = types.map((type, i) => (needed[i] ? columnStore(type) : null));
  }

  get size(): number {
    return this.#slots.live;
  }

  /** Remembers `columns[row]` for the row of this key and hash, `count` times; returns its slot. */
  put(words: Uint32Array, row: number, hash: number, columns: readonly Column[], count: number): number {
    const slot = this.#slots.take();
    this.#keyWords = grown(this.#keyWords, (slot + 1) * KEY_WORDS);
    this.#counts = grown(this.#counts, slot + 1);
    this.#hashes = grown(this.#hashes, slot + 1);
    for (let w = 0; w < KEY_WORDS; w++) this.#keyWords[KEY_WORDS * slot + w] = words[KEY_WORDS * row + w];
    this.#counts[slot] = count;
    this.#hashes[slot] = hash;
    this.#stores.forEach((store, i) => {
      store?.reserve(slot + 1);
      store?.set(slot, columns[i], row);
    });
    this.#table.insert(hash, slot);
    return slot;
  }

  /** The slot of a remembered row, or -1. */
  find(words: Uint32Array, row: number, hash: number): number {
    for (let at = this.#table.first(hash); ; at = this.#table.next(at, hash)) {
      const slot = this.#table.slotAt(at);
      if (slot < 0) return -1;
      let same = true;
      for (let w = 0; w < KEY_WORDS; w++) {
        if (this.#keyWords[KEY_WORDS * slot + w] !== words[KEY_WORDS * row + w]) same = false;
      }
      if (same) return slot;
    }
  }

  gather(slots: Uint32Array, n: number): Column[] {
    return this.#stores.map((store) => store?.gather(slots, n) ?? ABSENT);
  }

  /** A remembered row is there `count` times more. */
  add(slot: number, count: number): void {
    this.#counts[slot] += count;
  }

  /** Takes `count` of a remembered row's multiplicity; at 0 it is forgotten. */
  drop(slot: number, count: number): void {
    this.#counts[slot] -= count;
    if (this.#counts[slot] > 0) return;
    this.#table.remove(slot);
    for (const store of this.#stores) store?.clear(slot);
    this.#slots.free(slot);
  }

  save(writer: StateWriter): void {
    const { used } = this.#slots;
    this.#slots.save(writer.scope("slots"));
    const live = new Uint8Array(used);
    const { entries } = this.#table;
    for (let i = 0; i < entries.length; i += 2) if (entries[i] !== 0) live[entries[i] - 1] = 1;
    writer.array("live", live, used);
    writer.array("keyWords", this.#keyWords, used * KEY_WORDS);
    writer.array("counts", this.#counts, used);
    writer.array("hashes", this.#hashes, used);
    this.#stores.forEach((store, i) => store?.save(writer.scope(`column${i}`), used));
  }

  load(reader: StateReader): void {
    this.#slots.load(reader.scope("slots"));
    this.#keyWords = reader.uint32("keyWords", 16 * KEY_WORDS);
    this.#counts = reader.int32("counts", 16);
    this.#hashes = reader.uint32("hashes", 16);
    const live = reader.uint8("live");
    this.#table.rebuild(
      [...live.keys()].filter((slot) => live[slot] === 1),
      this.#hashes,
    );
    this.#stores.forEach((store, i) => store?.load(reader.scope(`column${i}`)));
  }
}
