import type { Bar, Panel } from "./chart.ts";
import { type RecordedResult, whole } from "./results.ts";
import { median } from "./statistics.ts";

/** The benchmarks whose figure is a rate, in the order of the picture. */
const rates: Readonly<Record<string, string>> = {
  wordcount: "WordCount, Kafka to Kafka: rows/s",
  "wordcount-csv": "WordCount over CSV, a commit each 1,000 rows: rows/s",
  "orders-group": "Orders by region: rows/s",
  "orders-join": "Orders joined to customers, by segment: rows/s",
  engine: "The engine alone, objects in and out: rows/s",
};

/**
 * One result of each benchmark and those it is compared to: of those with the most rows the newest, so that a short try does
 * not take the place of a full run; and none that says less than another, of as many rows. Benchmarks that never ran are left
 * out.
 */
export function chosenResults(results: readonly RecordedResult[]): RecordedResult[] {
  const newest = new Map<string, RecordedResult>();
  for (const result of results) {
    const key = JSON.stringify([result.benchmark, ...comparedTo(result).sort()]);
    if (result.rows >= (newest.get(key)?.rows ?? 0)) newest.set(key, result);
  }
  const all = [...newest.values()];
  const chosen = all.filter((result) => !all.some((other) => other !== result && saysAll(other, result)));
  const order = [...Object.keys(rates), "latency"];
  const place = ({ benchmark }: RecordedResult): number =>
    order.includes(benchmark) ? order.indexOf(benchmark) : order.length;
  return chosen.sort((a, b) => place(a) - place(b));
}

function comparedTo({ ratios }: RecordedResult): string[] {
  return Object.keys(ratios);
}

/** Whether `result` has all comparisons of another of the same benchmark, over no fewer rows. */
function saysAll(result: RecordedResult, other: RecordedResult): boolean {
  if (result.benchmark !== other.benchmark || result.rows < other.rows) return false;
  const names = comparedTo(result);
  return comparedTo(other).every((name) => names.includes(name));
}

/** Rates and latencies as panels; other figures have no picture. */
export function panelsOf(results: readonly RecordedResult[]): Panel[] {
  return results.flatMap((result) => {
    const title = rates[result.benchmark];
    if (title !== undefined)
      return [{ title: `${title} (of ${whole(result.rows)})`, bars: rateBars(result) }];
    return result.benchmark === "latency" ? latencyPanels(result) : [];
  });
}

function rateBars({ figures }: RecordedResult): Bar[] {
  return Object.entries(figures).map(([name, { rowsPerSecond }]) => {
    const value = typeof rowsPerSecond === "number" ? rowsPerSecond : median(rowsPerSecond);
    return { label: labelOf(name), value, text: whole(value), isOurs: name.startsWith("towpath") };
  });
}

/** A panel for each rate, of what stands behind "NAME at RATE". */
function latencyPanels({ figures }: RecordedResult): Panel[] {
  const byRate = new Map<string, Bar[]>();
  for (const [name, { p95 }] of Object.entries(figures)) {
    const [contender, rate] = name.split(" at ");
    const value = Number(p95);
    const bar = {
      label: labelOf(contender),
      value,
      text: `${value.toFixed(1)} ms`,
      isOurs: contender === "towpath",
    };
    byRate.set(rate, [...(byRate.get(rate) ?? []), bar]);
  }
  return [...byRate].map(([rate, bars]) => ({
    title: `From message sent to count read, 95th percentile at ${whole(Number(rate))} messages/s, commits each 20 ms`,
    bars,
  }));
}

function labelOf(name: string): string {
  if (name === "drain") return "reading alone";
  return name === "floor" ? "through Kafka alone" : name;
}
