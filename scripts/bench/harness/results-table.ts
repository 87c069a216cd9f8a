import { type RecordedResult, whole } from "./results.ts";
import { median } from "./statistics.ts";

const begin = "<!-- results: npm run bench -- plot -->";
const end = "<!-- end of results -->";

/**
 * A page with the picture and the results as a Markdown table between its two marks; throws where it has no marks.
 * `picture` is the picture's path from the page.
 */
export function withResults(page: string, picture: string, results: readonly RecordedResult[]): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page lacks the lines ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n${shown(picture)}\n\n${markdown(results)}\n${page.slice(to)}`;
}

function shown(picture: string): string {
  return `![Throughput and latency of Towpath and its peers](${picture})`;
}

function markdown(results: readonly RecordedResult[]): string {
  const lines = results.map(
    (result) =>
      `| ${figuresOf(result)} | ${ratiosOf(result)} | \`${result.command}\` | ${result.date.slice(0, 10)} |`,
  );
  const machines = results.map(
    ({ machine, versions }) =>
      `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB, Node ${machine.node}, Towpath ${versions.towpath}`,
  );
  return [
    "| Towpath | Towpath is | Command | Date |",
    "|---|---|---|---|",
    ...lines,
    "",
    `Measured on: ${[...new Set(machines)].join("; ")}.`,
  ].join("\n");
}

/** What the benchmark's own figure is: a rate with CPU time and memory, or times. */
function figuresOf({ benchmark, figures }: RecordedResult): string {
  const ours = figures.towpath;
  if (ours?.rowsPerSecond !== undefined) {
    const [rate, cpu, peak] = [ours.rowsPerSecond, ours.cpuSecondsPerMillion, ours.peakMb].map(middle);
    return `${benchmark}: ${whole(rate)} rows/s, ${cpu.toFixed(2)} CPU s per million, ${whole(peak)} MB`;
  }
  if (benchmark === "latency") {
    const times = Object.entries(figures)
      .filter(([name]) => name.startsWith("towpath at "))
      .map(([name, { p95 }]) => `${middle(p95).toFixed(1)} ms at ${whole(Number(name.split(" at ")[1]))}/s`);
    return `latency, 95th percentile: ${times.join(", ")}`;
  }
  if (benchmark === "memory") return `memory: ${whole(middle(ours?.peakMb ?? Number.NaN))} MB at most`;
  const costs = Object.entries(figures).map(
    ([name, { nsPerRow }]) => `${whole(middle(nsPerRow))} ns (${name})`,
  );
  return `${benchmark}, a touched row: ${costs.join(", ")}`;
}

function middle(figure: number | readonly number[]): number {
  return typeof figure === "number" ? figure : median(figure);
}

/** A ratio above 1 is to Towpath's favour. */
function ratiosOf({ ratios, versions, missing }: RecordedResult): string {
  const compared = Object.entries(ratios).map(([to, ratio]) => {
    const version = versions[to] === undefined ? "" : ` ${versions[to]}`;
    return `${ratio.toFixed(2)} × ${to}${version}`;
  });
  return [...compared, ...Object.keys(missing).map((peer) => `${peer} did not take part`)].join("<br>");
}
