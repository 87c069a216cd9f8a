/**
 * Whether a pipe's memory stays flat over a file of any size: CSV with quoted texts to JSON Lines, a row of about 250 bytes,
 * its resident memory from quarter to quarter. The default is a file of 5 GB, and takes as much for what is written.
 *
 *     npm run bench -- pipe-memory [--rows N] [--check] [--update-baseline]
 *
 * Fails when the last quarter needs over 25 % more than the second, and when a row is missing.
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeCommand } from "./harness/contenders.ts";
import { MeasuredProcess } from "./harness/measured-process.ts";
import { benchOptions } from "./harness/options.ts";
import { quartersOf, reportQuarters } from "./harness/quarters.ts";
import { conclude, whole } from "./harness/results.ts";

const LINES = 10_000;

const options = benchOptions({ rows: 20_000_000, rounds: 1 });
const { rows } = options;
const folder = mkdtempSync(join(tmpdir(), "towpath-bench-"));
try {
  const file = join(folder, "orders.csv");
  const bytes = writeOrders(file);
  const measured = new MeasuredProcess(
    nodeCommand("jobs/pipe.ts", ["to-json", file, join(folder, "out.jsonl")]),
  );
  await measured.ended();
  const { seconds, rows: written } = JSON.parse(measured.stdout) as { seconds: number; rows: number };
  if (written !== rows) throw new Error(`${written} rows were written, not ${rows}`);
  const quarters = quartersOf([measured.samples.map(({ rssMb }) => rssMb)]);
  const { peakMb } = measured;
  const what = `${(bytes / 1e9).toFixed(1)} GB, ${whole(rows)} rows, resident MB`;
  reportQuarters("pipe-memory", what, quarters, peakMb);
  const mbPerSecond = bytes / 1e6 / seconds;
  console.log(`${mbPerSecond.toFixed(0)} MB/s, ${whole(rows / seconds)} rows/s`);
  const figures = { towpath: { quartersMb: quarters.quartersMb, peakMb, mbPerSecond } };
  const ratios = { "the second quarter by the last": 1 / quarters.growth };
  conclude(
    { benchmark: "pipe-memory", rows, rounds: 1, versions: {}, figures, ratios, missing: {} },
    options,
  );
} finally {
  rmSync(folder, { recursive: true });
}

function writeOrders(path: string): number {
  const handle = openSync(path, "w");
  let size = writeSync(handle, "id,customer,amount,note\n");
  for (let first = 0; first < rows; first += LINES) {
    const count = Math.min(LINES, rows - first);
    size += writeSync(handle, Array.from({ length: count }, (_, i) => order(first + i)).join(""));
  }
  closeSync(handle);
  return size;
}

function order(i: number): string {
  const note = `note ""${i % 97}"", ${"lorem ipsum dolor sit amet, consectetur ".repeat(i % 12)}`;
  return `${i},c${(i * 7_919) % 1_000},${(i % 997) / 8},"${note}"\n`;
}
