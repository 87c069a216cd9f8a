import { assert } from "../../lib/base/assert.ts";
import { Batch } from "../../lib/data/batch.ts";
import { Keys } from "../../lib/data/keys.ts";
import type { RowBuilder } from "../../lib/data/row-builder.ts";
import { keysOfPositions } from "../../lib/data/row-key.ts";
import type { Columns } from "../../lib/data/schema.ts";
import type { StateReader, StateWriter } from "../../lib/data/state.ts";
import { RowWriter } from "../../lib/io/row-writer.ts";
import { BuilderPool, type GivenCommit, type GivenRows } from "./given-rows.ts";
import { saidRows } from "./said-rows.ts";

/** Rows without a primary key that only come: keyed by the input's name and their number. Remembers nothing. */
export class AppendedRows implements GivenRows {
  readonly #name: string;
  readonly #columns: Columns;
  readonly #pool: BuilderPool;
  readonly #writer: RowWriter;
  #rows: RowBuilder;
  #counter = 0;
  /** Rows of the commits that have been sealed. */
  #sealed = 0;

  constructor(columns: Columns, name: string) {
    this.#name = name;
    this.#columns = columns;
    this.#pool = new BuilderPool(columns);
    this.#writer = new RowWriter(columns, [], name);
    this.#rows = this.#pool.take();
  }

  get pending(): number {
    return this.#rows.length;
  }

  insert(row: object): void {
    this.#writer.write(this.#rows, row);
    this.#rows.endRow(0, this.#counter++, 0);
  }

  upsert(): void {
    assert(false, "an append-only input has no upsert");
  }

  remove(): void {
    assert(false, "an append-only input has no remove");
  }

  commit(): GivenCommit | null {
    const rows = this.#rows;
    if (rows.length === 0) return null;
    this.#rows = this.#pool.take();
    return {
      rows: rows.length,
      seal: (time) => this.#seal(rows, time),
      said: () => {
        const batch = { columns: rows.finish(), length: rows.length };
        return saidRows(batch, this.#columns, new Uint8Array(rows.length));
      },
      release: () => this.#pool.give(rows),
    };
  }

  start(): void {}

  keep(): void {}

  say(row: object): void {
    this.insert(row);
  }

  save(writer: StateWriter): void {
    writer.value("rows", this.#sealed);
  }

  load(reader: StateReader): void {
    this.#sealed = reader.value("rows") as number;
    this.#counter = this.#sealed;
  }

  #seal(rows: RowBuilder, time: number): Batch {
    const { length, partitions, offsets, ordinals } = rows;
    this.#sealed += length;
    const keys = Keys.derived(() => keysOfPositions([this.#name], partitions, offsets, ordinals, length));
    const origin = (row: number): string => `${this.#name}, row ${offsets[row] + 1}`;
    return new Batch(time, length, rows.finish(), keys, null, origin);
  }
}
