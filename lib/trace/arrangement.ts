import { assert } from "../base/assert.ts";
import { grown } from "../base/growth.ts";
import type { Batch } from "../data/batch.ts";
import { ABSENT, type Column } from "../data/column.ts";
import { KEY_WORDS } from "../data/keys.ts";
import { hashColumns } from "../data/row-hash.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { linkChains, pushChains, walkChains } from "../kernels/chains.ts";
import { gatherInts } from "../kernels/gather.ts";
import { hashKeys } from "../kernels/hash.ts";
import { scatterKeys } from "../kernels/scatter.ts";
import { addDiffs, touchSlots } from "../kernels/touch.ts";
import { type ColumnStore, columnStore } from "./column-store.ts";
import { HashTable } from "./hash-table.ts";
import { RowIndex } from "./row-index.ts";
import { Slots } from "./slots.ts";

/** What readers of an arrangement may ask of it. What nobody asks is neither computed nor stored. */
export interface ArrangementUse {
  /** Rows may be deleted. */
  readonly retracts: boolean;
  /** `keyWords` is read. Deletions find their rows by them, so a table that retracts always has them. */
  readonly rowKeys: boolean;
  /** `append` tells which keys came and went, and `totals` is read. */
  readonly keyChanges: boolean;
}

const ALL_USES: ArrangementUse = { retracts: true, rowKeys: true, keyChanges: true };

/**
 * The rows of a table, remembered by the values of some of its columns (the arrangement's key; null is a value).
 *
 * Rows of one key form a chain through `next`/`previous`; `heads` is by slot of `keys`. A row slot holds the row's
 * 128-bit key, its multiplicity and its cells. Appending costs the size of the batch, whatever the table's; so does
 * deleting, for which an index of rows by their 128-bit keys is made with the first deletion. Rows that are never
 * deleted have ascending slots in the order in which they came, and only what a walk along their chains needs.
 */
export class Arrangement {
  readonly keys: RowIndex;
  /** By slot of `keys`: the first row of the chain, or -1. */
  heads = new Int32Array(16).fill(-1);
  /** By slot of `keys`: how many rows (with multiplicity) the key has. */
  totals = new Float64Array(16);
  /** By row slot. */
  next = new Int32Array(16);
  /** By row slot: how often the row is there; null while all are once. */
  counts: Int32Array | null = null;
  readonly rows = new Slots();
  readonly #stores: readonly (ColumnStore | null)[];
  readonly keyTypes: readonly ColumnType[];
  readonly #keyColumns: readonly number[];
  readonly #use: ArrangementUse;
  #keyWords = new Uint32Array(0);
  #previous = new Int32Array(0);
  #keySlots = new Int32Array(0);
  #marks = new Uint32Array(16);
  #epoch = 0;
  #byRowKey: HashTable | null = null;

  /** `needed[i]` is false where column i is never read back; `keyColumns` are positions among `types`. */
  constructor(
    types: readonly ColumnType[],
    keyColumns: readonly number[],
    needed: readonly boolean[],
    use = ALL_USES,
  ) {
    this.#use = { ...use, rowKeys: use.rowKeys || use.retracts };
    this.keyTypes = keyColumns.map((position) => types[position]);
    this.keys = new RowIndex(this.keyTypes);
    this.#stores = types.map((type, i) => (needed[i] ? columnStore(type) : null));
    this.#keyColumns = keyColumns;
  }

  /** Rows held. */
  get size(): number {
    return this.rows.live;
  }

  /** Rows are never deleted: a row's slot is above those of all rows that came before. */
  get lasting(): boolean {
    return !this.#use.retracts;
  }

  /** Four words a row slot; null where the use says that nobody reads them. */
  get keyWords(): Uint32Array | null {
    return this.#use.rowKeys ? this.#keyWords : null;
  }

  keyColumnsOf(batch: Batch): Column[] {
    return this.#keyColumns.map((position) => batch.columns[position]);
  }

  /** Hashes of the key of each row, as `keys` and every other index by columns of the same types takes them. */
  hashesOf(batch: Batch): Uint32Array {
    return hashColumns(this.keyColumnsOf(batch), batch.length);
  }

  /**
   * Adds a consolidated batch and tells which keys came to have rows, and which no longer have any (if it is used so).
   * A deletion must name a row that is there: anything else is a bug of the operator upstream.
   */
  append(batch: Batch, hashes = this.hashesOf(batch)): KeyChanges {
    const { length, diffs } = batch;
    const slots = new Int32Array(length);
    this.keys.lookupOrInsert(this.keyColumnsOf(batch), length, slots, hashes);
    this.#reserveKeys();
    if (this.#use.keyChanges || diffs !== null) return this.#appendAndTell(batch, slots);
    this.#add(batch, slots);
    return NO_CHANGES;
  }

  #appendAndTell(batch: Batch, slots: Int32Array): KeyChanges {
    const { length, diffs } = batch;
    const touched = new Uint32Array(length + 1);
    const firstRows = new Uint32Array(length + 1);
    this.#epoch++;
    const count = touchSlots(slots, length, this.#marks, this.#epoch, touched, firstRows);
    const before = new Int32Array(count);
    gatherInts(this.heads, touched, count, before);
    if (this.#use.keyChanges) addDiffs(slots, diffs, length, this.totals);
    const hashes = this.#add(batch, slots);
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

  /**
   * Each of n rows with every row here of its key, whose slot (-1: none) is `slots[i]`; only with those of slots below
   * `below`, where the rows here last.
   */
  pairs(slots: Int32Array, n: number, below = ANY_SLOT): RowPairs {
    // With room for one partner a row, and again with the room that proved to be needed.
    for (let room = n; ; ) {
      const pairs = { rows: new Uint32Array(room), slots: new Uint32Array(room) };
      const count = walkChains(slots, n, this.heads, this.next, below, pairs.rows, pairs.slots);
      if (count <= room) return { ...pairs, count };
      room = count;
    }
  }

  save(writer: StateWriter): void {
    const { used } = this.rows;
    this.keys.save(writer.scope("keys"));
    this.rows.save(writer.scope("rows"));
    writer.array("heads", this.heads, this.keys.capacity);
    writer.array("totals", this.totals, this.#use.keyChanges ? this.keys.capacity : 0);
    writer.array("next", this.next, used);
    writer.array("previous", this.#previous, this.lasting ? 0 : used);
    writer.array("counts", this.counts ?? NO_COUNTS, this.counts === null ? 0 : used);
    writer.array("keySlots", this.#keySlots, this.lasting ? 0 : used);
    writer.array("keyWords", this.#keyWords, this.#use.rowKeys ? used * KEY_WORDS : 0);
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
    this.totals = reader.float64("totals", this.#use.keyChanges ? this.heads.length : 0);
    this.next = reader.int32("next", 16);
    this.#previous = reader.int32("previous");
    const counts = reader.int32("counts");
    this.counts = counts.length === 0 ? null : counts;
    this.#keySlots = reader.int32("keySlots");
    this.#keyWords = reader.uint32("keyWords");
    this.#byRowKey = null;
    this.#stores.forEach((store, i) => store?.load(reader.scope(`column${i}`)));
  }

  /**
   * Takes in the rows of the batch that come; `keys` are the slots of all its rows' keys. Returns the hashes of the
   * rows' 128-bit keys, where rows are indexed by them.
   */
  #add(batch: Batch, keys: Int32Array): Uint32Array | null {
    const { diffs, length } = batch;
    const rows = new Uint32Array(length);
    const slots = new Uint32Array(length);
    let n = 0;
    for (let row = 0; row < length; row++) {
      if (diffs !== null && diffs[row] < 0) continue;
      rows[n] = row;
      slots[n++] = this.rows.take();
    }
    const { used } = this.rows;
    this.next = grown(this.next, used);
    if (this.lasting) pushChains(keys, rows, slots, n, this.heads, this.next);
    else {
      this.#previous = grown(this.#previous, used);
      this.#keySlots = grown(this.#keySlots, used);
      linkChains(keys, rows, slots, n, this.heads, this.next, this.#previous, this.#keySlots);
    }
    this.#count(diffs, rows, slots, n);
    for (let i = 0; i < this.#stores.length; i++) {
      const store = this.#stores[i];
      if (store === null) continue;
      store.reserve(used);
      store.setAll(slots, batch.columns[i], rows, n);
    }
    return this.#use.rowKeys ? this.#keep(batch, rows, slots, n) : null;
  }

  /** Notes how often rows are there, from the first on that is there more than once. */
  #count(diffs: Int32Array | null, rows: Uint32Array, slots: Uint32Array, n: number): void {
    let { counts } = this;
    if (counts === null) {
      if (diffs === null) return;
      let most = 1;
      for (let i = 0; i < n; i++) if (diffs[rows[i]] > most) most = diffs[rows[i]];
      if (most === 1) return;
      counts = new Int32Array(this.rows.used).fill(1);
    }
    this.counts = counts = grown(counts, this.rows.used);
    for (let i = 0; i < n; i++) counts[slots[i]] = diffs === null ? 1 : diffs[rows[i]];
  }

  /** Keeps the 128-bit keys of the rows that came, and indexes them from the first deletion on. */
  #keep(batch: Batch, rows: Uint32Array, slots: Uint32Array, n: number): Uint32Array | null {
    const words = batch.keys.words();
    const deletes = batch.diffs !== null && !this.lasting;
    this.#keyWords = grown(this.#keyWords, this.rows.used * KEY_WORDS);
    scatterKeys(words, rows, slots, n, this.#keyWords);
    const known = this.#byRowKey;
    if (known === null && !deletes) return null;
    const hashes = new Uint32Array(batch.length);
    hashKeys(words, batch.length, hashes);
    if (known === null) this.#byRowKey = this.#rowsByKey();
    else for (let i = 0; i < n; i++) known.insert(hashes[rows[i]], slots[i]);
    return hashes;
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
      const there = this.counts === null ? 1 : this.counts[slot];
      const taken = Math.min(left, there);
      left -= taken;
      if (taken === there) this.#free(slot, table);
      else if (this.counts !== null) this.counts[slot] -= taken;
    }
  }

  /** The columns of the arrangement's key need not be kept, and an update may change nothing else: so `key` counts. */
  #holds(slot: number, key: number, batch: Batch, row: number): boolean {
    if (this.#keySlots[slot] !== key) return false;
    const words = batch.keys.words();
    for (let w = 0; w < KEY_WORDS; w++) {
      if (this.#keyWords[KEY_WORDS * slot + w] !== words[KEY_WORDS * row + w]) return false;
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
      if (this.heads[key] < 0) {
        this.keys.remove(key);
        if (before[i] >= 0) vanished.push(firstRows[i]);
      } else if (before[i] < 0) appeared.push(firstRows[i]);
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
    if (this.#use.keyChanges) this.totals = grown(this.totals, this.heads.length);
    this.#marks = grown(this.#marks, this.heads.length);
  }

  /** The index of all rows by their 128-bit keys. The first deletion pays for it, once. */
  #rowsByKey(): HashTable {
    const { used } = this.rows;
    const hashes = new Uint32Array(used);
    hashKeys(this.#keyWords, used, hashes);
    const table = new HashTable();
    for (let key = 0; key < this.keys.capacity; key++) {
      for (let slot = this.heads[key]; slot >= 0; slot = this.next[slot]) table.insert(hashes[slot], slot);
    }
    return table;
  }
}

/** Rows of a batch (by number) beside rows of an arrangement (by slot): the first `count` of each array. */
export interface RowPairs {
  readonly rows: Uint32Array;
  readonly slots: Uint32Array;
  readonly count: number;
}

/** Rows of a batch, one for each key that had no rows before it, or has none after it. */
export interface KeyChanges {
  readonly appeared: readonly number[];
  readonly vanished: readonly number[];
}

export const NO_CHANGES: KeyChanges = { appeared: [], vanished: [] };

/** Above every slot. */
export const ANY_SLOT = 0x7fff_ffff;

const NO_COUNTS = new Int32Array(0);
