/** Ratios that were reached once, and must not be lost: scripts/bench/baseline.json. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** By benchmark, and there by what Towpath is compared to; a larger ratio is better for Towpath. */
export type Baseline = Readonly<Record<string, Readonly<Record<string, number>>>>;

export type Ratios = Readonly<Record<string, number>>;

const file = fileURLToPath(new URL("../baseline.json", import.meta.url));
const TOLERANCE = 0.15;

export function readBaseline(): Baseline {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Keeps the ratios that were measured; others of the benchmark stay. */
export function updateBaseline(name: string, ratios: Ratios): void {
  const all = readBaseline();
  const rounded = Object.fromEntries(Object.entries(ratios).map(([to, ratio]) => [to, round(ratio)]));
  const next = { ...all, [name]: { ...all[name], ...rounded } };
  writeFileSync(file, `${JSON.stringify(sorted(next), null, 2)}\n`);
}

/** What fell by more than 15 %, a line each; a comparison without a baseline, or the reverse, is a line too. */
export function fallenRatios(name: string, ratios: Ratios, baseline: Baseline): string[] {
  const before = baseline[name] ?? {};
  const missing = Object.keys(before).filter((to) => ratios[to] === undefined);
  return [
    ...missing.map((to) => `${name}: the baseline compares to ${to}, which did not take part`),
    ...Object.entries(ratios).flatMap(([to, ratio]) => {
      if (before[to] === undefined) return [`${name}: the baseline has no ratio to ${to}`];
      if (ratio >= before[to] * (1 - TOLERANCE)) return [];
      return [`${name}: ${round(ratio)} × ${to}, but the baseline is ${before[to]} ×`];
    }),
  ];
}

function round(ratio: number): number {
  return Number(ratio.toPrecision(3));
}

function sorted(baseline: Baseline): Baseline {
  return Object.fromEntries(Object.entries(baseline).sort(([a], [b]) => (a < b ? -1 : 1)));
}
