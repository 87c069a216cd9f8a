import { deserialize, serialize } from "node:v8";
import { Arena } from "../base/arena.ts";
import { grown } from "../base/growth.ts";
import { type Column, NULL, NumberColumn, TextColumn, tagOf, VALUE, ValueColumn } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { type ColumnType, layoutOf } from "../data/type.ts";
import { compareNumbers, compareValues } from "../data/value.ts";
import { compareBytes } from "../kernels/compare-bytes.ts";
import { gatherNumbers, gatherTags, gatherUints, gatherValues } from "../kernels/gather.ts";
import { COLLIDED_SLOT, verifyNumbers, verifyTexts } from "../kernels/index-probe.ts";
import { bytesOfTexts, scatterNumbers, scatterTags, scatterTexts } from "../kernels/scatter.ts";

/**
 * Cells kept from commit to commit, by slot. The owner hands out slots, sets each before reading it and clears it
 * when it is freed. Text is copied into an arena of the store's own, compacted when more than half is dead.
 *
 * `gather` yields columns that stay valid: arenas are never overwritten in place (lib/base/arena.ts).
 */
export interface ColumnStore {
  /** Makes room for slots below `capacity`. */
  reserve(capacity: number): void;
  /** Copies the cell `column[row]` to `slot`, which is clear. */
  set(slot: number, column: Column, row: number): void;
  /** The same for the rows `rows[0, n)`, each to its own slot; there must be room. */
  setAll(slots: Uint32Array, column: Column, rows: Uint32Array, n: number): void;
  clear(slot: number): void;
  equals(slot: number, column: Column, row: number): boolean;
  /** The order of the cells at two slots (null first; see compareValues). */
  compare(a: number, b: number): number;
  compareWith(slot: number, column: Column, row: number): number;
  /** What the cell is: VALUE, NULL or ERROR. */
  tagAt(slot: number): number;
  /** Marks in `slots` the rows whose cell differs from the stored one (kernels/index-probe.ts). */
  verify(slots: Int32Array, column: Column, n: number): void;
  gather(slots: Uint32Array, n: number): Column;
  /** Slots [0, used) are written. */
  save(writer: StateWriter, used: number): void;
  load(reader: StateReader): void;
}

export function columnStore(type: ColumnType): ColumnStore {
  switch (layoutOf(type)) {
    case "number":
      return new NumberStore();
    case "text":
      return new TextStore();
    case "value":
      return new ValueStore();
  }
}

/** Tags by slot, made with the first cell that is not a value. */
abstract class TagStore {
  protected tags: Uint8Array | null = null;

  tagAt(slot: number): number {
    return this.tags === null || slot >= this.tags.length ? VALUE : this.tags[slot];
  }

  protected setTag(slot: number, tag: number): void {
    if (tag === VALUE && (this.tags === null || slot >= this.tags.length)) return;
    this.tags = grown(this.tags ?? new Uint8Array(64), slot + 1);
    this.tags[slot] = tag;
  }

  /** All slots are below `capacity`. */
  protected setTags(
    slots: Uint32Array,
    column: Column,
    rows: Uint32Array,
    n: number,
    capacity: number,
  ): void {
    if (column.tags !== null) {
      this.tags = grown(this.tags ?? new Uint8Array(64), capacity);
      scatterTags(column.tags, rows, slots, n, this.tags);
    } else if (this.tags !== null) for (let i = 0; i < n; i++) this.setTag(slots[i], VALUE);
  }

  /** The tags with room for every slot below `capacity`, as kernels need them. */
  protected tagsUpTo(capacity: number): Uint8Array | null {
    if (this.tags !== null) this.tags = grown(this.tags, capacity);
    return this.tags;
  }

  protected gatherTags(slots: Uint32Array, n: number): Uint8Array | null {
    if (this.tags === null) return null;
    const out = new Uint8Array(n);
    // Slots beyond the tags' length read as undefined, which a Uint8Array stores as 0: VALUE.
    gatherTags(this.tags, slots, n, out);
    return out;
  }

  protected saveTags(writer: StateWriter, used: number): void {
    const tags = this.tagsUpTo(used);
    writer.array("tags", tags ?? new Uint8Array(0), tags === null ? 0 : used);
  }

  protected loadTags(reader: StateReader): void {
    const tags = reader.uint8("tags");
    this.tags = tags.length === 0 ? null : tags;
  }
}

/** Null sorts below every value. */
function tagOrder(tag: number): number {
  return tag === NULL ? -1 : tag;
}

class NumberStore extends TagStore implements ColumnStore {
  #values = new Float64Array(64);

  reserve(capacity: number): void {
    this.#values = grown(this.#values, capacity);
  }

  set(slot: number, column: Column, row: number): void {
    this.#values[slot] = (column as NumberColumn).values[row];
    this.setTag(slot, tagOf(column, row));
  }

  setAll(slots: Uint32Array, column: Column, rows: Uint32Array, n: number): void {
    scatterNumbers((column as NumberColumn).values, rows, slots, n, this.#values);
    this.setTags(slots, column, rows, n, this.#values.length);
  }

  clear(slot: number): void {
    this.#values[slot] = 0;
    this.setTag(slot, VALUE);
  }

  equals(slot: number, column: Column, row: number): boolean {
    return this.compareWith(slot, column, row) === 0;
  }

  compare(a: number, b: number): number {
    const byTag = tagOrder(this.tagAt(a)) - tagOrder(this.tagAt(b));
    return byTag !== 0 ? byTag : compareNumbers(this.#values[a], this.#values[b]);
  }

  compareWith(slot: number, column: Column, row: number): number {
    const byTag = tagOrder(this.tagAt(slot)) - tagOrder(tagOf(column, row));
    return byTag !== 0 ? byTag : compareNumbers(this.#values[slot], (column as NumberColumn).values[row]);
  }

  verify(slots: Int32Array, column: Column, n: number): void {
    const stored = this.tagsUpTo(this.#values.length);
    verifyNumbers((column as NumberColumn).values, column.tags, this.#values, stored, n, slots);
  }

  gather(slots: Uint32Array, n: number): Column {
    const values = new Float64Array(n);
    gatherNumbers(this.#values, slots, n, values);
    return new NumberColumn(values, this.gatherTags(slots, n));
  }

  save(writer: StateWriter, used: number): void {
    writer.array("values", this.#values, used);
    this.saveTags(writer, used);
  }

  load(reader: StateReader): void {
    this.#values = reader.float64("values", 64);
    this.loadTags(reader);
  }
}

class TextStore extends TagStore implements ColumnStore {
  readonly #arena = new Arena(1024);
  #starts = new Uint32Array(64);
  #ends = new Uint32Array(64);
  #used = 0;

  reserve(capacity: number): void {
    this.#starts = grown(this.#starts, capacity);
    this.#ends = grown(this.#ends, capacity);
  }

  set(slot: number, column: Column, row: number): void {
    const { bytes, starts, ends } = column as TextColumn;
    if (this.#arena.wasteful) this.#compact();
    const at = this.#arena.append(bytes, starts[row], ends[row]);
    this.#starts[slot] = at;
    this.#ends[slot] = this.#arena.used;
    this.#used = Math.max(this.#used, slot + 1);
    this.setTag(slot, tagOf(column, row));
  }

  setAll(slots: Uint32Array, column: Column, rows: Uint32Array, n: number): void {
    const { bytes, starts, ends } = column as TextColumn;
    if (this.#arena.wasteful) this.#compact();
    const arena = this.#arena;
    arena.reserve(bytesOfTexts(starts, ends, rows, n));
    arena.used = scatterTexts(
      bytes,
      starts,
      ends,
      rows,
      slots,
      n,
      arena.bytes,
      arena.used,
      this.#starts,
      this.#ends,
    );
    for (let i = 0; i < n; i++) if (slots[i] >= this.#used) this.#used = slots[i] + 1;
    this.setTags(slots, column, rows, n, this.#starts.length);
  }

  clear(slot: number): void {
    this.#arena.dead += this.#ends[slot] - this.#starts[slot];
    this.#starts[slot] = 0;
    this.#ends[slot] = 0;
    this.setTag(slot, VALUE);
  }

  equals(slot: number, column: Column, row: number): boolean {
    return this.compareWith(slot, column, row) === 0;
  }

  compare(a: number, b: number): number {
    const byTag = tagOrder(this.tagAt(a)) - tagOrder(this.tagAt(b));
    if (byTag !== 0) return byTag;
    const { bytes } = this.#arena;
    return compareBytes(bytes, this.#starts[a], this.#ends[a], bytes, this.#starts[b], this.#ends[b]);
  }

  compareWith(slot: number, column: Column, row: number): number {
    const byTag = tagOrder(this.tagAt(slot)) - tagOrder(tagOf(column, row));
    if (byTag !== 0) return byTag;
    const { bytes, starts, ends } = column as TextColumn;
    return compareBytes(
      this.#arena.bytes,
      this.#starts[slot],
      this.#ends[slot],
      bytes,
      starts[row],
      ends[row],
    );
  }

  verify(slots: Int32Array, column: Column, n: number): void {
    const { bytes, starts, ends, tags } = column as TextColumn;
    const stored = this.tagsUpTo(this.#starts.length);
    verifyTexts(bytes, starts, ends, tags, this.#arena.bytes, this.#starts, this.#ends, stored, n, slots);
  }

  gather(slots: Uint32Array, n: number): Column {
    const starts = new Uint32Array(n);
    const ends = new Uint32Array(n);
    gatherUints(this.#starts, slots, n, starts);
    gatherUints(this.#ends, slots, n, ends);
    return new TextColumn(this.#arena.bytes, starts, ends, this.gatherTags(slots, n), null, true);
  }

  save(writer: StateWriter, used: number): void {
    writer.array("bytes", this.#arena.bytes, this.#arena.used);
    writer.array("starts", this.#starts, used);
    writer.array("ends", this.#ends, used);
    writer.value("dead", this.#arena.dead);
    this.saveTags(writer, used);
  }

  load(reader: StateReader): void {
    this.#arena.bytes = reader.uint8("bytes", 1024);
    this.#starts = reader.uint32("starts", 64);
    this.#ends = reader.uint32("ends", 64);
    this.#arena.used = this.#ends.reduce((most, end) => Math.max(most, end), 0);
    this.#arena.dead = reader.value("dead") as number;
    this.#used = this.#starts.length;
    this.loadTags(reader);
  }

  /** Copies the live slices to a new buffer; the old one stays with whoever borrowed slices of it. */
  #compact(): void {
    const old = this.#arena.bytes;
    this.#arena.bytes = new Uint8Array(Math.max(1024, (this.#arena.used - this.#arena.dead) * 2));
    this.#arena.reset();
    for (let slot = 0; slot < this.#used; slot++) {
      const at = this.#arena.append(old, this.#starts[slot], this.#ends[slot]);
      this.#starts[slot] = at;
      this.#ends[slot] = this.#arena.used;
    }
  }
}

class ValueStore extends TagStore implements ColumnStore {
  #values: unknown[] = [];

  reserve(_capacity: number): void {}

  set(slot: number, column: Column, row: number): void {
    // Filled up to the slot, so that the array never turns into a dictionary.
    while (this.#values.length < slot) this.#values.push(undefined);
    this.#values[slot] = (column as ValueColumn).values[row];
    this.setTag(slot, tagOf(column, row));
  }

  setAll(slots: Uint32Array, column: Column, rows: Uint32Array, n: number): void {
    for (let i = 0; i < n; i++) this.set(slots[i], column, rows[i]);
  }

  clear(slot: number): void {
    this.#values[slot] = undefined;
    this.setTag(slot, VALUE);
  }

  equals(slot: number, column: Column, row: number): boolean {
    return this.compareWith(slot, column, row) === 0;
  }

  compare(a: number, b: number): number {
    const byTag = tagOrder(this.tagAt(a)) - tagOrder(this.tagAt(b));
    return byTag !== 0 ? byTag : compareValues(this.#values[a], this.#values[b]);
  }

  compareWith(slot: number, column: Column, row: number): number {
    const byTag = tagOrder(this.tagAt(slot)) - tagOrder(tagOf(column, row));
    return byTag !== 0 ? byTag : compareValues(this.#values[slot], (column as ValueColumn).values[row]);
  }

  verify(slots: Int32Array, column: Column, n: number): void {
    for (let i = 0; i < n; i++)
      if (slots[i] >= 0 && !this.equals(slots[i], column, i)) slots[i] = COLLIDED_SLOT;
  }

  gather(slots: Uint32Array, n: number): Column {
    const values: unknown[] = new Array(n);
    gatherValues(this.#values, slots, n, values);
    return new ValueColumn(values, this.gatherTags(slots, n));
  }

  save(writer: StateWriter, used: number): void {
    const bytes = serialize(this.#values.slice(0, used));
    writer.array("values", bytes, bytes.length);
    this.saveTags(writer, used);
  }

  load(reader: StateReader): void {
    this.#values = deserialize(reader.uint8("values")) as unknown[];
    this.loadTags(reader);
  }
}
