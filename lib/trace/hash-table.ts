import { assert } from "../base/assert.ts";
import { grown } from "../base/growth.ts";
import type { StateReader, StateWriter } from "../data/state.ts";

/**
 * Open addressing from 32-bit hashes to slots, with linear probing and deletion by shifting back (no tombstones, so
 * probes never grow longer with age). Knows hashes only: callers verify equality of the values themselves.
 * Layout: see lib/kernels/index-probe.ts. At most half full.
 */
export class HashTable {
  /** Two words an entry: slot + 1, hash. */
  entries = new Int32Array(2 * 64);
  mask = 63;
  count = 0;
  /** By slot. Kept so that deletion and growth need not look at the values. */
  #hashes = new Uint32Array(64);
  /** By slot: 1 where it is in the table. Read by `save` alone, which need not walk the table for it. */
  #live = new Uint8Array(64);

  hashAt(slot: number): number {
    return this.#hashes[slot];
  }

  insert(hash: number, slot: number): void {
    if (2 * (this.count + 1) > this.mask + 1) this.#grow();
    this.#hashes = grown(this.#hashes, slot + 1);
    this.#hashes[slot] = hash;
    this.#live = grown(this.#live, slot + 1);
    this.#live[slot] = 1;
    this.#place(hash, slot);
    this.count++;
  }

  /** The slot must be in the table. */
  remove(slot: number): void {
    const { entries, mask } = this;
    let hole = this.#hashes[slot] & mask;
    while (entries[2 * hole] !== slot + 1) {
      assert(entries[2 * hole] !== 0, "a slot is removed that is not in the table");
      hole = (hole + 1) & mask;
    }
    // Entries behind the hole move up unless that would put them before their home position.
    for (let at = (hole + 1) & mask; entries[2 * at] !== 0; at = (at + 1) & mask) {
      const home = entries[2 * at + 1] & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      entries[2 * hole] = entries[2 * at];
      entries[2 * hole + 1] = entries[2 * at + 1];
      hole = at;
    }
    entries[2 * hole] = 0;
    this.#live[slot] = 0;
    this.count--;
  }

  /** Where a search for `hash` begins; go on with `next` until `slotAt` is -1. */
  first(hash: number): number {
    return this.#matching(hash & this.mask, hash | 0);
  }

  next(at: number, hash: number): number {
    return this.#matching((at + 1) & this.mask, hash | 0);
  }

  /** The slot at a position, -1 at the end of a search. */
  slotAt(at: number): number {
    return this.entries[2 * at] - 1;
  }

  /** Rebuilds the table over slots with known hashes (after a load). */
  rebuild(slots: Iterable<number>, hashes: Uint32Array): void {
    this.entries = new Int32Array(2 * 64);
    this.mask = 63;
    this.count = 0;
    for (const slot of slots) this.insert(hashes[slot], slot);
  }

  /** Slots [0, used) are written. */
  save(writer: StateWriter, used: number): void {
    this.#hashes = grown(this.#hashes, used);
    this.#live = grown(this.#live, used);
    writer.array("hashes", this.#hashes, used);
    writer.array("live", this.#live, used);
  }

  load(reader: StateReader): void {
    this.#hashes = reader.uint32("hashes", 64);
    this.#live = reader.uint8("live", 64);
    this.count = 0;
    for (const live of this.#live) this.count += live;
    let size = 64;
    while (2 * (this.count + 1) > size) size *= 2;
    this.mask = size - 1;
    this.entries = new Int32Array(2 * size);
    for (let slot = 0; slot < this.#live.length; slot++) {
      if (this.#live[slot] === 1) this.#place(this.#hashes[slot], slot);
    }
  }

  #matching(at: number, hash: number): number {
    const { entries, mask } = this;
    while (entries[2 * at] !== 0 && entries[2 * at + 1] !== hash) at = (at + 1) & mask;
    return at;
  }

  #place(hash: number, slot: number): void {
    const { entries, mask } = this;
    let at = hash & mask;
    while (entries[2 * at] !== 0) at = (at + 1) & mask;
    entries[2 * at] = slot + 1;
    entries[2 * at + 1] = hash;
  }

  #grow(): void {
    const old = this.entries;
    this.mask = this.mask * 2 + 1;
    this.entries = new Int32Array(2 * (this.mask + 1));
    for (let i = 0; i < old.length; i += 2) if (old[i] !== 0) this.#place(old[i + 1], old[i] - 1);
  }
}
