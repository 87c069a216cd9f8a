/**
 * The table that a stream of changes tells of: for each key the row of its latest event, unless that is a deletion.
 *
 *   fromStream(S) at t = { (key, row) : the last event of key up to t is (row, true) }
 *
 * Of several events of a key in one commit upserts count before deletions, and of several upserts the greatest row,
 * cell by cell, so that the answer does not depend on how a commit's rows lie. Of deletions only the key counts. It
 * depends on the history of the stream, which only grows. Events whose flag failed are left out, and reported.
 *
 * State: the rows that are there, by key. Cost: the events. Laws 2, 5, 6; not linear.
 */
import { Batch } from "../data/batch.ts";
import { type Column, type NumberColumn, VALUE } from "../data/column.ts";
import { compareCells } from "../data/compare-cells.ts";
import { consolidate } from "../data/consolidate.ts";
import { keyColumn } from "../data/key-column.ts";
import { concatBatches, gatherBatch } from "../data/rows.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { Operator } from "../dataflow/operator.ts";
import { RowIndex } from "../trace/row-index.ts";
import { distinctKeys, RowsByKey } from "../trace/rows-by-key.ts";
import { type LeftOut, withoutFailed } from "./left-out.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";

export interface FromStreamOptions {
  /** Position of the bool column that tells upserts (true) from deletions. */
  readonly isUpsert: number;
}

export const fromStream: OperatorDefinition = {
  name: "fromStream",
  linear: false,
  historyDependent: "an event replaces those of its key that came at earlier times",
  create: (spec) => new FromStream(spec),
};

class FromStream implements Operator {
  readonly #isUpsert: number;
  readonly #told: LeftOut;
  readonly #rows: RowsByKey;

  constructor({ options, columns, needed, site, onFailure }: OperatorSpec) {
    this.#isUpsert = (options as FromStreamOptions).isUpsert;
    const detail = (column: string): string => `column "${column}" failed, so the event is left out`;
    this.#told = { operator: "fromStream", site, columns, onFailure, detail };
    this.#rows = new RowsByKey(
      columns.map(({ type }) => type),
      needed,
    );
  }

  get stateSize(): number {
    return this.#rows.size;
  }

  step([given]: readonly (Batch | null)[]): Batch | null {
    const usable = given === null ? null : withoutFailed(given, [this.#isUpsert], this.#told);
    const batch = usable === null ? null : insertionsOf(usable);
    if (batch === null) return null;
    const known = this.#rows.lookup(distinctKeys(batch.keys.words(), batch.length));
    const latest = this.#latest(batch);
    const { time, length, columns, keys } = gatherBatch(batch, latest, latest.length);
    const fresh = new Batch(time, length, columns, keys, null);
    const change = consolidate(concatBatches([this.#rows.rows(known, time, -1), fresh]));
    if (change !== null) this.#rows.append(change, change.keys.words());
    return change;
  }

  save(writer: StateWriter): void {
    this.#rows.save(writer);
  }

  load(reader: StateReader): void {
    this.#rows.load(reader);
  }

  /** The upsert of each key that counts. */
  #latest(batch: Batch): Uint32Array {
    const flags = batch.columns[this.#isUpsert] as NumberColumn;
    const slots = new Int32Array(batch.length);
    const index = new RowIndex([{ name: "pointer", optional: false }]);
    index.lookupOrInsert([keyColumn(batch.keys, batch.length)], batch.length, slots);
    const latest = new Int32Array(index.size).fill(-1);
    for (let row = 0; row < batch.length; row++) {
      if (flags.values[row] !== 1 || (flags.tags !== null && flags.tags[row] !== VALUE)) continue;
      const other = latest[slots[row]];
      if (other < 0 || compareRows(batch.columns, row, other) > 0) latest[slots[row]] = row;
    }
    return Uint32Array.from(latest.filter((row) => row >= 0));
  }
}

/** Events that go have had their effect. */
function insertionsOf(batch: Batch): Batch | null {
  const { diffs, length } = batch;
  if (diffs === null) return batch;
  const rows = Uint32Array.from({ length }, (_, row) => row).filter((row) => diffs[row] > 0);
  return rows.length === 0 ? null : gatherBatch(batch, rows, rows.length);
}

function compareRows(columns: readonly Column[], a: number, b: number): number {
  for (const column of columns) {
    const order = compareCells(column, a, column, b);
    if (order !== 0) return order;
  }
  return 0;
}
