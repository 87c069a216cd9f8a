import * as pw from "towpath";
import { describe, expect, test } from "vitest";

/**
 * What other engines got wrong on their first day (design.md, section 5), said with the public API.
 * A case of a later issue is added with its operator.
 */
type Said = readonly [row: Readonly<Record<string, unknown>>, time: number, diff: number];

async function updatesOf(table: Parameters<typeof pw.debug.computeUpdates>[0]): Promise<Said[]> {
  const updates = await pw.debug.computeUpdates(table);
  return updates.map(({ row, time, diff }) => [{ ...(row as Record<string, unknown>) }, time, diff]);
}

describe("first-day cases", () => {
  test("an inner join keeps the row when one of several matches leaves (TanStack db #1703)", () =>
    pw.graph(async () => {
      const orders = pw.debug.tableFromMarkdown("  | id | customer | __time__\n1 | 1 | 7 | 2");
      const visits = pw.debug.tableFromMarkdown(`
          | who | __time__ | __diff__
        1 | 7   | 2        | 1
        2 | 7   | 2        | 1
        1 | 7   | 4        | -1
      `);
      const both = orders.join(visits, orders.customer.eq(visits.who)).select({ id: orders.id });
      const count = both.reduce({ rows: pw.reducers.count() });
      expect(await updatesOf(count)).toEqual([
        [{ rows: 2 }, 2, 1],
        [{ rows: 2 }, 4, -1],
        [{ rows: 1 }, 4, 1],
      ]);
      expect((await pw.debug.compute(both)).map(({ row }) => row)).toEqual([{ id: 1 }]);
    }));

  test("a group whose minimum is retracted has its next one (d2ts keeps the stale one)", () =>
    pw.graph(async () => {
      const t = pw.debug.tableFromMarkdown(`
          | g | n | __time__ | __diff__
        1 | a | 3 | 2        | 1
        2 | a | 1 | 2        | 1
        3 | a | 2 | 2        | 1
        2 | a | 1 | 4        | -1
        3 | a | 2 | 6        | -1
      `);
      const least = t.groupBy(t.g).reduce({ g: t.g, least: pw.reducers.min(t.n) });
      expect(await updatesOf(least)).toEqual([
        [{ g: "a", least: 1 }, 2, 1],
        [{ g: "a", least: 1 }, 4, -1],
        [{ g: "a", least: 2 }, 4, 1],
        [{ g: "a", least: 2 }, 6, -1],
        [{ g: "a", least: 3 }, 6, 1],
      ]);
    }));

  test("a group whose answer did not change says nothing (db-ivm emits -old +old)", () =>
    pw.graph(async () => {
      const t = pw.debug.tableFromMarkdown(`
          | g | n | __time__ | __diff__
        1 | a | 1 | 2        | 1
        2 | a | 5 | 4        | 1
        3 | a | 0 | 6        | 1
        3 | a | 0 | 8        | -1
      `);
      const least = t.groupBy(t.g).reduce({ g: t.g, least: pw.reducers.max(t.n) });
      expect(await updatesOf(least)).toEqual([
        [{ g: "a", least: 1 }, 2, 1],
        [{ g: "a", least: 1 }, 4, -1],
        [{ g: "a", least: 5 }, 4, 1],
      ]);
    }));

  test("a group that vanishes emits its deletion alone, and a reduction over nothing no row", () =>
    pw.graph(async () => {
      const t = pw.debug.tableFromMarkdown("  | n | __time__ | __diff__\n1 | 1 | 2 | 1\n1 | 1 | 4 | -1");
      expect(await updatesOf(t.reduce({ sum: pw.reducers.sum(t.n) }))).toEqual([
        [{ sum: 1 }, 2, 1],
        [{ sum: 1 }, 4, -1],
      ]);
    }));

  test("a row that leaves and comes back in one commit says nothing", () =>
    pw.graph(async () => {
      const t = pw.debug.tableFromMarkdown(`
          | n | __time__ | __diff__
        1 | 1 | 2        | 1
        1 | 1 | 4        | -1
        1 | 1 | 4        | 1
      `);
      expect(await updatesOf(t.select({ n: t.n.add(1) }))).toEqual([[{ n: 2 }, 2, 1]]);
    }));

  test("a retraction carries what a function answered when the row came", () =>
    pw.graph(async () => {
      let calls = 0;
      const t = pw.debug.tableFromMarkdown("  | n | __time__ | __diff__\n1 | 1 | 2 | 1\n1 | 1 | 4 | -1");
      const numbered = t.select({ call: pw.apply(() => ++calls, t.n, { type: "int" }) });
      expect(await updatesOf(numbered)).toEqual([
        [{ call: 1 }, 2, 1],
        [{ call: 1 }, 4, -1],
      ]);
      expect(calls).toBe(1);
    }));

  test("a sum is exact whatever came and went, and infinities leave nothing behind", () =>
    pw.graph(async () => {
      const t = pw.debug.tableFromMarkdown(`
          | x        | __time__ | __diff__
        1 | 0.1      | 2        | 1
        2 | 1e16     | 4        | 1
        3 | Infinity | 6        | 1
        3 | Infinity | 8        | -1
        2 | 1e16     | 10       | -1
      `);
      const sums = (await updatesOf(t.reduce({ sum: pw.reducers.sum(t.x) }))).filter(
        ([, , diff]) => diff > 0,
      );
      expect(sums.map(([{ sum }]) => sum)).toEqual([0.1, 1e16, Number.POSITIVE_INFINITY, 1e16, 0.1]);
    }));

  test("null groups and joins with itself", () =>
    pw.graph(async () => {
      const l = pw.debug.tableFromMarkdown("a | k\n1 | x\n2 | null");
      const r = pw.debug.tableFromMarkdown("b | k\n3 | null\n4 | y");
      const joined = l.joinOuter(r, (a, b) => a.k.eq(b.k)).select((a, b) => ({ a: a.a, b: b.b }));
      const rows = (await pw.debug.compute(joined)).map(({ row }) => [row.a, row.b]);
      expect(rows).toHaveLength(3);
      expect(rows).toEqual(
        expect.arrayContaining([
          [1, null],
          [2, 3],
          [null, 4],
        ]),
      );
    }));
});
