import { grown } from "../../lib/base/growth.ts";
import type { Column } from "../../lib/data/column.ts";
import type { StateReader, StateWriter } from "../../lib/data/state.ts";
import type { ColumnType } from "../../lib/data/type.ts";
import { RowIndex } from "../../lib/trace/row-index.ts";

/** How many there are of each row, after the commits that the run has taken: what a checkpoint keeps of a bag. */
export class SealedRows {
  readonly #types: readonly ColumnType[];
  #index: RowIndex;
  #counts = new Int32Array(64);

  constructor(types: readonly ColumnType[]) {
    this.#types = types;
    this.#index = new RowIndex(types);
  }

  /** A delta of n rows; `diffs` null: all come. */
  apply(columns: readonly Column[], diffs: Int32Array | null, n: number): void {
    const slots = new Int32Array(n);
    this.#index.lookupOrInsert(columns, n, slots);
    this.#counts = grown(this.#counts, this.#index.capacity);
    for (let row = 0; row < n; row++) this.#counts[slots[row]] += diffs === null ? 1 : diffs[row];
    if (diffs === null) return;
    // A row whose count is 0 has been met and taken out where it came before in this commit.
    for (const slot of new Set(slots)) if (this.#counts[slot] === 0) this.#index.remove(slot);
  }

  save(writer: StateWriter): void {
    this.#index.save(writer.scope("index"));
    writer.array("counts", this.#counts, this.#index.capacity);
  }

  load(reader: StateReader): void {
    const { index, counts } = SealedRows.read(this.#types, reader);
    this.#index = index;
    this.#counts = counts;
  }

  /** What was saved. */
  static read(
    types: readonly ColumnType[],
    reader: StateReader,
  ): { index: RowIndex; counts: Int32Array<ArrayBuffer> } {
    const index = new RowIndex(types);
    index.load(reader.scope("index"));
    return { index, counts: reader.int32("counts", 64) };
  }
}
