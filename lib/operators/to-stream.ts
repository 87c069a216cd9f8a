/**
 * The changes of a table as rows that only come: for each key that a commit touches, its row after the commit with
 * true behind it, or the row that went with false.
 *
 *   toStream(Δ) = { (key, row ++ [true]) : +row ∈ Δ } ∪ { (key, row ++ [false]) : −row ∈ Δ, no +row of the key in Δ }
 *
 * A key has as many rows as it has had changes, so keys do not tell rows apart. What has come stays: the answer depends
 * on the history of the table, and law 3 does not hold. State: none. Laws 2, 5, 6.
 */
import { Batch } from "../data/batch.ts";
import { NumberColumn } from "../data/column.ts";
import { keyColumn } from "../data/key-column.ts";
import { gatherBatch } from "../data/rows.ts";
import type { Operator } from "../dataflow/operator.ts";
import { RowIndex } from "../trace/row-index.ts";
import type { OperatorDefinition } from "./operator-definition.ts";

export const toStream: OperatorDefinition = {
  name: "toStream",
  linear: false,
  historyDependent: "rows that have gone stay in the stream, and each change of a key is one more row of it",
  create: () => new ToStream(),
};

class ToStream implements Operator {
  readonly stateSize = 0;

  step([batch]: readonly (Batch | null)[]): Batch | null {
    if (batch === null) return null;
    const { length, diffs } = batch;
    const keys = new Int32Array(length);
    const index = new RowIndex([{ name: "pointer", optional: false }]);
    if (diffs !== null) index.lookupOrInsert([keyColumn(batch.keys, length)], length, keys);
    const comes = new Uint8Array(index.size);
    for (let row = 0; row < length; row++) if (diffs !== null && diffs[row] > 0) comes[keys[row]] = 1;
    const rows = new Uint32Array(length);
    const flags = new Float64Array(length);
    let n = 0;
    for (let row = 0; row < length; row++) {
      const isUpsert = diffs === null || diffs[row] > 0;
      if (!isUpsert && comes[keys[row]] === 1) continue;
      flags[n] = isUpsert ? 1 : 0;
      rows[n++] = row;
    }
    const events = gatherBatch(batch, rows.subarray(0, n), n);
    const columns = [...events.columns, new NumberColumn(flags, null)];
    return new Batch(batch.time, n, columns, events.keys, null, events.origin);
  }

  save(): void {}

  load(): void {}
}
