/**
 * Draws the results in .cache/bench/results.jsonl: of each benchmark the newest of those with the most rows.
 *
 *     npm run bench -- plot [FILE]
 *
 * FILE is docs/benchmarks.svg unless another one is given.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { barCharts } from "./harness/chart.ts";
import { panelsOf } from "./harness/panels.ts";
import { recordedResults } from "./harness/results.ts";

const file = process.argv[2] ?? fileURLToPath(new URL("../../docs/benchmarks.svg", import.meta.url));
const { panels, used } = panelsOf(recordedResults());
if (panels.length === 0) throw new Error("there are no results yet: run npm run bench -- wordcount first");
const machines = used.map(({ machine }) => `${machine.cores} × ${machine.cpu}, Node ${machine.node}`);
const dates = used.map(({ date }) => date.slice(0, 10)).sort();
const when = dates[0] === dates[dates.length - 1] ? dates[0] : `${dates[0]} to ${dates[dates.length - 1]}`;
writeFileSync(file, barCharts(panels, `${[...new Set(machines)].join("; ")}; ${when}`));
console.log(`${panels.length} panels: ${file}`);
