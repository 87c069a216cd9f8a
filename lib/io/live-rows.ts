import { grown } from "../base/growth.ts";
import { Batch, type Origin } from "../data/batch.ts";
import { ABSENT, type Column, NULL, NumberColumn, type TextColumn, VALUE } from "../data/column.ts";
import { consolidate } from "../data/consolidate.ts";
import { KEY_WORDS, Keys } from "../data/keys.ts";
import { keysOfValues } from "../data/row-key.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";
import { RowIndex } from "../trace/row-index.ts";

/** What a commit comes to: rows by slot, with diffs, and their numbers among the equal rows (0 where they have a key). */
export interface RowChange {
  readonly slots: Uint32Array;
  readonly diffs: Int32Array;
  readonly ordinals: Float64Array;
}

/** Why a commit cannot be: it takes back a row that is not there, or a second row would get a live row's key. */
export interface Misfit {
  readonly code: "TP_ROW_ABSENT" | "TP_ROW_DUPLICATE_KEY";
  /** The first row of the commit that is to blame; -1 where an earlier one is. */
  readonly row: number;
}

const pointerType: ColumnType = { name: "pointer", optional: true };
const ordinalType: ColumnType = { name: "int", optional: false };
const POINTER_BYTES = 4 * KEY_WORDS;

/**
 * The live rows of some histories, each a sequence of commits that add rows and take back rows that they added.
 *
 * A row is known by its cells and, where it has one, its key. Rows without a key may be equal to each other: of n equal
 * ones, whichever history they are of, the keys are those of (cells, 0) … (cells, n - 1).
 *
 * Messages are taken whole or not at all: `begin` → `locate` → `apply` for each commit → `undo`, if one does not fit;
 * then `toBatch` for each, and `settle`.
 */
export class LiveRows {
  readonly #types: readonly ColumnType[];
  /** Cells and key. */
  readonly #rows: RowIndex;
  readonly #keys = new RowIndex([pointerType]);
  /** By history and slot: live rows. */
  readonly #own: Int32Array[] = [];
  /** By slot: live rows of all histories; those before this commit; the commit that touched it last; its key's slot. */
  #totals = new Int32Array(64);
  #before = new Int32Array(64);
  #marks = new Uint32Array(64);
  #keyOf = new Int32Array(64);
  /** 1 where the slot is taken. */
  #taken = new Uint8Array(64);
  /** By slot of a key: live rows, and slots of rows that have it. */
  #keyTotals = new Int32Array(64);
  #keyUses = new Int32Array(64);
  #epoch = 0;
  #history = 0;
  #touched: number[] = [];
  /** What has been done since `begin`: slots, and their rows in the history before. */
  #undo: number[] = [];
  /** Slots that may have become free since `settle`. */
  #loose: number[] = [];

  constructor(types: readonly ColumnType[]) {
    this.#types = types;
    this.#rows = new RowIndex([...types, pointerType]);
  }

  /** Rows of a history. */
  sizeOf(history: number): number {
    return (this.#own[history] ?? []).reduce((sum, count) => sum + count, 0);
  }

  /** What follows can be undone as one. */
  begin(history: number): void {
    this.#history = history;
    this.#undo = [];
  }

  /** The slots of n rows: cells, and keys (null where a row has none). */
  locate(cells: readonly Column[], keys: TextColumn, n: number): Int32Array {
    const slots = new Int32Array(n);
    this.#rows.lookupOrInsert([...cells, keys], n, slots);
    this.#reserve(this.#rows.capacity);
    const keySlots = this.#locateKeys(keys, n);
    for (let row = 0; row < n; row++) {
      const slot = slots[row];
      if (this.#taken[slot] === 1) continue;
      this.#taken[slot] = 1;
      this.#loose.push(slot);
      const keySlot = isNull(keys, row) ? -1 : keySlots[row];
      this.#keyOf[slot] = keySlot;
      if (keySlot >= 0) this.#keyUses[keySlot]++;
    }
    return slots;
  }

  /**
   * Applies one commit, rows [from, to) of those located, to the history; `anew` takes back all that the history has
   * first. Only what the commit comes to counts, not the order of its rows.
   */
  apply(slots: Int32Array, diffs: Float64Array, from: number, to: number, anew: boolean): RowChange | Misfit {
    this.#epoch++;
    this.#touched = [];
    const own = this.#own[this.#history];
    if (anew) for (let slot = 0; slot < own.length; slot++) if (own[slot] > 0) this.#add(slot, -own[slot]);
    for (let row = from; row < to; row++) this.#add(slots[row], diffs[row]);
    for (const slot of this.#touched) {
      const code = this.#misfitOf(slot);
      if (code !== null) return { code, row: this.#blamed(code, slot, slots, diffs, from, to) };
    }
    return this.#change();
  }

  /** Takes back everything since `begin`. */
  undo(): void {
    const own = this.#own[this.#history];
    this.#epoch++;
    for (let i = this.#undo.length - 2; i >= 0; i -= 2) {
      const slot = this.#undo[i];
      this.#count(slot, this.#undo[i + 1] - own[slot]);
    }
    this.settle();
  }

  /** The rows of a change, valid until `settle`; null where nothing that anybody needs changes. */
  toBatch(change: RowChange, time: number, needed: readonly boolean[], origin: Origin): Batch | null {
    const { slots, diffs, ordinals } = change;
    const n = slots.length;
    const { stores } = this.#rows;
    const columns = needed.map((need, i) => (need ? stores[i].gather(slots, n) : ABSENT));
    const keys = Keys.derived(() => this.#words(slots, ordinals));
    return consolidate(new Batch(time, n, columns, keys, diffs, origin));
  }

  /** Forgets what is no longer there. */
  settle(): void {
    for (const slot of this.#loose) {
      if (this.#taken[slot] === 0 || this.#totals[slot] > 0) continue;
      this.#taken[slot] = 0;
      this.#rows.remove(slot);
      const keySlot = this.#keyOf[slot];
      if (keySlot >= 0 && --this.#keyUses[keySlot] === 0) this.#keys.remove(keySlot);
    }
    this.#loose = [];
  }

  /** Counts a change of a history again, `sign` 1, or as if it had not been, -1; only while `toBatch` may be asked. */
  shift(history: number, { slots, diffs }: RowChange, sign: 1 | -1): void {
    this.#history = history;
    for (let i = 0; i < slots.length; i++) this.#count(slots[i], sign * diffs[i]);
  }

  save(writer: StateWriter): void {
    const { capacity } = this.#rows;
    this.#rows.save(writer.scope("rows"));
    this.#keys.save(writer.scope("keys"));
    writer.value("histories", this.#own.length);
    this.#own.forEach((own, history) => {
      writer.array(`own${history}`, grown(own, capacity), capacity);
    });
    writer.array("keyOf", this.#keyOf, capacity);
    writer.array("taken", this.#taken, capacity);
    writer.array("keyUses", this.#keyUses, this.#keys.capacity);
  }

  load(reader: StateReader): void {
    this.#rows.load(reader.scope("rows"));
    this.#keys.load(reader.scope("keys"));
    const histories = reader.value("histories") as number;
    for (let history = 0; history < histories; history++) this.#own.push(reader.int32(`own${history}`, 64));
    this.#keyOf = reader.int32("keyOf", 64);
    this.#taken = reader.uint8("taken", 64);
    this.#keyUses = reader.int32("keyUses", 64);
    this.#reserve(this.#rows.capacity);
    this.#keyTotals = new Int32Array(this.#keyUses.length);
    for (let slot = 0; slot < this.#rows.capacity; slot++) {
      if (this.#taken[slot] === 0) continue;
      for (const own of this.#own) this.#totals[slot] += own[slot];
      if (this.#keyOf[slot] >= 0) this.#keyTotals[this.#keyOf[slot]] += this.#totals[slot];
      // Rows of commits that had been read and not sealed are there without being live.
      this.#loose.push(slot);
    }
    this.settle();
  }

  #reserve(capacity: number): void {
    this.#totals = grown(this.#totals, capacity);
    this.#before = grown(this.#before, capacity);
    this.#marks = grown(this.#marks, capacity);
    this.#keyOf = grown(this.#keyOf, capacity);
    this.#taken = grown(this.#taken, capacity);
    for (let history = this.#own.length; history <= this.#history; history++) {
      this.#own.push(new Int32Array(64));
    }
    this.#own[this.#history] = grown(this.#own[this.#history], capacity);
  }

  #locateKeys(keys: TextColumn, n: number): Int32Array {
    const slots = new Int32Array(n);
    if (keys.tags?.every((tag) => tag === NULL) === true) return slots;
    this.#keys.lookupOrInsert([keys], n, slots);
    this.#keyTotals = grown(this.#keyTotals, this.#keys.capacity);
    this.#keyUses = grown(this.#keyUses, this.#keys.capacity);
    return slots;
  }

  #add(slot: number, diff: number): void {
    if (this.#marks[slot] !== this.#epoch) {
      this.#marks[slot] = this.#epoch;
      this.#before[slot] = this.#totals[slot];
      this.#touched.push(slot);
      this.#loose.push(slot);
      this.#undo.push(slot, this.#own[this.#history][slot]);
    }
    this.#count(slot, diff);
  }

  #count(slot: number, diff: number): void {
    this.#own[this.#history][slot] += diff;
    this.#totals[slot] += diff;
    const keySlot = this.#keyOf[slot];
    if (keySlot >= 0) this.#keyTotals[keySlot] += diff;
  }

  #misfitOf(slot: number): Misfit["code"] | null {
    if (this.#own[this.#history][slot] < 0) return "TP_ROW_ABSENT";
    const keySlot = this.#keyOf[slot];
    return keySlot >= 0 && this.#totals[slot] > 0 && this.#keyTotals[keySlot] > 1
      ? "TP_ROW_DUPLICATE_KEY"
      : null;
  }

  #blamed(
    code: Misfit["code"],
    slot: number,
    slots: Int32Array,
    diffs: Float64Array,
    from: number,
    to: number,
  ): number {
    const sign = code === "TP_ROW_ABSENT" ? -1 : 1;
    for (let row = from; row < to; row++) if (slots[row] === slot && diffs[row] === sign) return row;
    return -1;
  }

  #change(): RowChange {
    const slots: number[] = [];
    const diffs: number[] = [];
    const ordinals: number[] = [];
    for (const slot of this.#touched) {
      const before = this.#before[slot];
      const after = this.#totals[slot];
      for (let ordinal = Math.min(before, after); ordinal < Math.max(before, after); ordinal++) {
        slots.push(slot);
        diffs.push(after > before ? 1 : -1);
        ordinals.push(ordinal);
      }
    }
    return {
      slots: Uint32Array.from(slots),
      diffs: Int32Array.from(diffs),
      ordinals: Float64Array.from(ordinals),
    };
  }

  #words(slots: Uint32Array, ordinals: Float64Array): Uint32Array {
    const n = slots.length;
    const { stores } = this.#rows;
    const keys = stores[this.#types.length].gather(slots, n) as TextColumn;
    const cells = this.#types.map((_, i) => stores[i].gather(slots, n));
    const anyDerived = keys.tags?.includes(NULL) === true;
    const words = anyDerived
      ? keysOfValues([...cells, new NumberColumn(ordinals)], [...this.#types, ordinalType], n)
      : new Uint32Array(KEY_WORDS * n);
    const bytes = new Uint8Array(words.buffer, words.byteOffset, POINTER_BYTES * n);
    for (let row = 0; row < n; row++) {
      if (!isNull(keys, row))
        bytes.set(keys.bytes.subarray(keys.starts[row], keys.ends[row]), POINTER_BYTES * row);
    }
    return words;
  }
}

function isNull({ tags }: TextColumn, row: number): boolean {
  return tags !== null && tags[row] !== VALUE;
}
