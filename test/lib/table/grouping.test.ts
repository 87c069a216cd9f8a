import { describe, expect, it } from "vitest";
import { reducers } from "../../../lib/table/reducers.ts";
import { schema } from "../../../lib/table/schema.ts";
import { nodeOf } from "../../../lib/table/table.ts";
import { customers, orders, steps, tableOf, untyped } from "./tables.ts";

describe("groupBy and reduce", () => {
  it("needs no select where keys, arguments and results are plain", () => {
    const t = orders();
    const table = t
      .groupBy(t.customer)
      .reduce({ who: t.customer, total: reducers.sum(t.amount), n: reducers.count() });
    expect(steps(table)).toEqual(["groupBy customer: sum(amount), count() → who str, total float, n int"]);
    expect(nodeOf(table)).toMatchObject({
      appendOnly: false,
      options: {
        keys: [1],
        reductions: [
          { reducer: "sum", args: [2], options: null },
          { reducer: "count", args: [], options: null },
        ],
      },
    });
  });

  it("takes columns, names, expressions and callbacks for keys", () => {
    const t = orders();
    const sums = { total: reducers.sum(t.amount) };
    const node = nodeOf(t.groupBy(t.customer, t.note).reduce(sums));
    expect(nodeOf(t.groupBy("customer", "note").reduce(sums))).toBe(node);
    expect(nodeOf(t.groupBy((c) => [c.customer, c.note]).reduce(sums))).toBe(node);
    expect(nodeOf(t.groupBy((c) => c.customer, "note").reduce(() => sums))).toBe(node);
  });

  it("computes keys and arguments before, and results after", () => {
    const t = customers();
    const decade = t.age.floorDiv(10);
    const table = t.groupBy(decade).reduce({
      from: decade.mul(10),
      mean: reducers.sum(t.age.add(1)).div(reducers.count()),
      again: reducers.sum(t.age.add(1)),
      decade: t.age.floorDiv(10),
    });
    expect(steps(table)).toEqual([
      "select id, segment, age, age.floorDiv(10), age.add(1) → id str, segment str, age int, age.floorDiv(10) int, age.add(1) int",
      "groupBy age.floorDiv(10): sum(age.add(1)), count() → age.floorDiv(10) int, sum(age.add(1)) int, count() int",
      expect.stringMatching(/^select from = .*→ from int, mean float, again int, decade int$/),
    ]);
    const { reductions } = nodeOf(table).inputs[0].options as { reductions: unknown[] };
    expect(reductions).toHaveLength(2);
  });

  it("reduces the whole table to one group without keys", () => {
    const t = customers();
    expect(steps(t.reduce({ oldest: reducers.max(t.age) }))).toEqual([
      "groupBy all rows: max(age) → oldest int",
    ]);
    expect(steps(t.reduce((c) => ({ mean: reducers.avg(c.age).mul(2) })))).toEqual([
      "groupBy all rows: avg(age) → avg(age) float",
      expect.stringMatching(/^select mean = .*→ mean float$/),
    ]);
  });

  it("sums dynamic values as floats", () => {
    const t = tableOf(schema({ x: "any" }));
    const table = t.reduce({ sum: untyped(reducers).sum(t.x), mean: untyped(reducers).avg(t.x) } as never);
    expect(steps(table)).toEqual([
      'select x, x.cast("float") → x any, x.cast("float") float',
      'groupBy all rows: sum(x.cast("float")), avg(x.cast("float")) → sum float, mean float',
    ]);
  });

  it("shares a reduction that is named in two ways", () => {
    const t = customers();
    const one = t.groupBy(t.segment).reduce({ n: reducers.count(), segment: t.segment });
    const other = t.groupBy(t.segment).reduce({ m: reducers.count(), s: t.segment });
    expect(nodeOf(one).inputs[0]).toBe(nodeOf(other).inputs[0]);
  });

  it("keeps null and types of min and max", () => {
    const t = orders();
    const { columns } = nodeOf(
      t.reduce({ a: reducers.min(t.note), b: reducers.max(t.id), c: reducers.count(t.note) }),
    );
    expect(columns.map(({ type }) => type)).toEqual([
      { name: "str", optional: true },
      { name: "int", optional: false },
      { name: "int", optional: false },
    ]);
  });

  it("refuses ungrouped columns, wherever they stand", () => {
    const t = untyped(orders());
    const o = orders();
    const grouped = o.groupBy(o.customer);
    expect(() => untyped(grouped).reduce({ x: o.amount })).toThrow(
      /TP_EXPRESSION_UNGROUPED: column "amount" is neither grouped nor reduced \(test\/lib\/table\/grouping\.test\.ts:\d+\)/,
    );
    expect(() => untyped(grouped).reduce({ x: reducers.sum(o.amount).mul(o.amount) })).toThrow(
      /TP_EXPRESSION_UNGROUPED/,
    );
    expect(() => t.reduce((c: Record<string, unknown>) => ({ x: c.id }))).toThrow(/TP_EXPRESSION_UNGROUPED/);
  });

  it("refuses a reducer in a reducer, in a key, with bad arguments, and foreign columns", () => {
    const o = orders();
    const t = untyped(o);
    expect(() => t.reduce({ x: reducers.sum(reducers.count()) })).toThrow(/TP_BAD_ARGUMENT: sum is given/);
    expect(() => t.groupBy(reducers.count())).toThrow(/TP_BAD_ARGUMENT.*reducer/);
    expect(() => t.groupBy()).toThrow(/TP_BAD_ARGUMENT.*at least one/);
    expect(() => t.groupBy("custmer")).toThrow(/TP_COLUMN_UNKNOWN.*"customer"/);
    expect(() => untyped(reducers).sum()).toThrow(/TP_BAD_ARGUMENT: sum takes 1 argument/);
    expect(() => untyped(reducers).sum(o.customer)).toThrow(/TP_EXPRESSION_TYPE.*grouping\.test\.ts/);
    expect(() => untyped(reducers).sum(o.note)).toThrow(/TP_EXPRESSION_TYPE/);
    expect(() => t.reduce({ x: reducers.sum(customers().age) })).toThrow(/TP_COLUMN_FOREIGN/);
  });
});
