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
  const versionsByMachine = new Map<string, Set<string>>();
  for (const { machine, versions } of results) {
    const on = `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB, Node ${machine.node}`;
    versionsByMachine.set(on, (versionsByMachine.get(on) ?? new Set()).add(String(versions.towpath)));
  }
  const machines = [...versionsByMachine].map(
    ([on, versions]) => `${on}, Towpath ${[...versions].join(", ")}`,
  );
  return [
    "| Towpath | Towpath is | Command | Date |",
    "|---|---|---|---|",
    ...lines,
    "",
    `Measured on: ${machines.join("; ")}.`,
  ].join("\n");
}

type Figures = RecordedResult["figures"];

/** What a benchmark's own figures are, where they are not a rate of rows. */
const own: Readonly<Record<string, (figures: Figures) => string>> = {
  latency: (figures) => `95th percentile: ${latencies(figures).join(", ")}`,
  memory: ({ towpath }) => `${whole(middle(towpath.peakMb))} MB at most`,
  "pipe-memory": ({ towpath }) => `${whole(middle(towpath.peakMb))} MB at most`,
  growth: (figures) => `a touched row: ${growth(figures).join(", ")}`,
  sort: ({ towpath }) =>
    `${whole(middle(towpath.insertsPerSecond))} inserts/s, ${whole(middle(towpath.peakMb))} MB`,
  async: ({ towpath }) => `${whole(middle(towpath.callsPerSecond))} calls/s`,
  checkpoint: (figures) => checkpoints(figures).join("; "),
  messages: (figures) => ways(figures).join("; "),
  pipes: (figures) => ways(figures).join("; "),
  channels: ({ channel, coordinator }) =>
    `all readers of a group ready in ${middle(channel.seconds).toFixed(1)} s, by a coordinator in ${middle(coordinator.seconds).toFixed(1)} s`,
};

function figuresOf({ benchmark, figures }: RecordedResult): string {
  return `${benchmark}: ${(own[benchmark] ?? rowRate)(figures)}`;
}

function rowRate({ towpath }: Figures): string {
  const { rowsPerSecond, cpuSecondsPerMillion, peakMb } = towpath;
  const [rate, cpu, peak] = [rowsPerSecond, cpuSecondsPerMillion, peakMb].map(middle);
  return `${whole(rate)} rows/s, ${cpu.toFixed(2)} CPU s per million, ${whole(peak)} MB`;
}

function latencies(figures: Figures): string[] {
  return Object.entries(figures)
    .filter(([name]) => name.startsWith("towpath at "))
    .map(([name, { p95 }]) => `${middle(p95).toFixed(1)} ms at ${whole(Number(name.split(" at ")[1]))}/s`);
}

/** Of what is measured in several ways: "towpath, WAY". */
function ways(figures: Figures): string[] {
  return Object.entries(figures).flatMap(([name, { rowsPerSecond, peakMb }]) => {
    const [who, way] = name.split(", ");
    if (who !== "towpath") return [];
    return [`${whole(middle(rowsPerSecond))} rows/s, ${whole(middle(peakMb))} MB (${way})`];
  });
}

function growth(figures: Figures): string[] {
  return Object.entries(figures).map(([name, { nsPerRow }]) => `${whole(middle(nsPerRow))} ns (${name})`);
}

function checkpoints(figures: Figures): string[] {
  return Object.entries(figures).map(
    ([name, { kept, restartMs }]) =>
      `${whole(middle(kept))} rows/s (${name}), a restart to the first output ${whole(middle(restartMs))} ms`,
  );
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
