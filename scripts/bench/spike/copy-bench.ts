/** Pending rows need text that outlives the batch: each needed slice copied, against the whole payload at once. */

import { CHUNK_ROWS, careful } from "./columns.ts";
import { cpuMs } from "./cpu-clock.ts";
import { orders, pack, words } from "./data.ts";
import { putBytes } from "./diffs.ts";
import { type Field, scanJson, scannedColumns, shapeOf } from "./scan.ts";

const MESSAGES = 1 << 20;

/** Copies each slice behind `at`, and moves the slice to where it now is; returns the end. */
function copySlices(
  bytes: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
  rows: number,
  to: Uint8Array,
  at: number,
): number {
  for (let i = 0; i < rows; i++) {
    const start = at;
    at = putBytes(to, at, bytes, starts[i], ends[i]);
    starts[i] = start;
    ends[i] = at;
  }
  return at;
}

/** Moves slices by the place where the whole payload went. */
function shiftSlices(starts: Uint32Array, ends: Uint32Array, rows: number, by: number): void {
  for (let i = 0; i < rows; i++) {
    starts[i] += by;
    ends[i] += by;
  }
}

function measure(
  messages: string[],
  field: Field,
  how: "none" | "slices" | "whole",
): { ns: number; bytes: number } {
  const batches = pack(messages, CHUNK_ROWS);
  const shape = shapeOf(messages[0], [field]);
  const columns = scannedColumns([field], CHUNK_ROWS);
  const pending = new Uint8Array(64 << 20);
  let best = Number.POSITIVE_INFINITY;
  let kept = 0;
  for (let round = 0; round < 7; round++) {
    let at = 0;
    kept = 0;
    const started = cpuMs();
    for (const batch of batches) {
      careful(scanJson(batch.bytes, batch.ends, 0, batch.count, shape, columns));
      const size = batch.ends[batch.count - 1];
      if (at + size > pending.length) at = 0;
      const before = at;
      if (how === "slices")
        at = copySlices(batch.bytes, columns.starts[0], columns.ends[0], columns.rows, pending, at);
      if (how === "whole") {
        pending.set(batch.bytes.subarray(0, size), at);
        shiftSlices(columns.starts[0], columns.ends[0], columns.rows, at);
        at += size;
      }
      kept += at - before;
    }
    best = Math.min(best, cpuMs() - started);
  }
  return { ns: (best * 1e6) / MESSAGES, bytes: kept / MESSAGES };
}

export function benchCopies(print: (line: string) => void): void {
  print("messages | scan alone ns/row | + each slice ns/row, bytes/row | + whole payload ns/row, bytes/row");
  const cases = [
    { name: "words, 5,000 groups", messages: words(MESSAGES, 5_000), field: { name: "word", text: true } },
    {
      name: "orders, 100,000 regions",
      messages: orders(MESSAGES, 100_000),
      field: { name: "region", text: true },
    },
  ];
  for (const { name, messages, field } of cases) {
    const alone = measure(messages, field, "none");
    const slices = measure(messages, field, "slices");
    const whole = measure(messages, field, "whole");
    print(
      `${name} | ${alone.ns.toFixed(1)} | +${(slices.ns - alone.ns).toFixed(1)}, ${slices.bytes.toFixed(0)} | +${(whole.ns - alone.ns).toFixed(1)}, ${whole.bytes.toFixed(0)}`,
    );
  }
}
