import { describe, expect, it } from "vitest";
import { embedded } from "../../../connectors/kafka/embedded/embedded.ts";
import { defaultColumns, generatedColumns } from "../../../lib/cli/generate/columns.ts";
import { distributions } from "../../../lib/cli/generate/distributions.ts";
import { type RowMaker, rowMaker } from "../../../lib/cli/generate/rows.ts";
import { RowStream, type StreamPlan, type Target } from "../../../lib/cli/generate/send-rows.ts";
import { consume } from "../../support/kafka/clients.ts";
import { runScript } from "../../support/script.ts";

/** The first cells of a column. */
function cells(distribution: string, count = 5, seed = 1, now = 1_700_000_000_000) {
  const [{ make }] = generatedColumns([`x=${distribution}`], seed);
  return Array.from({ length: count }, (_, row) => make(row, now));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("the distributions", () => {
  it("give the same cells for the same seed, others for another, whatever columns stand beside them", () => {
    for (const name of ["words", "normal:0:1", "uniform:0:9", "integer:0:99", "uuid", "exponential:3"]) {
      expect(cells(name, 50)).toEqual(cells(name, 50));
      expect(cells(name, 50)).not.toEqual(cells(name, 50, 2));
    }
    const [, beside] = generatedColumns(["a=uuid", "b=uuid"], 7);
    const [first] = generatedColumns(["c=normal:0:1"], 7);
    expect(first.make(0, 0)).not.toEqual(beside.make(0, 0));
    expect(beside.make(0, 0)).not.toEqual(generatedColumns(["a=uuid"], 7)[0].make(0, 0));
  });

  it("sequence, constant, now", () => {
    expect(cells("sequence", 3)).toEqual([0, 1, 2]);
    expect(cells("sequence:10", 3)).toEqual([10, 11, 12]);
    expect(cells("constant:a:b", 1)).toEqual(["a:b"]);
    expect(cells("constant:007", 1)).toEqual(["007"]);
    expect([cells("constant:7", 1), cells("constant:null", 1)]).toEqual([[7], [null]]);
    expect(cells("now", 1)).toEqual([1_700_000_000_000]);
    expect(cells("now:iso", 1)).toEqual(["2023-11-14T22:13:20.000Z"]);
  });

  it("normal, uniform, exponential and boolean have the moments that were asked for", () => {
    const normal = cells("normal:10:2", 20_000) as number[];
    expect(mean(normal)).toBeCloseTo(10, 1);
    expect(Math.sqrt(mean(normal.map((value) => (value - 10) ** 2)))).toBeCloseTo(2, 1);
    const uniform = cells("uniform:-1:3:4", 20_000) as number[];
    expect(mean(uniform)).toBeCloseTo(1, 1);
    expect([Math.min(...uniform) >= -1, Math.max(...uniform) <= 3]).toEqual([true, true]);
    expect(mean(cells("exponential:5", 40_000) as number[])).toBeCloseTo(5, 0);
    expect(mean(cells("boolean:0.2", 20_000).map(Number))).toBeCloseTo(0.2, 1);
    expect(new Set(cells("integer:1:6", 1_000))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  });

  it("words follow Zipf's law: the second half as often as the first", () => {
    const counts = new Map<unknown, number>();
    for (const word of cells("words:100:zipf", 50_000)) counts.set(word, (counts.get(word) ?? 0) + 1);
    const [first, second] = [...counts.values()].sort((a, b) => b - a);
    expect(first / second).toBeCloseTo(2, 0);
    expect(new Set(cells("words:12000:uniform", 100_000)).size).toBeGreaterThan(11_900);
  });

  it("choices weigh as they say", () => {
    const values = cells("choice:EU*3,US,null", 10_000);
    expect(values.filter((value) => value === "EU").length / 10_000).toBeCloseTo(0.6, 1);
    expect(new Set(values)).toEqual(new Set(["EU", "US", null]));
  });

  it("UUIDs are of version 4", () => {
    for (const value of cells("uuid", 100))
      expect(value).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.each([
    ["amount", "--column does not take"],
    ["=now", "--column does not take"],
    ["a=norml:1:2", "Did you mean a=normal?"],
    ["a=normal:1", "number 2 is missing. It is written a=normal:MEAN:DEVIATION[:DECIMALS]"],
    ["a=normal:1:-2", '"-2" is not a number from 0'],
    ["a=normal:1:2:3:4", '"4" is one part too many'],
    ["a=words:0", '"0" is not a number from 1'],
    ["a=words:5:zipff", '"zipff" is not one of zipf, uniform'],
    ["a=integer:5:1", '"1" is not a number from 5'],
    ["a=choice:x*0", "all of its weights are 0"],
    ["a=constant", "its value is missing"],
    ["a=toString", 'there is no distribution "toString"'],
  ])("%s is TP_USAGE", (text, message) => {
    expect(() => generatedColumns([text], 1)).toThrow(message);
    expect(() => generatedColumns([text], 1)).toThrow(/^TP_USAGE/);
  });

  it("two columns of one name are refused; each distribution and all defaults can be made", () => {
    expect(() => generatedColumns(["a=now", "a=now"], 1)).toThrow('there are two columns "a"');
    for (const columns of Object.values(defaultColumns))
      expect(() => generatedColumns(columns, 1)).not.toThrow();
    expect(Object.keys(distributions).length).toBeGreaterThanOrEqual(11);
  });
});

describe("the rows", () => {
  const make = (format: "csv" | "json" | "raw", texts: string[], key?: string) =>
    rowMaker(format, generatedColumns(texts, 1), key);

  it("csv has a header, and quotes what needs it, commit markers among others", () => {
    const rows = make("csv", [
      "a=constant:*COMMIT*",
      'b,"=constant:x"y',
      "c=constant:null",
      "d=constant:",
      "e=constant:1",
    ]);
    expect(rows.header).toBe('a,"b,""",c,d,e');
    expect(rows.next(0)).toEqual({ payload: '"*COMMIT*","x""y",,"",1', key: null });
  });

  it("json has an object a row, raw the cell, and keys are texts", () => {
    const json = make("json", ["a=sequence", 'b"=constant:x"y'], "a");
    expect(json).toMatchObject({ header: null });
    expect([json.next(0), json.next(0)]).toEqual([
      { payload: '{"a":0,"b\\"":"x\\"y"}', key: "0" },
      { payload: '{"a":1,"b\\"":"x\\"y"}', key: "1" },
    ]);
    expect(make("raw", ["a=constant:null"]).next(0).payload).toBe("");
  });
});

/** A target that remembers, and is full at every seventh message. */
class Memory implements Target {
  readonly partitions: number;
  readonly taken: { partition: number; payload: string; at: number }[] = [];
  #tries = 0;

  constructor(partitions = 1) {
    this.partitions = partitions;
  }

  send(partition: number, _key: string | null, payload: string): boolean {
    if (++this.#tries % 7 === 0) return false;
    this.taken.push({ partition, payload, at: performance.now() });
    return true;
  }

  async room(): Promise<void> {}
  async flush(): Promise<void> {}
}

const numbers = (): RowMaker => rowMaker("raw", generatedColumns(["n=sequence"], 1), undefined);
const unbounded: StreamPlan = { rate: Infinity, rows: Infinity, seconds: Infinity, commitEvery: 0 };
const never = new AbortController().signal;

describe("the stream", () => {
  it("sends all rows once and in order, a marker to each partition after each few, and one at the end", async () => {
    const target = new Memory(2);
    const sent = await new RowStream(target, { ...unbounded, rows: 5, commitEvery: 2 }, numbers()).send(
      never,
    );
    expect(target.taken.map(({ partition, payload }) => `${partition} ${payload}`)).toEqual([
      ...["0 0", "1 1", "0 *COMMIT*", "1 *COMMIT*", "0 2", "1 3", "0 *COMMIT*", "1 *COMMIT*"],
      ...["0 4", "0 *COMMIT*", "1 *COMMIT*"],
    ]);
    expect(sent).toMatchObject({ rows: 5, commits: 3, messages: 11, bytes: 5 + 6 * 8, ended: "complete" });
  });

  it("keeps its rate evenly", async () => {
    const target = new Memory();
    const sent = await new RowStream(target, { ...unbounded, rate: 500, seconds: 1 }, numbers()).send(never);
    expect(sent).toMatchObject({ rows: 500, ended: "complete" });
    const { taken } = target;
    expect(taken[499].at - taken[0].at).toBeGreaterThan(950);
    const early = taken.filter(({ at }, i) => at - taken[0].at < (1_000 * i) / 500 - 30);
    expect(early).toEqual([]);
  });

  it("ends in order when it is stopped, with a marker behind its last rows", async () => {
    const target = new Memory();
    const plan = { ...unbounded, rate: 200, seconds: 60, commitEvery: 1_000 };
    const sent = await new RowStream(target, plan, numbers()).send(AbortSignal.timeout(200));
    expect(sent).toMatchObject({ ended: "stopped", commits: 1 });
    expect(target.taken.at(-1)?.payload).toBe("*COMMIT*");
    expect(
      (await new RowStream(new Memory(), unbounded, numbers()).send(AbortSignal.timeout(50))).ended,
    ).toBe("complete");
  });

  it("tells that it could not keep its rate", async () => {
    class Slow extends Memory {
      override async room(): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    const plan = { ...unbounded, rate: 1_000, seconds: 0.1 };
    const sent = await new RowStream(new Slow(), plan, numbers()).send(never);
    expect(sent.ended).toBe("late");
    expect(sent.rows).toBeLessThan(100);
  });
});

describe("towpath generate", () => {
  it("prints rows on stdout and the summary on stderr", async () => {
    const args = [
      "generate",
      "--rows",
      "3",
      "--format",
      "csv",
      "--commit-every",
      "2",
      "--seed",
      "5",
      "--json",
    ];
    const columns = ["--column", "id=sequence", "--column", "word=words:10"];
    const { code, stdout, stderr } = await runScript("lib/cli/main.ts", { args: [...args, ...columns] });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^id,word\n0,\w{4}\n1,\w{4}\n\*COMMIT\*\n2,\w{4}\n\*COMMIT\*\n$/);
    expect(JSON.parse(stderr)).toMatchObject({
      format: "csv",
      rows: 3,
      commits: 2,
      messages: 6,
      seed: 5,
      ended: "complete",
    });
  }, 30_000);

  it("sends to the partitions of a topic: header, rows by key, markers to each", async () => {
    await using broker = await embedded({ topics: { orders: 2 } });
    const args = [
      "generate",
      "--topic",
      "orders",
      "--format",
      "csv",
      "--rate",
      "0",
      "--rows",
      "200",
      "--key",
      "id",
    ];
    const where = ["--broker", broker.bootstrap, "--partitions", "2", "--json"];
    const { code, stdout, stderr } = await runScript("lib/cli/main.ts", { args: [...args, ...where] });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ topic: "orders", rows: 200, commits: 2, messages: 205 });
    const messages = await consume(broker.settings as Record<string, string>, "orders", {
      partitions: 2,
      count: 205,
    });
    const of = (partition: number) => messages.filter((message) => message.partition === partition);
    expect(String(of(0)[0].value)).toBe("id,word,amount,at");
    for (const partition of [0, 1]) {
      expect(of(partition).filter(({ value }) => String(value) === "*COMMIT*").length).toBe(2);
      expect(String(of(partition).at(-1)?.value)).toBe("*COMMIT*");
    }
    const rows = messages.filter(({ key }) => key !== null && key !== undefined);
    expect(new Set(rows.map(({ key }) => String(key)))).toEqual(
      new Set(Array.from({ length: 200 }, (_, i) => `${i}`)),
    );
    for (const { key, value } of rows) expect(String(value).split(",")[0]).toBe(String(key));
  }, 60_000);

  it("refuses a topic with other partitions, and never prints a secret", async () => {
    await using broker = await embedded({ topics: { orders: 2 } });
    const args = ["generate", "--topic", "orders", "--broker", broker.bootstrap, "--partitions", "3"];
    const secret = ["--set", "sasl.password=geheim"];
    const { code, stdout, stderr } = await runScript("lib/cli/main.ts", { args: [...args, ...secret] });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("--partitions 3, but topic orders is there and has 2");
    expect(stderr).not.toContain("geheim");
  }, 60_000);
});
