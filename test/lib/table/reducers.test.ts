import { describe, expect, it } from "vitest";
import { ERROR_VALUE } from "../../../lib/data/value.ts";
import { compute, computeUpdates, tableFromMarkdown, tableFromRows } from "../../../lib/debug/index.ts";
import { graph } from "../../../lib/plan/plan.ts";
import { reducers } from "../../../lib/table/reducers.ts";
import { schema } from "../../../lib/table/schema.ts";
import { nodeOf } from "../../../lib/table/table.ts";
import { orders, steps, tableOf } from "./tables.ts";

const Visits = schema({ user: "str", page: "str?", at: "int", ms: "float" });
const visits = () => tableOf(Visits);
const documents = () => tableOf(schema({ doc: "json" }));

const untypedReducers = reducers as unknown as Record<string, (...given: unknown[]) => never>;

function refusal(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("reducers in plans", () => {
  it("have the types of what they answer", () => {
    const t = visits();
    const node = nodeOf(
      t.groupBy(t.user).reduce({
        any: reducers.any(t.page),
        most: reducers.argMax(t.ms),
        least: reducers.argMin(t.ms, t.page),
        kinds: reducers.countDistinct(t.page),
        first: reducers.earliest(t.ms),
        last: reducers.latest(t.page),
        sorted: reducers.sortedTuple(t.ms),
        path: reducers.tuple(t.page, { orderBy: t.at }),
        only: reducers.unique(t.page),
      }),
    );
    const types = node.columns.map(({ name, type }) => [name, type.name, type.optional]);
    expect(types).toEqual([
      ["any", "str", true],
      ["most", "pointer", false],
      ["least", "str", true],
      ["kinds", "int", false],
      ["first", "float", false],
      ["last", "str", true],
      ["sorted", "any", false],
      ["path", "any", false],
      ["only", "str", true],
    ]);
  });

  it("say their options, and differ by them", () => {
    const t = visits();
    const sorted = t.reduce({
      all: reducers.sortedTuple(t.page),
      again: reducers.sortedTuple(t.page, { skipNulls: false }),
      some: reducers.sortedTuple(t.page, { skipNulls: true }),
      path: reducers.tuple(t.page, { orderBy: t.at, skipNulls: true }),
    });
    expect(steps(sorted)[0]).toMatch(
      /^groupBy all rows: sortedTuple\(page\), sortedTuple\(page, { skipNulls: true }\), tuple\(page, at, { skipNulls: true }\)/,
    );
    expect((nodeOf(sorted).inputs[0].options as { reductions: unknown[] }).reductions).toHaveLength(3);
  });

  it.each(["argMin", "argMax", "min", "max", "sortedTuple"])(
    "%s refuses json, which has no order",
    (name) => {
      const { doc } = documents();
      expect(refusal(() => untypedReducers[name](doc))).toMatchObject({
        code: "TP_EXPRESSION_TYPE",
        detail: `${name} cannot order a column of type json`,
        where: expect.stringContaining("reducers.test.ts"),
      });
    },
  );

  it("refuse to sort a tuple by json, but hold json", () => {
    const { doc } = documents();
    expect(refusal(() => reducers.tuple(1, { orderBy: doc }))).toMatchObject({ code: "TP_EXPRESSION_TYPE" });
    for (const reduce of [reducers.any, reducers.unique, reducers.latest, reducers.tuple])
      expect(refusal(() => reduce(doc))).toBeUndefined();
    expect(refusal(() => reducers.argMin(1, doc))).toBeUndefined();
  });

  it.each([
    ["an unknown option", ["sortedTuple", 1, { skipnulls: true }], 'sortedTuple has no option "skipnulls"'],
    ["an option of another", ["sortedTuple", 1, { orderBy: 1 }], 'sortedTuple has no option "orderBy"'],
    [
      "a flag that is none",
      ["tuple", 1, { skipNulls: 1 }],
      "skipNulls of tuple is true or false, not a number",
    ],
    ["no object", ["tuple", 1, true], "the options of tuple are an object, not a boolean"],
    ["no column", ["any"], "any takes 1 argument, not 0"],
    ["null for options", ["sortedTuple", 1, null], "the options of sortedTuple are an object, not null"],
  ])("refuse %s", (_, [name, ...given], detail) => {
    const refused = refusal(() => untypedReducers[name as string](...given));
    expect(refused).toMatchObject({ code: "TP_BAD_ARGUMENT", detail });
  });
});

describe("reducers at work", () => {
  const inGraph = <T>(run: () => Promise<T>): Promise<T> => graph(run) as Promise<T>;

  it("uncover what a retraction leaves, in every reducer", async () => {
    const updates = await inGraph(async () => {
      const t = tableFromMarkdown(`
          | name | n | __time__ | __diff__
        1 | a    | 1 | 2        | 1
        2 | b    | 2 | 4        | 1
        3 | c    | 3 | 6        | 1
        1 | a    | 1 | 8        | -1
        3 | c    | 3 | 10       | -1
      `);
      return computeUpdates(
        t.reduce({
          first: reducers.earliest(t.col("name")),
          last: reducers.latest(t.col("name")),
          least: reducers.argMin(t.col("n"), t.col("name")),
          most: reducers.argMax(t.col("n"), t.col("name")),
          all: reducers.sortedTuple(t.col("name")),
          kinds: reducers.countDistinct(t.col("name")),
        }),
      );
    });
    const inserted = updates
      .filter(({ diff }) => diff > 0)
      .map(({ time, row }) => [time, ...Object.values(row)]);
    expect(inserted).toEqual([
      [2, "a", "a", "a", "a", ["a"], 1],
      [4, "a", "b", "a", "b", ["a", "b"], 2],
      [6, "a", "c", "a", "c", ["a", "b", "c"], 3],
      [8, "b", "c", "b", "c", ["b", "c"], 2],
      [10, "b", "b", "b", "b", ["b"], 1],
    ]);
  });

  it("unique fails while there are two values, and comes back", async () => {
    const rows = (until: number) =>
      inGraph(async () => {
        const changes = [
          { row: { v: "x" }, time: 2 },
          { row: { v: "x" }, time: 4 },
          { row: { v: "y" }, time: 6 },
          { row: { v: "y" }, time: 8, diff: -1 },
        ] as const;
        const t = tableFromRows(
          schema({ v: "str" }),
          changes.filter(({ time }) => time <= until),
        );
        return compute(t.reduce({ v: reducers.unique(t.v) }), { onError: "report" });
      });
    expect((await rows(4)).map(({ row }) => row)).toEqual([{ v: "x" }]);
    expect((await rows(6)).map(({ row }) => row)).toEqual([{ v: ERROR_VALUE }]);
    expect((await rows(8)).map(({ row }) => row)).toEqual([{ v: "x" }]);
  });

  it("argMin without a payload is the key that the row has in its table", async () => {
    const [given, found] = await inGraph(async () => {
      const t = tableFromRows(schema({ n: "int?" }), [
        { row: { n: 3 } },
        { row: { n: null } },
        { row: { n: 5 } },
      ]);
      return [
        await compute(t),
        await compute(t.reduce({ least: reducers.argMin(t.n), most: reducers.argMax(t.n) })),
      ] as const;
    });
    const keyOf = (n: number | null): string | undefined => given.find(({ row }) => row.n === n)?.key;
    expect(found.map(({ row }) => row)).toEqual([{ least: keyOf(null), most: keyOf(5) }]);
  });

  it("any takes one row for all its columns, tuples go together place by place", async () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({
      row: { n: i, text: `t${i}`, half: Math.floor(i / 2) },
    }));
    const [given, [found]] = await inGraph(async () => {
      const t = tableFromRows(schema({ n: "int", text: "str", half: "int" }), rows);
      const reduced = t.reduce({
        n: reducers.any(t.n),
        text: reducers.any(t.text),
        ns: reducers.tuple(t.n),
        texts: reducers.tuple(t.text),
        halves: reducers.tuple(t.half, { orderBy: t.n }),
      });
      return [await compute(t), await compute(reduced)] as const;
    });
    const byKey = given.map(({ row }) => row.n);
    expect(found?.row).toEqual({
      n: byKey[0],
      text: `t${byKey[0]}`,
      ns: byKey,
      texts: byKey.map((n) => `t${n}`),
      halves: rows.map(({ row }) => row.half),
    });
  });

  it("a change in another column is no new arrival, another value is", async () => {
    const final = await inGraph(async () => {
      const t = tableFromMarkdown(`
          | v | other | __time__ | __diff__
        1 | a | 1     | 2        | 1
        2 | b | 1     | 4        | 1
        1 | a | 1     | 6        | -1
        1 | a | 2     | 6        | 1
        2 | b | 1     | 8        | -1
        2 | c | 1     | 8        | 1
      `);
      return compute(
        t.reduce({
          first: reducers.earliest(t.col("v")),
          last: reducers.latest(t.col("v")),
          others: reducers.sum(t.col("other").cast("int")),
        }),
      );
    });
    expect(final.map(({ row }) => row)).toEqual([{ first: "a", last: "c", others: 3 }]);
  });

  it("a tuple that did not change is not written again", async () => {
    const updates = await inGraph(async () => {
      const t = tableFromRows(schema({ v: "str?" }), [
        { row: { v: "x" }, time: 2 },
        { row: { v: null }, time: 4 },
      ]);
      return computeUpdates(t.reduce({ v: reducers.sortedTuple(t.v, { skipNulls: true }) }));
    });
    expect(updates.map(({ row, time, diff }) => [row.v, time, diff])).toEqual([[["x"], 2, 1]]);
  });
});

it("reducers stand in callbacks of a group", () => {
  const t = orders();
  expect(steps(t.groupBy((c) => c.customer).reduce((g) => ({ note: reducers.any(g.note) })))).toEqual([
    "groupBy customer: any(note) → customer str, any(note) str?",
    'select note = "any(note)" → note str?',
  ]);
});
