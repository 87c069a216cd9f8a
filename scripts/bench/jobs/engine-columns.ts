/**
 * Column batches in, column batches out, no JS objects: ROWS COMMIT_ROWS. The batches are made before, as a reader of a
 * column format would have them; what comes out is copied. The clock runs from the first batch to the last copy.
 */

import { Batch } from "../../../lib/data/batch.ts";
import { columnBuilder, writeCell } from "../../../lib/data/column-builder.ts";
import { Keys } from "../../../lib/data/keys.ts";
import { rowObject } from "../../../lib/data/row-object.ts";
import { ownBatch } from "../../../lib/data/rows.ts";
import { type ColumnSchema, typeOf } from "../../../lib/data/schema.ts";
import { failRun } from "../../../lib/dataflow/errors.ts";
import * as pw from "../../../lib/index.ts";
import type { Sink } from "../../../lib/io/sink.ts";
import { currentPlan } from "../../../lib/plan/plan.ts";
import { Engine } from "../../../lib/runtime/engine.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { engineRows, Received } from "../harness/engine-data.mjs";

const [rows, commitRows] = process.argv.slice(2, 4).map(Number);

/** Keeps a copy of every batch. */
class KeepingSink implements Sink {
  readonly name = "keep";
  readonly full = false;
  readonly kept: Batch[] = [];

  async open(): Promise<void> {}
  write(batch: Batch): void {
    this.kept.push(ownBatch(new Batch(batch.time, batch.length, batch.columns, Keys.unread, batch.diffs)));
  }
  async flush(): Promise<void> {}
  stats() {
    return { changes: 0, lastTime: null, latencyMs: null };
  }
  async close(): Promise<void> {}
}

const sink = new KeepingSink();
const words = pw.input(pw.schema({ word: "str", n: "int" }), { appendOnly: true });
const sums = words
  .groupBy(words.word)
  .reduce({ word: words.word, count: pw.reducers.count(), total: pw.reducers.sum(words.n) });
addOutput(sums, { connector: "keep", name: "keep", describe: {}, create: () => sink });
const engine = new Engine(currentPlan().begin(), failRun);
const [{ node }] = engine.sources;

const given: { word: string; n: number }[] = engineRows(rows);
const batches: Batch[] = [];
for (let from = 0; from < rows; from += commitRows) batches.push(batchOf(from, 2 * batches.length + 2));

function batchOf(from: number, time: number): Batch {
  const word = columnBuilder(typeOf("str", "word"));
  const n = columnBuilder(typeOf("int", "n"));
  for (let row = 0; row < commitRows; row++) {
    writeCell(word, typeOf("str", "word"), row, given[from + row].word);
    writeCell(n, typeOf("int", "n"), row, given[from + row].n);
  }
  const unread = Keys.derived(() => {
    throw new Error("nobody reads the keys of rows that are counted");
  });
  return new Batch(time, commitRows, [word.finish(commitRows), n.finish(commitRows)], unread, null);
}

const received = new Received();
received.start();
for (const batch of batches) {
  engine.step(batch.time, new Map([[node.id, batch]]));
  engine.release(batch.time, [sink]);
}
received.stop();
const columns: ColumnSchema[] = [
  { name: "word", type: typeOf("str", "word") },
  { name: "count", type: typeOf("int", "count") },
  { name: "total", type: typeOf("int", "total") },
];
for (const batch of sink.kept) {
  for (let row = 0; row < batch.length; row++)
    received.take(rowObject(batch, columns, row), batch.diffs === null ? 1 : batch.diffs[row]);
}
received.report();
