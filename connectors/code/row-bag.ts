import { grown } from "../../lib/base/growth.ts";
import { Batch } from "../../lib/data/batch.ts";
import { type Column, NumberColumn, TextColumn, ValueColumn } from "../../lib/data/column.ts";
import type { ColumnBuilder } from "../../lib/data/column-builder.ts";
import { Keys } from "../../lib/data/keys.ts";
import type { RowBuilder } from "../../lib/data/row-builder.ts";
import { keysOfValues } from "../../lib/data/row-key.ts";
import { gatherColumn } from "../../lib/data/rows.ts";
import type { Columns } from "../../lib/data/schema.ts";
import type { StateReader, StateWriter } from "../../lib/data/state.ts";
import type { ColumnType } from "../../lib/data/type.ts";
import { TowpathError } from "../../lib/errors.ts";
import { RowWriter } from "../../lib/io/row-writer.ts";
import { RowIndex } from "../../lib/trace/row-index.ts";
import { BuilderPool, type GivenCommit, type GivenRows, withoutKey } from "./given-rows.ts";
import { saidRows } from "./said-rows.ts";
import { SealedRows } from "./sealed-rows.ts";

/** What a commit changes: cells of pending rows, each with its number among the equal live rows. */
interface Delta {
  /** Null: all pending rows, in order. */
  readonly picks: Uint32Array | null;
  /** Null: all come. */
  readonly diffs: Int32Array | null;
  readonly ordinals: Float64Array;
}

const ordinalType: ColumnType = { name: "int", optional: false };

/**
 * Rows without a primary key that come and go, known by their values alone. Of n equal live rows the keys are those of
 * (values, 0) … (values, n - 1): one more is number n, and one less takes the last number away. So a commit's delta
 * follows from how many of each there were before and are after it, in whatever order it was said.
 *
 * Pending rows are counted as late as possible, at the next removal or commit, because a whole batch costs a fraction.
 */
export class RowBag implements GivenRows {
  readonly #columns: Columns;
  readonly #types: readonly ColumnType[];
  readonly #name: string;
  readonly #pool: BuilderPool;
  readonly #writer: RowWriter;
  #index: RowIndex;
  /** Where the run keeps its state: what the commits that were sealed have left. */
  #sealed: SealedRows | null = null;
  #rows: RowBuilder;
  /** Pending rows below this have been counted. */
  #counted = 0;
  #removes = false;
  #slots = new Int32Array(64);
  /** By slot: equal live rows, now and before this commit; a pending row with these values; the commit it is of. */
  #counts = new Int32Array(64);
  #before = new Int32Array(64);
  #samples = new Uint32Array(64);
  #marks = new Uint32Array(64);
  #epoch = 1;
  #touched: number[] = [];

  constructor(columns: Columns, name: string) {
    this.#columns = columns;
    this.#types = columns.map(({ type }) => type);
    this.#name = name;
    this.#pool = new BuilderPool(columns);
    this.#writer = new RowWriter(columns, [], name);
    this.#index = new RowIndex(this.#types);
    this.#rows = this.#pool.take();
  }

  get pending(): number {
    return this.#rows.length;
  }

  insert(row: object): void {
    this.#writer.write(this.#rows, row);
    this.#rows.endRow(0, 0, 0);
  }

  upsert(): void {
    throw withoutKey("upsert", this.#name);
  }

  remove(row: object): void {
    this.#removes = true;
    this.#countPending();
    const rows = this.#rows;
    const at = rows.length;
    this.#writer.write(rows, row);
    const found = new Int32Array(1);
    this.#index.lookup(sliced(rows, at, at + 1), 1, found);
    const [slot] = found;
    if (slot < 0 || this.#counts[slot] === 0) {
      rows.truncate(at);
      throw new TowpathError("TP_ROW_ABSENT", "no row with these values is there", { where: this.#name });
    }
    this.#touch(slot, at);
    this.#counts[slot]--;
    rows.endRow(0, 0, 0);
    this.#counted = rows.length;
  }

  commit(): GivenCommit | null {
    const rows = this.#rows;
    if (rows.length === 0) return null;
    const delta = this.#removes ? this.#net() : this.#additions();
    this.#rows = this.#pool.take();
    this.#counted = 0;
    this.#removes = false;
    this.#touched = [];
    this.#epoch++;
    return {
      rows: rows.length,
      seal: (time) => this.#seal(rows, delta, time),
      said: () => {
        const length = delta.ordinals.length;
        const gone = Uint8Array.from({ length }, (_, i) => ((delta.diffs?.[i] ?? 1) < 0 ? 1 : 0));
        return saidRows({ columns: cellsOf(rows, delta), length }, this.#columns, gone);
      },
      release: () => this.#pool.give(rows),
    };
  }

  start(): void {}

  keep(): void {
    this.#sealed = new SealedRows(this.#types);
  }

  say(row: object, isGone: boolean): void {
    if (isGone) this.remove(row);
    else this.insert(row);
  }

  save(writer: StateWriter): void {
    this.#sealed?.save(writer);
  }

  load(reader: StateReader): void {
    this.#sealed?.load(reader);
    const { index, counts } = SealedRows.read(this.#types, reader);
    this.#index = index;
    this.#counts = counts;
    this.#reserve();
  }

  /** Every pending row comes: no row of this commit has been counted before. */
  #additions(): Delta {
    const { length } = this.#rows;
    this.#find(0, length);
    const ordinals = new Float64Array(length);
    for (let row = 0; row < length; row++) ordinals[row] = this.#counts[this.#slots[row]]++;
    return { picks: null, diffs: null, ordinals };
  }

  #net(): Delta {
    this.#countPending();
    const picks: number[] = [];
    const diffs: number[] = [];
    const ordinals: number[] = [];
    for (const slot of this.#touched) {
      const before = this.#before[slot];
      const after = this.#counts[slot];
      for (let ordinal = Math.min(before, after); ordinal < Math.max(before, after); ordinal++) {
        picks.push(this.#samples[slot]);
        diffs.push(after > before ? 1 : -1);
        ordinals.push(ordinal);
      }
      if (after === 0) this.#index.remove(slot);
    }
    return {
      picks: Uint32Array.from(picks),
      diffs: Int32Array.from(diffs),
      ordinals: Float64Array.from(ordinals),
    };
  }

  #countPending(): void {
    const from = this.#counted;
    const to = this.#rows.length;
    if (from === to) return;
    this.#find(from, to);
    for (let row = from; row < to; row++) {
      const slot = this.#slots[row - from];
      this.#touch(slot, row);
      this.#counts[slot]++;
    }
    this.#counted = to;
  }

  /** The slots of pending rows [from, to), new ones where their values are new, from `#slots[0]` on. */
  #find(from: number, to: number): void {
    this.#slots = grown(this.#slots, to - from);
    this.#index.lookupOrInsert(sliced(this.#rows, from, to), to - from, this.#slots);
    this.#reserve();
  }

  #reserve(): void {
    const { capacity } = this.#index;
    this.#counts = grown(this.#counts, capacity);
    this.#before = grown(this.#before, capacity);
    this.#samples = grown(this.#samples, capacity);
    this.#marks = grown(this.#marks, capacity);
  }

  /** Called before the slot's count changes. */
  #touch(slot: number, row: number): void {
    if (this.#marks[slot] === this.#epoch) return;
    this.#marks[slot] = this.#epoch;
    this.#before[slot] = this.#counts[slot];
    this.#samples[slot] = row;
    this.#touched.push(slot);
  }

  #seal(rows: RowBuilder, delta: Delta, time: number): Batch | null {
    const { diffs, ordinals } = delta;
    const n = ordinals.length;
    if (n === 0) return null;
    const columns = cellsOf(rows, delta);
    this.#sealed?.apply(columns, diffs, n);
    const types = [...this.#types, ordinalType];
    const keys = Keys.derived(() => keysOfValues([...columns, new NumberColumn(ordinals)], types, n));
    return new Batch(time, n, columns, keys, diffs);
  }
}

function cellsOf(rows: RowBuilder, { picks, ordinals }: Delta): Column[] {
  const all = rows.finish();
  return picks === null ? all : all.map((column) => gatherColumn(column, picks, ordinals.length));
}

/** Rows [from, to) of what has been built, without copying more than these. */
function sliced(rows: RowBuilder, from: number, to: number): Column[] {
  return rows.columns.map((builder) => slice(builder as ColumnBuilder, from, to));
}

function slice(builder: ColumnBuilder, from: number, to: number): Column {
  let tags: Uint8Array | null = null;
  if (builder.tags !== null) {
    tags = new Uint8Array(to - from);
    tags.set(builder.tags.subarray(from, to));
  }
  switch (builder.layout) {
    case "number":
      return new NumberColumn(builder.values.subarray(from, to), tags);
    case "text":
      return new TextColumn(
        builder.arena.bytes,
        builder.starts.subarray(from, to),
        builder.ends.subarray(from, to),
        tags,
        builder.hashes?.subarray(from, to) ?? null,
      );
    case "value":
      return new ValueColumn(builder.values.slice(from, to), tags);
  }
}
