import { describe, expect, it } from "vitest";
import { AnswerFold } from "../../scripts/bench/harness/answer-fold.ts";
import { fallenRatios } from "../../scripts/bench/harness/baseline.ts";
import { barCharts } from "../../scripts/bench/harness/chart.ts";
import { Latencies, READY_WORD } from "../../scripts/bench/harness/latencies.ts";
import { benchOptions } from "../../scripts/bench/harness/options.ts";
import { chosenResults, panelsOf } from "../../scripts/bench/harness/panels.ts";
import { findPeers } from "../../scripts/bench/harness/peers.ts";
import { type RecordedResult, table } from "../../scripts/bench/harness/results.ts";
import { withResults } from "../../scripts/bench/harness/results-table.ts";
import { median, percentile } from "../../scripts/bench/harness/statistics.ts";
import * as workloads from "../../scripts/bench/harness/workload.ts";

type Workload = workloads.Workload;

/** The messages of a topic as texts, as they are sent. */
function textsOf({ head, cycle, messages }: Workload["topics"][number]): string[] {
  return Array.from({ length: messages }, (_, i) =>
    (i < head.length ? head[i] : cycle[(i - head.length) % cycle.length]).toString(),
  );
}

describe("the data", { timeout: 60_000 }, () => {
  // More than one turn of the cycle, and not a whole number of turns.
  const rows = 263_000;

  it("has as many words as its answers say", () => {
    const { topics, expected } = workloads.words(rows);
    const counts = new Map<string, number>();
    for (const text of textsOf(topics[0])) {
      const { word } = JSON.parse(text);
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    expect(new Map([...expected].map(([word, { count }]) => [word, count]))).toEqual(counts);
    expect(counts.size).toBe(5_000);
  });

  it("has a marker behind each 1,000 rows of CSV, also where the cycle begins anew", () => {
    const { topics, expected } = workloads.csvWords(rows);
    const [header, ...lines] = textsOf(topics[0]);
    expect(header).toBe("word");
    expect(lines.every((line, i) => (line === "*COMMIT*") === ((i + 1) % 1_001 === 0))).toBe(true);
    const counts = new Map<string, number>();
    for (const word of lines.filter((line) => line !== "*COMMIT*")) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    expect(new Map([...expected].map(([word, { count }]) => [word, count]))).toEqual(counts);
    expect(() => workloads.csvWords(1_500)).toThrow("multiple of 1000");
  });

  it("has orders that come to the answers by region and by segment", () => {
    const byRegion = workloads.ordersByRegion(rows);
    const bySegment = workloads.ordersBySegment(rows);
    const segments = new Map<number, string>();
    for (const text of textsOf(bySegment.topics[1])) {
      const { customer, segment } = JSON.parse(text);
      segments.set(customer, segment);
    }
    const found: Record<string, { cents: number; count: number; largest: number }> = {};
    for (const text of textsOf(byRegion.topics[0])) {
      const { region, customer, amount } = JSON.parse(text);
      for (const key of [region, String(segments.get(customer))]) {
        found[key] ??= { cents: 0, count: 0, largest: 0 };
        found[key].cents += Math.round(amount * 100);
        found[key].count += 1;
        found[key].largest = Math.max(found[key].largest, amount);
      }
    }
    for (const [key, answer] of [...byRegion.expected, ...bySegment.expected]) {
      const { cents, count, largest } = found[key];
      expect({ largest, ...answer }).toEqual({
        total: cents / 100,
        count,
        largest: answer.largest ?? largest,
      });
    }
    expect(Object.keys(found)).toHaveLength(10);
  });
});

const twoWords: Workload = {
  topics: [],
  group: "word",
  count: "count",
  rows: 5,
  expected: new Map([
    ["a", { count: 3 }],
    ["b", { count: 2 }],
  ]),
  warmUp: 0,
};

describe("AnswerFold", () => {
  it("takes commits as arrays, and says how many rows they had counted", () => {
    const fold = new AnswerFold(twoWords);
    fold.take('[{"word":"a","count":1,"diff":1,"time":2},{"word":"b","count":2,"diff":1,"time":2}]', 100);
    fold.take('[{"word":"a","count":1,"diff":-1,"time":4},{"word":"a","count":3,"diff":1,"time":4}]', 200);
    fold.finish();
    expect(fold.progress).toEqual([
      { at: 100, rows: 3 },
      { at: 200, rows: 5 },
    ]);
    expect(fold.changes).toBe(4);
  });

  it("takes single changes, whose times end where the next begins", () => {
    const fold = new AnswerFold(twoWords);
    fold.take('{"word":"a","count":1,"diff":1,"time":2}', 100);
    fold.take('{"word":"b","count":2,"diff":1,"time":2}', 101);
    fold.take('{"word":"a","count":1,"diff":-1,"time":4}', 200);
    fold.take('{"word":"a","count":3,"diff":1,"time":4}', 201);
    fold.finish();
    expect(fold.progress).toEqual([
      { at: 101, rows: 3 },
      { at: 201, rows: 5 },
    ]);
  });

  it("takes newest answers without a diff", () => {
    const fold = new AnswerFold(twoWords);
    fold.take('{"word":"a","count":1}', 100);
    fold.take('{"word":"b","count":2}', 150);
    fold.take('{"word":"a","count":3}', 200);
    fold.finish();
    expect(fold.progress.at(-1)).toEqual({ at: 200, rows: 5 });
  });

  it.each([
    [
      "a wrong count",
      ['[{"word":"a","count":3,"diff":1,"time":2},{"word":"b","count":1,"diff":1,"time":2}]'],
    ],
    ["a missing group", ['[{"word":"a","count":3,"diff":1,"time":2}]']],
    [
      "an answer that was not taken back",
      [
        '[{"word":"a","count":1,"diff":1,"time":2},{"word":"b","count":2,"diff":1,"time":2}]',
        '[{"word":"a","count":3,"diff":1,"time":4}]',
      ],
    ],
    [
      "a group too many",
      [
        '[{"word":"a","count":3,"diff":1,"time":2},{"word":"b","count":2,"diff":1,"time":2}]',
        '[{"word":"c","count":1,"diff":1,"time":4}]',
      ],
    ],
  ])("refuses %s", (_, messages) => {
    const fold = new AnswerFold(twoWords);
    messages.forEach((text, i) => fold.take(text, i));
    expect(() => fold.finish()).toThrow("wrong answer");
  });
});

describe("Latencies", () => {
  const cycle = workloads.wordCycle();
  const [first, second] = [`word-${cycle[0]}`, `word-${cycle[1]}`];

  it("runs from each message to the first result that has counted it", () => {
    expect(first).not.toBe(second);
    const latencies = new Latencies(Float64Array.of(1_000, 2_000));
    latencies.takeCounts(`{"word":"${READY_WORD}","count":1,"diff":1}`, 900);
    latencies.takeCounts(`[{"word":"${first}","count":1,"diff":1}]`, 1_030);
    latencies.takeCounts(
      `[{"word":"${first}","count":1,"diff":-1},{"word":"${second}","count":1,"diff":1}]`,
      2_010,
    );
    expect(latencies.summary(0)).toEqual({ messages: 2, p50: 10, p95: 30, p99: 30, max: 30 });
    expect(latencies.summary(500)).toEqual({ messages: 1, p50: 10, p95: 10, p99: 10, max: 10 });
  });

  it("counts how far the pass-through has come, the ready word aside", () => {
    const latencies = new Latencies(Float64Array.of(1_000, 2_000));
    latencies.takePrefix("1\n{}", 900);
    latencies.takePrefix("3\n{}{}", 2_005);
    expect(latencies.summary(0)).toMatchObject({ p50: 5, max: 1_005 });
  });

  it("refuses a message that no result has counted, and a count too many", () => {
    const latencies = new Latencies(Float64Array.of(1_000, 2_000));
    latencies.takeCounts(`{"word":"${first}","count":1,"diff":1}`, 1_030);
    expect(() => latencies.summary(0)).toThrow("message 1 of 2 is in no result");
    expect(() => latencies.takeCounts(`{"word":"${first}","count":2,"diff":1}`, 1_040)).toThrow(
      "1 times, not 2",
    );
  });
});

describe("ratios", () => {
  const baseline = { wordcount: { pathway: 10, drain: 0.5 } };

  it("may fall by 15 %, and no further", () => {
    expect(fallenRatios("wordcount", { pathway: 8.5, drain: 0.6 }, baseline)).toEqual([]);
    expect(fallenRatios("wordcount", { pathway: 8.4, drain: 0.6 }, baseline)).toEqual([
      "wordcount: 8.4 × pathway, but the baseline is 10 ×",
    ]);
  });

  it("that are missing on either side are said", () => {
    expect(fallenRatios("wordcount", { drain: 0.5, flink: 3 }, baseline)).toEqual([
      "wordcount: the baseline compares to pathway, which did not take part",
      "wordcount: the baseline has no ratio to flink",
    ]);
    expect(fallenRatios("growth", { row: 1 }, baseline)).toEqual([
      "growth: the baseline has no ratio to row",
    ]);
  });
});

describe("the command line", () => {
  it("has defaults, grouped digits, and options of one benchmark", () => {
    expect(benchOptions({ rows: 7 }, [])).toEqual({
      peers: [],
      rows: 7,
      rounds: 3,
      check: false,
      updateBaseline: false,
      own: {},
    });
    const given = ["--peer", "pathway,flink", "--rows", "1_000_000", "--rounds", "1", "--rate", "5"];
    expect(benchOptions({ rows: 7, own: { rate: "20", seconds: "3" } }, given)).toMatchObject({
      peers: ["pathway", "flink"],
      rows: 1_000_000,
      rounds: 1,
      own: { rate: "5", seconds: "3" },
    });
  });

  it("refuses what it does not know", () => {
    expect(() => benchOptions({ rows: 7 }, ["--row", "1"])).toThrow("--row");
    expect(() => benchOptions({ rows: 7 }, ["--rows", "many"])).toThrow(
      '--rows takes a whole number above 0, not "many"',
    );
  });

  it("names a peer that there is none of", async () => {
    const { contenders, missing } = await findPeers(["storm"], "wordcount");
    expect(contenders).toEqual([]);
    expect(missing.storm).toMatch(/^not a peer over Kafka; there are .*pathway/);
  });
});

it("medians and percentiles are those of the textbook", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  const hundred = Float64Array.from({ length: 100 }, (_, i) => i + 1);
  expect([0.5, 0.95, 0.99, 1].map((p) => percentile(hundred, p))).toEqual([50, 95, 99, 100]);
});

describe("the picture", () => {
  const result = (benchmark: string, rows: number, figures: RecordedResult["figures"]): RecordedResult => ({
    benchmark,
    rows,
    rounds: 1,
    versions: {},
    figures,
    ratios: {},
    missing: {},
    date: "2026-01-02T00:00:00Z",
    command: "",
    machine: { cpu: "c", cores: 2, memoryGb: 1, node: "v20" },
  });

  it("shows the newest of the results with the most rows", () => {
    const results = chosenResults([
      result("latency", 1, { "towpath at 20000": { p95: 31.26 }, "floor at 20000": { p95: 20 } }),
      result("wordcount", 10, { towpath: { rowsPerSecond: [1, 3, 2] } }),
      result("wordcount", 10, { towpath: { rowsPerSecond: [4_000, 6_000, 5_000] } }),
      result("wordcount", 9, { towpath: { rowsPerSecond: [7] } }),
    ]);
    expect(panelsOf(results).map(({ bars }) => bars.map(({ label, text }) => `${label} ${text}`))).toEqual([
      ["towpath 5,000"],
      ["towpath 31.3 ms", "through Kafka alone 20.0 ms"],
    ]);
  });

  it("comes with a table that is put into pages between two marks", () => {
    const page = "before\n<!-- results: npm run bench -- plot -->\nold\n<!-- end of results -->\nafter\n";
    const figures = {
      towpath: { rowsPerSecond: [3_000_000], cpuSecondsPerMillion: [0.4], peakMb: [200] },
    };
    const made = withResults(page, "picture.svg", [
      { ...result("wordcount", 10, figures), ratios: { pathway: 10 }, missing: { flink: "no Java" } },
    ]);
    expect(made).toContain("wordcount: 3,000,000 rows/s, 0.40 CPU s per million, 200 MB");
    expect(made).toContain("10.00 × pathway<br>flink did not take part");
    expect(made).toContain("](picture.svg)");
    expect(made).not.toContain("old");
    expect(
      withResults(made, "picture.svg", [result("latency", 1, { "towpath at 20000": { p95: 31.26 } })]),
    ).toMatch(/^before\n.*95th percentile: 31.3 ms at 20,000\/s.*\nafter\n$/s);
    expect(() => withResults("no marks", "", [])).toThrow("lacks the lines");
  });

  it("is drawn to scale", () => {
    const svg = barCharts(
      [
        {
          title: "a < b",
          bars: [
            { label: "x", value: 200, text: "200", isOurs: true },
            { label: "y", value: 50, text: "50", isOurs: false },
          ],
        },
      ],
      "note",
    );
    expect(svg).toContain("a &lt; b");
    const widths = [...svg.matchAll(/<rect class="(?:ours|other)".* width="([\d.]+)"/g)].map(([, w]) =>
      Number(w),
    );
    expect(widths[0] / widths[1]).toBeCloseTo(4, 1);
  });
});

it("tables are aligned", () => {
  expect(
    table(
      ["", "rows/s"],
      [
        ["towpath", "1"],
        ["a", "100,000"],
      ],
    ),
  ).toBe(["           rows/s", "towpath         1", "a         100,000"].join("\n"));
});
