/**
 * Draws the results in .cache/bench/results.jsonl, of each benchmark the newest of those with the most rows, as
 * docs/benchmarks.svg, and writes them into the tables of README.md and docs/benchmarks.md.
 *
 *     npm run bench -- plot
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { barCharts } from "./harness/chart.ts";
import { chosenResults, panelsOf } from "./harness/panels.ts";
import { recordedResults } from "./harness/results.ts";
import { withResults } from "./harness/results-table.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const results = chosenResults(recordedResults());
if (results.length === 0) {
  throw new Error("there are no results yet: run npm run bench -- wordcount first");
}
const machines = results.map(({ machine }) => `${machine.cores} × ${machine.cpu}, Node ${machine.node}`);
const dates = results.map(({ date }) => date.slice(0, 10)).sort();
const when = dates[0] === dates[dates.length - 1] ? dates[0] : `${dates[0]} to ${dates[dates.length - 1]}`;
const note = `${[...new Set(machines)].join("; ")}; ${when}`;
writeFileSync(`${root}docs/benchmarks.svg`, barCharts(panelsOf(results), note));
for (const [page, picture] of [
  ["README.md", "docs/benchmarks.svg"],
  ["docs/benchmarks.md", "benchmarks.svg"],
] as const) {
  writeFileSync(root + page, withResults(readFileSync(root + page, "utf8"), picture, results));
}
console.log(
  `${results.length} benchmarks: docs/benchmarks.svg and the tables of README.md and docs/benchmarks.md`,
);
