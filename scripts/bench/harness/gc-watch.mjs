/**
 * Loaded into a process under measurement (`node --import`): says each second, and at its end, how long it stood still
 * to collect garbage. gc-pauses.ts reads the lines.
 */
import { writeSync } from "node:fs";
import { constants, PerformanceObserver } from "node:perf_hooks";

const names = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: "minor",
  [constants.NODE_PERFORMANCE_GC_MAJOR]: "major",
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: "incremental",
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: "weak callbacks",
};
const EVERY_MS = 1_000;

/** Pauses since the last line, by kind: how many, milliseconds together, the longest. */
let pauses = {};

function note(entries) {
  for (const { detail, duration } of entries) {
    const kind = names[detail.kind] ?? "other";
    const [count, ms, max] = pauses[kind] ?? [0, 0, 0];
    pauses[kind] = [count + 1, ms + duration, Math.max(max, duration)];
  }
}

function say() {
  note(observer.takeRecords());
  if (Object.keys(pauses).length === 0) return;
  // Not by the stream: nothing is left behind when the process ends.
  writeSync(1, `gc ${JSON.stringify({ at: Date.now(), pauses })}\n`);
  pauses = {};
}

const observer = new PerformanceObserver((list) => note(list.getEntries()));
observer.observe({ entryTypes: ["gc"] });
setInterval(say, EVERY_MS).unref();
process.on("exit", say);
