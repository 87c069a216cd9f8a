/** The spike without a broker: both layouts over packed buffers in memory. */

import { CHUNK_ROWS, Customers, type Pipeline } from "./columns.ts";
import { cpuMs } from "./cpu-clock.ts";
import { orders, type PackedBatch, pack, words } from "./data.ts";
import { DiffBytes } from "./diffs.ts";
import { orderWorks, type Work, wordWorks } from "./works.ts";

const MESSAGES = 1 << 20;
const ROUNDS = 6;

/**
 * Runs a pipeline over all batches `ROUNDS` times, a commit each `commitRows`; the best round counts. Rates are rows per
 * second of CPU time, so that other work on the machine does not count.
 */
function rate(pipeline: Pipeline, batches: PackedBatch[], commitRows: number): Outcome {
  const out = new DiffBytes();
  let time = 1_700_000_000_000;
  let changes = 0;
  let pending = 0;
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const started = cpuMs();
    let rows = 0;
    for (const batch of batches) {
      for (let from = 0; from < batch.count; from += CHUNK_ROWS) {
        const to = Math.min(from + CHUNK_ROWS, batch.count);
        pipeline.take(batch.bytes, batch.ends, from, to);
        pending += to - from;
        if (pending >= commitRows) {
          time += 2;
          changes += pipeline.commit(time, out);
          out.flush();
          pending = 0;
        }
      }
      rows += batch.count;
    }
    best = Math.max(best, rows / ((cpuMs() - started) / 1_000));
  }
  return { rate: best, changes, bytes: out.written };
}

interface Outcome {
  rate: number;
  changes: number;
  bytes: number;
}

function line(work: Work, groups: number, commitRows: number, batches: PackedBatch[]): string {
  const one = rate(work.columns(), batches, commitRows);
  const two = rate(work.rowIds(), batches, commitRows);
  if (one.changes !== two.changes || one.bytes !== two.bytes)
    throw new Error(`${work.name}: the layouts differ`);
  const rates = [one, two].map((outcome) => `${(outcome.rate / 1e6).toFixed(2)} M`);
  return [work.name, groups, commitRows, ...rates, one.changes, (one.bytes / 1e6).toFixed(0)].join(" | ");
}

export function benchMemory(print: (line: string) => void, only: string, groupCounts: number[]): void {
  print("work | groups | commit rows | columns, rows per CPU s | row ids, rows per CPU s | changes | out MB");
  for (const groups of groupCounts) {
    const wordMessages = words(MESSAGES, groups);
    const orderMessages = orders(MESSAGES, groups);
    const batches = { words: pack(wordMessages, 16_384), orders: pack(orderMessages, 16_384) };
    const works = [
      ...wordWorks(wordMessages[0]),
      ...orderWorks(orderMessages[0], new Customers(100_000, groups)),
    ];
    for (const commitRows of [400_000, 4_096]) {
      for (const work of works.filter(({ name }) => name.includes(only))) {
        print(line(work, groups, commitRows, batches[work.topic]));
      }
    }
  }
}
