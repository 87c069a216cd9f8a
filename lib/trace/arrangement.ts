import { assert } from "../base/assert.ts";
import { grown } from "../base/growth.ts";
import type { Batch } from "../data/batch.ts";
import { ABSENT, type Column } from "../data/column.ts";
import { KEY_WORDS } from "../data/keys.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { linkChains } from "../kernels/chains.ts";
import { gatherInts } from "../kernels/gather.ts";
import { hashKeys } from "../kernels/hash.ts";
import { scatterKeys } from "../kernels/scatter.ts";
import { touchSlots } from "../kernels/touch.ts";
import { type ColumnStore, columnStore } from "./column-store.ts";
import { HashTable } from "./hash-table.ts";
import { RowIndex } from "./row-index.ts";
import { Slots } from "./slots.ts";

/**
 * The rows of a table, remembered by the values of some of its columns (the arrangement's key; null is a value).
 *
 * Rows of one key form a chain through `next`/`previous`; `heads` is by slot of `keys`. A row slot holds the row's
 * 128-bit key, its multiplicity and its cells. Appending costs the size of the batch, whatever the table's; so does
 * deleting, for which an index of rows by their 128-bit keys is made with the first deletion.
 */
export class Arrangement {
  readonly keys: RowIndex;
  /** By slot of `keys`: the first row of the chain, or -1; and how many rows (with multiplicity) the key has. */
  heads = new Int32Array(16).fill(-1);
  totals = new Int32Array(16);
  /** By row slot. */
  next = new Int32Array(16);
  counts = new Int32Array(16);
  keyWords = new Uint32Array(16 * KEY_WORDS);
  readonly rows = new Slots();
  readonly #stores: readonly (ColumnStore | null)[];
  readonly keyTypes: readonly ColumnType[];
  readonly #keyColumns: readonly number[];
  #previous = new Int32Array(16);
  #keySlots = new Int32Array(16);
  #marks = new Uint32Array(16);
  #epoch = 0;
  #byRowKey: HashTable | null = null;

  /** `needed[i]` is false where column i is never read back; `keyColumns` are positions among `types`. */
  constructor(types: readonly ColumnType[], keyColumns: readonly number[], needed: readonly boolean[]) {
    this.keyTypes = keyColumns.map((position) => types[position]);
    this.keys = new RowIndex(this.keyTypes);
    this.#stores = types.map((type, i) => (needed[i] ? columnStore(type) : null));
    this.#keyColumns = keyColumns;
  }

  /** Rows held. */
  get size(): number {
    return this.rows.live;
  }

  keyColumnsOf(batch: Batch): Column[] {
    return this.#keyColumns.map((position) => batch.columns[position]);
  }

  /**
   * Adds a consolidated batch and tells which keys came to have rows, and which no longer have any.
   * A deletion must name a row that is there: anything else is a bug of the operator upstream.
   */
  append(batch: Batch): KeyChanges {
    const { length, diffs } = batch;
    const slots = new Int32Array(length);
    this.keys.lookupOrInsert(this.keyColumnsOf(batch), length, slots);
    this.#reserveKeys();
    const touched = new Uint32Array(length + 1);
    const firstRows = new Uint32Array(length + 1);
    this.#epoch++;
    const count = touchSlots(slots, length, this.#marks, this.#epoch, touched, firstRows);
    const before = new Int32Array(count);
    gatherInts(this.totals, touched, count, before);
    const words = batch.keys.words();
    const hashes = diffs === null && this.#byRowKey === null ? null : this.#rowKeyHashes(words, length);
    for (let row = 0; row < length; row++) this.totals[slots[row]] += diffs === null ? 1 : diffs[row];
    this.#add(batch, slots, words, hashes);
    if (diffs !== null) {
      for (let row = 0; row < length; row++)
        if (diffs[row] < 0) this.#take(batch, row, slots[row], -diffs[row], hashes);
    }
    return this.#settle(touched, firstRows, before, count);
  }

  /** Column `position` of the rows in the given slots; ABSENT where it is not kept. */
  gather(position: number, slots: Uint32Array, n: number): Column {
    return this.#stores[position]?.gather(slots, n) ?? ABSENT;
  }

  save(writer: StateWriter): void {
    const { used } = this.rows;
    this.keys.save(writer.scope("keys"));
    this.rows.save(writer.scope("rows"));
    writer.array("heads", this.heads, this.keys.capacity);
    writer.array("totals", this.totals, this.keys.capacity);
    writer.array("next", this.next, used);
    writer.array("previous", this.#previous, used);
    writer.array("counts", this.counts, used);
    writer.array("keySlots", this.#keySlots, used);
    writer.array("keyWords", this.keyWords, used * KEY_WORDS);
    this.#stores.forEach((store, i) => store?.save(writer.scope(`column${i}`), used));
  }

  load(reader: StateReader): void {
    this.keys.load(reader.scope("keys"));
    this.rows.load(reader.scope("rows"));
    const heads = reader.int32("heads");
    this.heads = new Int32Array(Math.max(16, heads.length)).fill(-1);
    this.heads.set(heads);
    this.#marks = new Uint32Array(this.heads.length);
    this.#epoch = 0;
    this.totals = reader.int32("totals", this.heads.length);
    this.next = reader.int32("next", 16);
    this.#previous = reader.int32("previous", 16);
    this.counts = reader.int32("counts", 16);
    this.#keySlots = reader.int32("keySlots", 16);
    this.keyWords = reader.uint32("keyWords", 16 * KEY_WORDS);
    this.#byRowKey = null;
    this.#stores.forEach((store, i) => store?.load(reader.scope(`column${i}`)));
  }

  /** Takes in the rows of the batch that come; `keys` are the slots of all its rows' keys. */
  #add(batch: Batch, keys: Int32Array, words: Uint32Array, hashes: Uint32Array | null): void {
    const { diffs, length } = batch;
    const rows = new Uint32Array(length);
    const slots = new Uint32Array(length);
    let n = 0;
    for (let row = 0; row < length; row++) {
      if (diffs !== null && diffs[row] < 0) continue;
      rows[n] = row;
      slots[n++] = this.rows.take();
    }
    this.#grow(this.rows.used);
    linkChains(keys, rows, slots, n, this.heads, this.next, this.#previous, this.#keySlots);
    scatterKeys(words, rows, slots, n, this.keyWords);
    for (let i = 0; i < n; i++) this.counts[slots[i]] = diffs === null ? 1 : diffs[rows[i]];
    for (let i = 0; i < this.#stores.length; i++) {
      const store = this.#stores[i];
      if (store === null) continue;
      store.reserve(this.rows.used);
      store.setAll(slots, batch.columns[i], rows, n);
    }
    if (hashes === null) return;
    for (let i = 0; i < n; i++) this.#byRowKey?.insert(hashes[rows[i]], slots[i]);
  }

  #take(batch: Batch, row: number, key: number, count: number, hashes: Uint32Array | null): void {
    assert(hashes !== null && this.#byRowKey !== null, "a deletion without an index of row keys");
    const table = this.#byRowKey;
    const hash = hashes[row];
    let left = count;
    while (left > 0) {
      let at = table.first(hash);
      while (table.slotAt(at) >= 0 && !this.#holds(table.slotAt(at), key, batch, row))
        at = table.next(at, hash);
      const slot = table.slotAt(at);
      assert(slot >= 0, "a deletion of a row that is not there");
      const taken = Math.min(left, this.counts[slot]);
      left -= taken;
      this.counts[slot] -= taken;
      if (this.counts[slot] === 0) this.#free(slot, table);
    }
  }

  /** The columns of the arrangement's key need not be kept, and an update may change nothing else: so `key` counts. */
  #holds(slot: number, key: number, batch: Batch, row: number): boolean {
    if (this.#keySlots[slot] !== key) return false;
    const words = batch.keys.words();
    for (let w = 0; w < KEY_WORDS; w++) {
      if (this.keyWords[KEY_WORDS * slot + w] !== words[KEY_WORDS * row + w]) return false;
    }
    return this.#stores.every((store, i) => store === null || store.equals(slot, batch.columns[i], row));
  }

  #free(slot: number, table: HashTable): void {
    const previous = this.#previous[slot];
    const next = this.next[slot];
    if (previous >= 0) this.next[previous] = next;
    else this.heads[this.#keySlots[slot]] = next;
    if (next >= 0) this.#previous[next] = previous;
    table.remove(slot);
    for (const store of this.#stores) store?.clear(slot);
    this.rows.free(slot);
  }

  /** Frees the keys that have no rows left; both lists name one row of the batch for each key. */
  #settle(touched: Uint32Array, firstRows: Uint32Array, before: Int32Array, count: number): KeyChanges {
    const appeared: number[] = [];
    const vanished: number[] = [];
    for (let i = 0; i < count; i++) {
      const key = touched[i];
      if (this.totals[key] === 0) {
        assert(this.heads[key] < 0, "a key without rows still has a chain");
        this.keys.remove(key);
        if (before[i] > 0) vanished.push(firstRows[i]);
      } else if (before[i] === 0) appeared.push(firstRows[i]);
    }
    return { appeared, vanished };
  }

  /** `heads` is -1 for keys without rows, new ones among them. */
  #reserveKeys(): void {
    const { capacity } = this.keys;
    const known = this.heads.length;
    if (capacity <= known) return;
    this.heads = grown(this.heads, capacity);
    this.heads.fill(-1, known);
    this.totals = grown(this.totals, this.heads.length);
    this.#marks = grown(this.#marks, this.heads.length);
  }

  #rowKeyHashes(words: Uint32Array, n: number): Uint32Array {
    if (this.#byRowKey === null) this.#indexRowKeys();
    const hashes = new Uint32Array(n);
    hashKeys(words, n, hashes);
    return hashes;
  }

  /** The first deletion pays for the index of all rows, once. */
  #indexRowKeys(): void {
    const { used } = this.rows;
    const hashes = new Uint32Array(used);
    hashKeys(this.keyWords, used, hashes);
    this.#byRowKey = new HashTable();
    for (let key = 0; key < this.keys.capacity; key++) {
      if (this.totals[key] === 0) continue;
      for (let slot = this.heads[key]; slot >= 0; slot = this.next[slot])
        this.#byRowKey.insert(hashes[slot], slot);
    }
  }

  #grow(capacity: number): void {
    if (capacity <= this.next.length) return;
    this.next = grown(this.next, capacity);
    this.#previous = grown(this.#previous, capacity);
    this.counts = grown(this.counts, capacity);
    this.#keySlots = grown(this.#keySlots, capacity);
    this.keyWords = grown(this.keyWords, capacity * KEY_WORDS);
  }
}

/** Rows of a batch, one for each key that had no rows before it, or has none after it. */
export interface KeyChanges {
  readonly appeared: readonly number[];
  readonly vanished: readonly number[];
}
