/**
 * What a touched row costs in a table of many groups: GROUPS. The engine alone, on batches made before, so that nothing
 * hides its cost. Prints {"nsPerRow", "usPerSmallCommit", "changes"}: CPU time.
 */
import { formats } from "../../../connectors/formats/index.ts";
import { Batch } from "../../../lib/data/batch.ts";
import { Keys } from "../../../lib/data/keys.ts";
import { RowBuilder } from "../../../lib/data/row-builder.ts";
import { type Columns, typeOf } from "../../../lib/data/schema.ts";
import { failRun } from "../../../lib/dataflow/errors.ts";
import * as pw from "../../../lib/index.ts";
import type { Sink } from "../../../lib/io/sink.ts";
import { currentPlan } from "../../../lib/plan/plan.ts";
import { Engine } from "../../../lib/runtime/engine.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { packTexts } from "../harness/pack-texts.ts";
import { randomFrom } from "../harness/random.ts";

const COMMIT_ROWS = 1_000;
const SMALL_COMMIT_ROWS = 10;
/** Commits of either kind that are measured, after as many that warm up. */
const COMMITS = 400;

const groups = Number(process.argv[2]);

/** Counts what it is given. */
class CountingSink implements Sink {
  readonly name = "count";
  readonly full = false;
  changes = 0;

  async open(): Promise<void> {}
  write(_: Batch, order: Uint32Array): void {
    this.changes += order.length;
  }
  async flush(): Promise<void> {}
  stats() {
    return { changes: this.changes, lastTime: null, latencyMs: null };
  }
  async close(): Promise<void> {}
}

const sink = new CountingSink();
const input = pw.input(pw.schema({ group: "str", n: "int" }), { appendOnly: true });
const sums = input
  .groupBy(input.group)
  .reduce({ group: input.group, count: pw.reducers.count(), total: pw.reducers.sum(input.n) });
addOutput(sums, { connector: "count", name: "count", describe: {}, create: () => sink });
const engine = new Engine(currentPlan().begin(), failRun);
const [{ node }] = engine.sources;

const columns: Columns = [
  { name: "group", type: typeOf("str", "group") },
  { name: "n", type: typeOf("int", "n") },
];
const parser = formats.json.parser.create(columns);
let rowNumber = 0;

/** A batch of one row for each of the groups given. */
function batchOf(time: number, touched: readonly number[]): Batch {
  const rows = new RowBuilder(
    columns,
    columns.map(() => true),
  );
  const texts = touched.map((group) => `{"group":"group-${group}","n":${group % 10}}`);
  parser.parseInto(packTexts(texts), 0, texts.length, rows, (i, code, detail) => {
    throw new Error(`message ${i}: ${code} ${detail}`);
  });
  const words = new Uint32Array(4 * texts.length);
  for (let i = 0; i < texts.length; i++) words[4 * i] = ++rowNumber;
  return new Batch(time, texts.length, rows.finish(), Keys.of(words), null);
}

let time = 0;
function commit(touched: readonly number[]): () => void {
  time += 2;
  const batch = batchOf(time, touched);
  return () => {
    engine.step(batch.time, new Map([[node.id, batch]]));
    engine.release(batch.time, [sink]);
  };
}

const random = randomFrom(0x2545f491);
const touch = (rows: number): number[] => Array.from({ length: rows }, () => Math.floor(random() * groups));

/** Microseconds of CPU time that a commit of so many rows takes. */
function measure(rows: number): number {
  for (let i = 0; i < COMMITS; i++) commit(touch(rows))();
  const commits = Array.from({ length: COMMITS }, () => commit(touch(rows)));
  const before = process.cpuUsage();
  for (const run of commits) run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / COMMITS;
}

for (let from = 0; from < groups; from += 10_000) {
  commit(Array.from({ length: Math.min(10_000, groups - from) }, (_, i) => from + i))();
}
const usPerCommit = measure(COMMIT_ROWS);
const usPerSmallCommit = measure(SMALL_COMMIT_ROWS);
const answers = engine.stateSize;
if (answers < groups) throw new Error(`${groups} groups were given, the engine holds ${answers}`);
console.log(
  JSON.stringify({ nsPerRow: (1000 * usPerCommit) / COMMIT_ROWS, usPerSmallCommit, changes: sink.changes }),
);
