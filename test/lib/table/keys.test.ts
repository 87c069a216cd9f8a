import * as pw from "towpath";
import { describe, expect, it } from "vitest";
import { steps, untyped } from "./tables.ts";

const orders = () =>
  pw.debug.tableFromMarkdown<{ name: string | null; n: number }>(`
      | name | n | __time__ | __diff__
    1 | a    | 3 | 2        | 1
    2 | b    | 5 | 2        | 1
    3 |      | 7 | 4        | 1
    2 | b    | 5 | 6        | -1
  `);

async function rows(table: object): Promise<unknown[]> {
  return (await pw.debug.compute(table as pw.Table<{ n: number }>)).map(({ row }) => row);
}

/** Rows in an order that does not depend on keys. */
function sorted(values: readonly unknown[]): string[] {
  return values.map((value) => JSON.stringify(value)).sort();
}

describe("keyOf", () => {
  it("is the key that pw.debug shows, from a table or a callback's argument", async () => {
    const t = orders();
    const both = t.select((c) => ({ direct: pw.keyOf(t), callback: pw.keyOf(c) }));
    for (const { key, row } of await pw.debug.compute(both))
      expect(row).toEqual({ direct: key, callback: key });
  });

  it("follows the rows that are computed apart", async () => {
    const t = orders();
    const chosen = t.select((c) => ({ k: pw.ifElse(c.n.eq(3), "small", pw.keyOf(c).toStr()) }));
    const result = await pw.debug.compute(chosen);
    expect(result.map(({ key, row }) => row.k === key || row.k === "small")).toEqual([true, true]);
    expect(new Set(result.map(({ row }) => row.k)).size).toBe(2);
  });

  it("groups and joins", async () => {
    const t = orders();
    const ids = t.select({ id: pw.keyOf(t), twice: t.n.mul(2) });
    const joined = t.join(ids, pw.keyOf(t).eq(ids.id)).select({ n: t.n, twice: ids.twice });
    expect(sorted(await rows(joined))).toEqual(
      sorted([
        { n: 3, twice: 6 },
        { n: 7, twice: 14 },
      ]),
    );
    const grouped = t.groupBy((c) => pw.keyOf(c)).reduce({ id: pw.keyOf(t), n: pw.reducers.sum(t.n) });
    expect(sorted((await rows(grouped)).map((row) => (row as { n: number }).n))).toEqual(["3", "7"]);
  });

  it("is refused of another table, of a join's side, of a group, and of what is no table", () => {
    const [t, u] = [orders(), orders()];
    expect(() => t.select({ id: pw.keyOf(u) })).toThrow(
      /TP_COLUMN_FOREIGN: the key belongs to another table/,
    );
    expect(() => t.join(u, t.n.eq(u.n)).select({ id: pw.keyOf(t) })).toThrow(
      /TP_COLUMN_FOREIGN: the rows of a join.*withColumns/,
    );
    expect(() => t.groupBy(t.name).reduce({ id: pw.keyOf(t) })).toThrow(
      /TP_EXPRESSION_UNGROUPED: a row's key/,
    );
    expect(() => pw.keyOf({} as typeof t)).toThrow(/TP_BAD_ARGUMENT/);
  });
});

describe("pointerFrom and withIdFrom", () => {
  it("make the keys that groupBy makes of the same values, null among them", async () => {
    const t = orders();
    const groups = t.groupBy(t.name).reduce({ name: t.name });
    const named = groups.select((c) => ({ same: pw.keyOf(c).eq(groups.pointerFrom(c.name)) }));
    expect(await rows(named)).toEqual([{ same: true }, { same: true }]);
    const byName = await pw.debug.compute(t.withIdFrom(t.name).select((c) => ({ name: c.name })));
    expect(byName).toEqual(await pw.debug.compute(groups));
  });

  it("report values that several rows have, with the key and both rows", async () => {
    const t = pw.debug.tableFromMarkdown(`
        | name | n | __time__ | __diff__
      1 | a    | 3 | 2        | 1
      2 | a    | 5 | 4        | 1
      1 | a    | 3 | 6        | -1
    `);
    const byName = t.withIdFrom(t.name);
    await expect(pw.debug.compute(byName)).rejects.toThrow(
      /TP_KEY_COLLISION: two rows have the key [0-9a-f-]{36}: [0-9a-f-]{36} with name="a", n=\d and [0-9a-f-]{36} with name="a", n=\d .*keys\.test\.ts:\d+/,
    );
    const updates = await pw.debug.computeUpdates(byName, { onError: "report" });
    expect(updates.map(({ row, time, diff }) => [row.n, time, diff])).toEqual([
      [3, 2, 1],
      [3, 4, -1],
      [5, 6, 1],
    ]);
  });

  it("need a value", () => {
    const t = orders();
    expect(() => t.withIdFrom()).toThrow(/TP_BAD_ARGUMENT/);
    expect(() => t.pointerFrom()).toThrow(/TP_EXPRESSION_TYPE/);
  });
});

describe("split", () => {
  it("computes its condition once; null goes to the rest", async () => {
    const t = orders();
    let calls = 0;
    const big = pw.apply(
      (n) => {
        calls++;
        return n === 3 ? null : n > 5;
      },
      t.n,
      { type: "bool?" },
    );
    const [matching, rest] = t.split(big);
    expect(await rows(matching)).toEqual([{ name: null, n: 7 }]);
    calls = 0;
    expect(await rows(matching.concat(rest))).toHaveLength(2);
    expect(calls).toBe(3);
    expect(await rows(rest)).toEqual([{ name: "a", n: 3 }]);
  });
});

describe("castTypes, removeErrors", () => {
  it("cast by name, and drop what failed", async () => {
    const t = orders().castTypes({ n: "str" });
    expect(sorted(await rows(t))).toEqual(
      sorted([
        { name: "a", n: "3" },
        { name: null, n: "7" },
      ]),
    );
    const inverse = orders().withColumns((c) => ({ n: pw.literal(1).div(c.n.sub(3)) }));
    expect(await pw.debug.compute(inverse.removeErrors(), { onError: "report" })).toMatchObject([
      { row: { name: null, n: 0.25 } },
    ]);
  });

  it("name what is wrong", () => {
    expect(() => untyped(orders()).castTypes?.({ m: "str" })).toThrow(/TP_COLUMN_UNKNOWN.*"m"/);
    expect(() => untyped(orders()).castTypes?.({ n: 3 })).toThrow(/TP_BAD_ARGUMENT.*a number/);
    expect(() => untyped(orders()).castTypes?.({ n: "number" })).toThrow(/TP_BAD_ARGUMENT.*"number"/);
  });
});

describe("flatten", () => {
  it("takes texts apart by code point, arrays by element, and tells the row", async () => {
    const Rows = pw.schema({ text: "str?", data: "json" });
    const t = pw.debug.tableFromRows(Rows, [
      { row: { text: "aé😀", data: [1, null, [2, "x,]"], {}] } },
      { row: { text: null, data: [] } },
      { row: { text: "", data: [] } },
    ]);
    const keyed = t.withColumns({ id: pw.keyOf(t) });
    const texts = await pw.debug.compute(keyed.flatten("text"));
    expect(texts.map(({ row }) => row.text).sort()).toEqual(["a", "é", "😀"]);
    expect(new Set(texts.map(({ row }) => row.id)).size).toBe(1);
    const data = await rows(t.select((c) => ({ data: c.data })).flatten((c) => c.data));
    expect(sorted(data)).toEqual(sorted([{ data: 1 }, { data: null }, { data: [2, "x,]"] }, { data: {} }]));
  });

  it("names a row whose data is no array, and a column that has no elements", async () => {
    const t = pw.debug.tableFromRows(pw.schema({ data: "json", n: "int" }), [
      { row: { data: { a: 1 }, n: 1 } },
    ]);
    await expect(pw.debug.compute(t.flatten("data"))).rejects.toThrow(
      /TP_VALUE_FAILED: flatten needs an array in column "data" .*keys\.test\.ts/,
    );
    expect(await pw.debug.compute(t.flatten("data"), { onError: "report" })).toEqual([]);
    expect(() => t.flatten("n")).toThrow(/TP_EXPRESSION_TYPE: flatten cannot take apart "n" \(int\)/);
    for (const given of [["data", "n"], ["data", { originId: "n" }], []])
      expect(() => Reflect.apply(t.flatten, t, given)).toThrow(
        new RegExp(
          `TP_BAD_ARGUMENT: flatten takes one column, and was given ${given.length} arg.*keys\\.test\\.ts`,
        ),
      );
  });
});

describe("concatReindex and updateRows", () => {
  it("number the tables, so that a table can stand twice", async () => {
    const t = orders();
    const twice = await pw.debug.compute(t.concatReindex(t));
    expect(twice).toHaveLength(4);
    expect(new Set(twice.map(({ key }) => key)).size).toBe(4);
    expect(steps(t.concatReindex(t))).toHaveLength(3);
  });

  it("put rows over others, which come back", async () => {
    const t = orders();
    const over = t.filter((c) => c.n.eq(5)).withColumns((c) => ({ n: c.n.mul(100) }));
    const base = t.filter((c) => c.n.ne(7));
    const shown = await pw.debug.computeUpdates(base.updateRows(over));
    expect(shown.map(({ row, time, diff }) => [row.n, time, diff])).toEqual([
      ...(shown[0]?.row.n === 3
        ? [
            [3, 2, 1],
            [500, 2, 1],
          ]
        : [
            [500, 2, 1],
            [3, 2, 1],
          ]),
      [500, 6, -1],
    ]);
  });

  it("refuse columns that differ", () => {
    const t = orders();
    expect(() => untyped(t).updateRows?.(t.select({ n: t.n }))).toThrow(/TP_BAD_ARGUMENT: updateRows/);
    expect(() => untyped(t).concatReindex?.()).toThrow(/TP_BAD_ARGUMENT: concatReindex/);
  });
});
