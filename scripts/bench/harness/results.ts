/** What a benchmark found: printed as a table, kept as a line of JSON in .cache/bench/results.jsonl. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { fallenRatios, type Ratios, readBaseline, updateBaseline } from "./baseline.ts";
import { type Machine, machine, ownVersion } from "./machine.ts";
import type { BenchOptions } from "./options.ts";

/** One contender's figures by name, with their unit in the name. */
export type Figures = Readonly<Record<string, number | readonly number[]>>;

export interface Result {
  readonly benchmark: string;
  readonly rows: number;
  readonly rounds: number;
  /** Versions of those who took part, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly figures: Readonly<Record<string, Figures>>;
  /** Towpath against others; more is better. */
  readonly ratios: Ratios;
  /** Peers that were asked for and did not take part, with the reason. */
  readonly missing: Readonly<Record<string, string>>;
}

export interface RecordedResult extends Result {
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
}

const file = fileURLToPath(new URL("../../../.cache/bench/results.jsonl", import.meta.url));

/** Keeps the result, compares it to the baseline where that was asked for, and sets the exit code. */
export function conclude(result: Result, options: Pick<BenchOptions, "check" | "updateBaseline">): void {
  keep(result);
  for (const [peer, reason] of Object.entries(result.missing)) console.log(`MISSING ${peer}: ${reason}`);
  if (options.updateBaseline) updateBaseline(result.benchmark, result.ratios);
  if (!options.check) return;
  const fallen = fallenRatios(result.benchmark, result.ratios, readBaseline());
  for (const line of fallen) console.log(`FALLEN ${line}`);
  if (fallen.length > 0) process.exitCode = 1;
  else console.log("no ratio has fallen by more than 15 % of the baseline");
}

function keep(result: Result): void {
  const recorded: RecordedResult = {
    date: new Date().toISOString(),
    command: `npm run bench -- ${[result.benchmark, ...process.argv.slice(2)].join(" ")}`,
    machine: machine(),
    ...result,
    versions: { towpath: ownVersion(), ...result.versions },
  };
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(recorded)}\n`);
}

/** All results so far, oldest first. */
export function recordedResults(): RecordedResult[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** The line above a table: what, where and when. */
export function headline(benchmark: string, what: string): string {
  const { cpu, cores, memoryGb, node } = machine();
  return `${benchmark}: ${what}; ${cores} × ${cpu}, ${memoryGb} GB, Node ${node}, ${new Date().toISOString().slice(0, 10)}`;
}

/** A table as text: the first column to the left, the others to the right. */
export function table(header: readonly string[], lines: readonly (readonly string[])[]): string {
  const all = [header, ...lines];
  const widths = header.map((_, i) => Math.max(...all.map((line) => line[i].length)));
  const text = all.map((line) =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("   "),
  );
  return text.map((line) => line.trimEnd()).join("\n");
}

/** 318000 → "318,000". */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}
