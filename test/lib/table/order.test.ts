import * as pw from "towpath";
import { describe, expect, test } from "vitest";

/** Each case in a graph of its own. */
function graphTest(name: string, run: () => Promise<void>): void {
  test(name, () => pw.graph(run));
}

async function updates(table: object, onError: "fail" | "report" = "fail"): Promise<string[]> {
  const changes = await pw.debug.computeUpdates(table as pw.Table<Record<string, unknown>>, { onError });
  return changes
    .map(({ row, time, diff }) => `${time} ${diff > 0 ? "+" : "-"} ${Object.values(row).join()}`)
    .sort();
}

interface Reading {
  at: number;
  v: number | null;
  place: string;
}

const readings = () =>
  pw.debug.tableFromMarkdown<Reading>(`
      | at | v  | place | __time__ | __diff__
    1 | 1  | 10 | a     | 2        | 1
    2 | 3  | 30 | a     | 2        | 1
    3 | 2  |    | a     | 2        | 1
    4 | 9  | 5  | b     | 2        | 1
    2 | 3  | 30 | a     | 4        | -1
    5 | 4  | 70 | a     | 6        | 1
  `);

describe("sort", () => {
  graphTest("tells the rows before and after, and changes the neighbours only", async () => {
    const t = readings();
    const order = t.sort(t.at, { instance: t.place });
    const before = t.select({ at: t.at, before: t.ix(order.prev, { optional: true }).at });
    expect(await updates(before)).toEqual(["2 + 1,", "2 + 2,1", "2 + 3,2", "2 + 9,", "4 - 3,2", "6 + 4,2"]);
    const ends = t
      .withColumns({ last: order.next.isNull() })
      .filter((c) => c.last)
      .select((c) => ({ at: c.at }));
    expect(await updates(ends)).toEqual(["2 + 3", "2 + 9", "4 + 2", "4 - 3", "6 + 4", "6 - 2"]);
  });

  graphTest("orders equal values by key, takes names and callbacks, and leaves failed keys out", async () => {
    const t = pw.debug.tableFromMarkdown<{ n: number }>("n\n1\n1\n0");
    const rows = await pw.debug.compute(t.select({ key: pw.keyOf(t), n: t.n, next: t.sort("n").next }));
    const ones = rows.filter(({ row }) => row.n === 1).sort((a, b) => (a.key < b.key ? -1 : 1));
    expect(ones[0]?.row.next).toBe(ones[1]?.key);
    expect(ones[1]?.row.next).toBeNull();
    const failing = t.sort((c) => c.n.floorDiv(c.n));
    await expect(pw.debug.compute(failing)).rejects.toMatchObject({ code: "TP_VALUE_FAILED" });
    expect(await updates(failing, "report")).toHaveLength(2);
    expect(() => t.sort("m" as never)).toThrow(/TP_COLUMN_UNKNOWN/);
    expect(() => t.sort(t.n, { instnce: t.n } as never)).toThrow(/"instnce"/);
  });
});

describe("diff", () => {
  graphTest("is null for the first row and where a value is null", async () => {
    const t = readings();
    const moved = t.select({ at: t.at, more: t.diff(t.at, t.v, { instance: t.place }).diff_v });
    expect(await updates(moved)).toEqual(["2 + 1,", "2 + 2,", "2 + 3,", "2 + 9,", "4 - 3,", "6 + 4,"]);
    const known = t.filter(t.v.isNotNull());
    const steps = known.diff("at", ["v", "at"]);
    expect(await updates(steps.select((c) => ({ v: c.diff_v, at: c.diff_at })))).toEqual([
      "2 + ,",
      "2 + -25,6",
      "2 + 20,2",
      "4 + -5,8",
      "4 - -25,6",
      "4 - 20,2",
      "6 + -65,5",
      "6 + 60,3",
      "6 - -5,8",
    ]);
    // @ts-expect-error texts have no difference, to the compiler either
    expect(() => t.diff(t.at, t.place)).toThrow(/TP_EXPRESSION_TYPE/);
  });
});

describe("interpolate", () => {
  graphTest("takes rows of one time in the order of their keys", async () => {
    const cells = (rows: string) =>
      pw.debug.tableFromMarkdown(rows) as unknown as pw.Table<{ at: number; v: number | null }>;
    const keyed = cells(`
        | at | v
      a | 1  | 1
      b | 1  | 7
      c | 1  | null
      d | 1  | 4
      e | 2  | null
      f | 3  | 9
    `);
    const filled = await pw.debug.compute(keyed.interpolate("at", "v"));
    // Keys are hashes of the ids: the order is that of the keys as they are, not of the letters.
    const ordered = [...(await pw.debug.compute(keyed))].sort(
      (a, b) => a.row.at - b.row.at || (a.key < b.key ? -1 : 1),
    );
    const values = new Map(filled.map(({ key, row }) => [key, row.v]));
    const known = ordered.flatMap(({ row }, i) => (row.v === null ? [] : [i]));
    const expected = ordered.map(({ row }, i) => {
      if (row.v !== null) return row.v;
      const [before, after] = [known.findLast((k) => k < i), known.find((k) => k > i)].map((k) =>
        k === undefined ? undefined : ordered[k].row,
      );
      if (before === undefined || after === undefined) return (before ?? after)?.v;
      if (before.at === after.at) return before.v;
      return (
        (before.v as number) +
        ((row.at - before.at) * ((after.v as number) - (before.v as number))) / (after.at - before.at)
      );
    });
    expect(ordered.map(({ key }) => values.get(key))).toEqual(expected);
  });

  graphTest("fills what is missing from the known values around it", async () => {
    const t = readings();
    expect(
      await updates(t.interpolate(t.at, t.v, { instance: t.place }).select((c) => ({ at: c.at, v: c.v }))),
    ).toEqual([
      "2 + 1,10",
      "2 + 2,20",
      "2 + 3,30",
      "2 + 9,5",
      "4 + 2,10",
      "4 - 2,20",
      "4 - 3,30",
      "6 + 2,30",
      "6 + 4,70",
      "6 - 2,10",
    ]);
    expect(() => t.interpolate(t.at, t.place)).toThrow(/TP_EXPRESSION_TYPE.*"place"/);
    expect(() => t.interpolate("v", "at")).toThrow(/TP_EXPRESSION_TYPE.*the time/);
    expect(() => t.interpolate(t.at)).toThrow(/TP_BAD_ARGUMENT/);
  });
});

describe("streams of changes", () => {
  graphTest("have a row for each change of a key, and make the table again", async () => {
    const t = readings().select((c) => ({ at: c.at, v: c.v }));
    const stream = t.toStream();
    expect(await updates(stream)).toEqual([
      "2 + 1,10,true",
      "2 + 2,,true",
      "2 + 3,30,true",
      "2 + 9,5,true",
      "4 + 3,30,false",
      "6 + 4,70,true",
    ]);
    const again = stream.fromStream(stream.isUpsert).without("isUpsert");
    expect(await pw.debug.compute(again)).toEqual(await pw.debug.compute(t));
    expect(() => t.fromStream("v" as never)).toThrow(/TP_BAD_ARGUMENT.*rows may go/);
    expect(() => stream.toStream()).toThrow(/TP_COLUMN_DUPLICATE/);
    expect(() => stream.fromStream("at" as never)).toThrow(/TP_EXPRESSION_TYPE.*bool/);
    expect(await updates(stream.toStream("again"))).toHaveLength(6);
  });
});
