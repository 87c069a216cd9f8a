import { styleText } from "node:util";
import type { SinkStats } from "../io/sink.ts";
import type { SourceStats } from "../io/source.ts";
import type { CheckpointStats } from "./checkpoint-stats.ts";

type Sources = Readonly<Record<string, SourceStats>>;
type Outputs = Readonly<Record<string, SinkStats>>;

const numbers = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** The live table's lines, each at most `width` wide. `stateSize` is shown where it is given. */
export function renderTable(
  sources: Sources,
  outputs: Outputs,
  rates: ReadonlyMap<string, number>,
  stateSize: number | null,
  width: number,
): string[] {
  const ins = Object.entries(sources).map(([name, stats]) => [
    name,
    count(stats.rows),
    count(stats.commits),
    count(stats.pending),
    stats.lag === null ? "" : count(stats.lag),
    count(rates.get(name) ?? 0),
  ]);
  const outs = Object.entries(outputs).map(([name, stats]) => [
    name,
    count(stats.changes),
    stats.lastTime === null ? "" : clockTime(stats.lastTime),
    stats.latencyMs === null ? "" : `${count(stats.latencyMs)} ms`,
  ]);
  const lines = [
    ...grid(["source", "rows", "commits", "pending", "lag", "rows/s"], ins, width),
    ...grid(["output", "changes", "last time", "latency"], outs, width),
  ];
  if (stateSize !== null) lines.push(`${count(stateSize)} rows, groups and values held`);
  return lines;
}

/** The same in one line, for logs. */
export function statusLine(sources: Sources, outputs: Outputs): string {
  const ins = Object.entries(sources).map(([name, stats]) => {
    const rejected = stats.rejected === 0 ? "" : `, ${count(stats.rejected)} skipped`;
    const lag = stats.lag === null ? "" : `, lag ${count(stats.lag)}`;
    return `${name}: ${count(stats.rows)} rows in ${count(stats.commits)} commits${rejected}${lag}`;
  });
  const outs = Object.entries(outputs).map(([name, stats]) => `${name}: ${count(stats.changes)} changes`);
  return [...ins, ...outs].join("; ");
}

/** When the last checkpoint was taken, how much it wrote and how long it took. */
export function checkpointLine(checkpoint: CheckpointStats | null): string[] {
  if (checkpoint === null) return [];
  const { takenAt, bytes, durationMs } = checkpoint;
  const size = (bytes / 1e6).toFixed(1);
  return [`checkpoint at ${clockTime(takenAt)}: ${size} MB written in ${count(durationMs)} ms`];
}

/** How much has failed, where anything has. */
export function errorsLine(errors: number): string[] {
  return errors === 0 ? [] : [`${count(errors)} failed cells and rows left out`];
}

/** A head line and one line a row: names left, figures right. */
function grid(head: readonly string[], rows: readonly (readonly string[])[], width: number): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const figures = widths.slice(1).reduce((sum, w) => sum + w + 2, 0);
  widths[0] = Math.max(8, Math.min(widths[0], width - figures));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? fit(cell, widths[0]) : cell.padStart(widths[i])))
      .join("  ")
      .slice(0, width);
  return [styleText("bold", line(head)), ...rows.map(line)];
}

function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

function count(value: number): string {
  return numbers.format(value);
}

function clockTime(time: number): string {
  return new Date(time).toISOString().slice(11, 23);
}
