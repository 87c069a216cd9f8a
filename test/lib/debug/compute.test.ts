import * as pw from "towpath";
import { describe, expect, test, vi } from "vitest";

const words = `
    | word | n | __time__ | __diff__
  1 | a    | 3 | 2        | 1
  2 | b    | 4 | 2        | 1
  1 | a    | 3 | 4        | -1
  1 | a    | 5 | 4        | 1
`;

/** Each case in a graph of its own. */
function graphTest(name: string, run: () => Promise<void>): void {
  test(name, () => pw.graph(run));
}

describe("compute", () => {
  graphTest("gives the last state, sorted by key", async () => {
    const rows = await pw.debug.compute(pw.debug.tableFromMarkdown(words));
    expect(rows.map(({ row }) => row)).toEqual(
      expect.arrayContaining([
        { word: "a", n: 5 },
        { word: "b", n: 4 },
      ]),
    );
    expect(rows.map(({ key }) => key)).toEqual(rows.map(({ key }) => key).toSorted());
  });

  graphTest("gives every change at its time, deletions first", async () => {
    const t = pw.debug.tableFromMarkdown<{ word: string; n: number }>(words);
    const total = t.groupBy(t.word).reduce({ word: t.word, n: pw.reducers.sum(t.n) });
    const updates = await pw.debug.computeUpdates(total.filter(total.word.eq("a")));
    expect(updates.map(({ row, time, diff }) => [row.n, time, diff])).toEqual([
      [3, 2, 1],
      [3, 4, -1],
      [5, 4, 1],
    ]);
    expect(new Set(updates.map(({ key }) => key)).size).toBe(1);
  });

  graphTest("steps once for a time that two tables share", async () => {
    const l = pw.debug.tableFromMarkdown("id | x | __time__\n 1 | 10 | 2");
    const r = pw.debug.tableFromMarkdown("id | y | __time__\n 1 | 20 | 2\n 1 | 30 | 4");
    const both = l.join(r, l.id.eq(r.id)).select({ x: l.x, y: r.y });
    const updates = await pw.debug.computeUpdates(both);
    expect(updates.map(({ row, time, diff }) => [{ ...row }, time, diff])).toEqual([
      [{ x: 10, y: 20 }, 2, 1],
      [{ x: 10, y: 30 }, 4, 1],
    ]);
  });

  graphTest("filters joined rows, where the filter moves below the join", async () => {
    const l = pw.debug.tableFromMarkdown("id | x\n 1 | 10\n 2 | 5");
    const r = pw.debug.tableFromMarkdown("id | y\n 1 | 20\n 2 | 30");
    const large = l.join(r, l.id.eq(r.id)).filter(l.x.ge(7));
    const rows = await pw.debug.compute(large.select({ x: l.x, y: r.y }));
    expect(rows.map(({ row }) => row)).toEqual([{ x: 10, y: 20 }]);
    const sums = await pw.debug.compute(large.groupBy(r.y).reduce({ y: r.y, sum: pw.reducers.sum(l.x) }));
    expect(sums.map(({ row }) => row)).toEqual([{ y: 20, sum: 10 }]);
  });

  graphTest("lists a row twice that is there twice", async () => {
    const t = pw.debug.tableFromMarkdown<{ n: number }>(`
        | n | __time__ | __diff__
      1 | 1 | 2        | 1
      1 | 1 | 4        | -1
      1 | 1 | 6        | 1
    `);
    const rows = await pw.debug.compute(t.toStream().filter((c) => c.isUpsert));
    expect(rows.map(({ row }) => row.n)).toEqual([1, 1]);
  });

  graphTest("fails at the first failed cell, and says where", async () => {
    const t = pw.debug.tableFromMarkdown<{ n: number }>("n\n0");
    const broken = t.select({ n: t.n.floorDiv(0) });
    await expect(pw.debug.compute(broken)).rejects.toMatchObject({ code: "TP_VALUE_FAILED" });
    await expect(pw.debug.compute(broken)).rejects.toThrow("compute.test.ts");
  });

  graphTest("shows failed cells where they are asked for", async () => {
    const t = pw.debug.tableFromMarkdown<{ n: number }>("n\n0\n2");
    const rows = await pw.debug.compute(t.select({ n: t.n, q: t.n.div(t.n) }), { onError: "report" });
    expect(new Map(rows.map(({ row }) => [row.n, row.q]))).toEqual(
      new Map<number, unknown>([
        [0, pw.ERROR],
        [2, 1],
      ]),
    );
  });

  graphTest("refuses a table that reads from elsewhere", async () => {
    const t = pw.input(pw.schema({ n: "int" }));
    const table = (t as unknown as { table?: object }).table ?? t;
    await expect(pw.debug.compute(table as Parameters<typeof pw.debug.compute>[0])).rejects.toMatchObject({
      code: "TP_BAD_ARGUMENT",
    });
  });

  graphTest("leaves the graph as it is", async () => {
    const t = pw.debug.tableFromMarkdown("n\n1");
    await pw.debug.compute(t);
    await pw.debug.compute(t);
    await expect(pw.run()).rejects.toMatchObject({ code: "TP_GRAPH_EMPTY" });
  });

  graphTest("gives tables that pw.run runs too", async () => {
    const seen: unknown[] = [];
    pw.subscribe(pw.debug.tableFromMarkdown(words), {
      onChange: ({ row, diff }) => void seen.push([{ ...row }, diff]),
    });
    await pw.run({ monitoring: "none" });
    expect(seen).toHaveLength(4);
    expect(seen.slice(2)).toEqual([
      [{ word: "a", n: 3 }, -1],
      [{ word: "a", n: 5 }, 1],
    ]);
  });

  graphTest("takes the names of what every object has", async () => {
    const t = pw.debug.tableFromMarkdown("__proto__ | constructor | diff\n1 | 2 | 3");
    const [first] = await pw.debug.compute(t);
    expect(Object.entries(first?.row ?? {})).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
      ["diff", 3],
    ]);
    expect(Object.getPrototypeOf(first?.row)).toBe(Object.prototype);
  });
});

describe("printing", () => {
  async function printed(run: () => Promise<void>): Promise<string[]> {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await run();
    const text = log.mock.calls.flat().join("\n");
    log.mockRestore();
    return text.replace(/\^[0-9a-f]{8}\.\.\./g, "^KEY").split("\n");
  }

  graphTest("aligns the rows", async () => {
    const t = pw.debug.tableFromMarkdown("  | word | n\n1 | longer | 10\n2 | é | null");
    const lines = await printed(() => pw.debug.computeAndPrint(t));
    expect(lines[0]).toBe("             | word   | n");
    expect(lines.slice(1).toSorted()).toEqual(["^KEY | longer | 10", "^KEY | é      | null"]);
  });

  graphTest("shows each change with its time and diff", async () => {
    const t = pw.debug.tableFromMarkdown("  | n | __time__ | __diff__\n1 | 1 | 2 | 1\n1 | 1 | 4 | -1");
    const lines = await printed(() => pw.debug.computeAndPrintUpdateStream(t));
    expect(lines).toEqual([
      "             | n | __time__ | __diff__",
      "^KEY | 1 | 2        | 1",
      "^KEY | 1 | 4        | -1",
    ]);
  });
});
