import type { Column } from "../data/column.ts";
import { hashColumns } from "../data/row-hash.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { probeHashes } from "../kernels/index-probe.ts";
import { type ColumnStore, columnStore } from "./column-store.ts";
import { HashTable } from "./hash-table.ts";
import { Slots } from "./slots.ts";

/**
 * Distinct tuples of values, numbered: the groups of a group-by, the keys of an arrangement.
 *
 * `lookup` works a batch at a time: hash every row, probe for equal hashes, verify column by column; only rows that
 * are new or whose hash collided take the careful path. No columns at all is the index of one empty tuple. Whoever has
 * the rows' `hashColumns` hands them in.
 */
export class RowIndex {
  readonly stores: readonly ColumnStore[];
  readonly slots = new Slots();
  readonly #table = new HashTable();

  constructor(types: readonly ColumnType[]) {
    this.stores = types.map(columnStore);
  }

  /** Tuples held. */
  get size(): number {
    return this.slots.live;
  }

  /** One more than the highest slot ever used: what arrays by slot must have room for. */
  get capacity(): number {
    return this.slots.used;
  }

  /** The slot of each row's tuple in `out[0, n)`, inserted where it is new. */
  lookupOrInsert(
    columns: readonly Column[],
    n: number,
    out: Int32Array,
    hashes = hashColumns(columns, n),
  ): void {
    this.#probe(columns, n, out, hashes);
    for (let row = 0; row < n; row++) {
      if (out[row] >= 0) continue;
      const found = this.#find(columns, row, hashes[row]);
      out[row] = found >= 0 ? found : this.#insert(columns, row, hashes[row]);
    }
  }

  /** The slot of each row's tuple in `out[0, n)`, -1 where it is not there. */
  lookup(columns: readonly Column[], n: number, out: Int32Array, hashes = hashColumns(columns, n)): void {
    this.#probe(columns, n, out, hashes);
    for (let row = 0; row < n; row++) {
      if (out[row] < -1) out[row] = this.#find(columns, row, hashes[row]);
    }
  }

  remove(slot: number): void {
    this.#table.remove(slot);
    for (const store of this.stores) store.clear(slot);
    this.slots.free(slot);
  }

  save(writer: StateWriter): void {
    this.slots.save(writer.scope("slots"));
    this.#table.save(writer, this.capacity);
    this.stores.forEach((store, i) => store.save(writer.scope(`column${i}`), this.capacity));
  }

  load(reader: StateReader): void {
    this.slots.load(reader.scope("slots"));
    this.#table.load(reader);
    this.stores.forEach((store, i) => store.load(reader.scope(`column${i}`)));
  }

  #probe(columns: readonly Column[], n: number, out: Int32Array, hashes: Uint32Array): void {
    probeHashes(this.#table.entries, this.#table.mask, hashes, n, out);
    for (let i = 0; i < columns.length; i++) this.stores[i].verify(out, columns[i], n);
  }

  #find(columns: readonly Column[], row: number, hash: number): number {
    const table = this.#table;
    for (let at = table.first(hash); table.slotAt(at) >= 0; at = table.next(at, hash)) {
      const slot = table.slotAt(at);
      if (this.#equals(slot, columns, row)) return slot;
    }
    return -1;
  }

  #equals(slot: number, columns: readonly Column[], row: number): boolean {
    for (let i = 0; i < this.stores.length; i++) {
      if (!this.stores[i].equals(slot, columns[i], row)) return false;
    }
    return true;
  }

  #insert(columns: readonly Column[], row: number, hash: number): number {
    const slot = this.slots.take();
    for (let i = 0; i < this.stores.length; i++) {
      this.stores[i].reserve(slot + 1);
      this.stores[i].set(slot, columns[i], row);
    }
    this.#table.insert(hash, slot);
    return slot;
  }
}
