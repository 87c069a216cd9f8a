import { expect, test } from "vitest";
import * as pw from "../../../lib/index.ts";

const Games = pw.schema({ player: "str", won: "bool", points: "int" });

function games(rows: readonly [player: string, won: boolean, points: number, time: number, diff?: 1 | -1][]) {
  return pw.debug.tableFromRows(
    Games,
    rows.map(([player, won, points, time, diff = 1]) => ({ row: { player, won, points }, time, diff })),
  );
}

test("statefulSingle folds rows as they came, and anew when one goes", () =>
  pw.graph(async () => {
    const t = games([
      ["ada", true, 1, 2],
      ["ada", true, 2, 4],
      ["ada", false, 3, 6],
      ["ada", true, 4, 8],
      ["ada", false, 3, 10, -1],
    ]);
    const streaks = t.groupBy(t.player).reduce({
      streak: pw.reducers.statefulSingle(
        (state: number | undefined, won) => (won ? (state ?? 0) + 1 : 0),
        t.won,
        { type: "int" },
      ),
    });
    const updates = await pw.debug.computeUpdates(streaks);
    expect(updates.filter(({ diff }) => diff > 0).map(({ row, time }) => [time, row.streak])).toEqual([
      [2, 1],
      [4, 2],
      [6, 0],
      [8, 1],
      [10, 3],
    ]);
  }));

test("statefulMany sees each commit's changes at once, deletions first", () =>
  pw.graph(async () => {
    const seen: unknown[] = [];
    const t = games([
      ["ada", true, 2, 2],
      ["ada", true, 1, 2],
      ["ada", true, 2, 4, -1],
      ["ada", false, 5, 4],
    ]);
    const net = t.reduce({
      sum: pw.reducers.statefulMany((state: number | undefined, changes) => {
        seen.push(changes.map(({ values: [points], diff }) => points * diff).toSorted());
        return changes.reduce((sum, { values: [points], diff }) => sum + points * diff, state ?? 0);
      }, t.points),
    });
    expect((await pw.debug.compute(net)).map(({ row }) => row.sum)).toEqual([6]);
    expect(seen).toEqual([
      [1, 2],
      [-2, 5],
    ]);
  }));

test("a state that is changed in place still gives a change for each commit", () =>
  pw.graph(async () => {
    const t = games([
      ["ada", true, 1, 2],
      ["ada", true, 2, 4],
    ]);
    const lists = t.reduce({
      all: pw.reducers.custom(
        {
          init: (): number[] => [],
          insert: (state, points) => {
            state.push(points);
            return state;
          },
          result: (state) => state,
        },
        t.points,
      ),
    });
    const updates = await pw.debug.computeUpdates(lists);
    expect(updates.map(({ row, diff }) => [diff, row.all])).toEqual([
      [1, [1]],
      [-1, [1]],
      [1, [1, 2]],
    ]);
  }));

test("an answer of another type than was said fails", () =>
  pw.graph(async () => {
    const t = games([["ada", true, 1, 2]]);
    const odd = t.reduce({
      folded: pw.reducers.statefulSingle((() => "x") as unknown as () => number, t.points, { type: "int" }),
    });
    await expect(pw.debug.compute(odd)).rejects.toThrow(
      /what a function returned does not fit: "x" is not an int/,
    );
    const [answer] = await pw.debug.compute(odd, { onError: "report" });
    expect(answer?.row.folded).toBe(pw.ERROR);
  }));

test("what a function throws need not be an error", () =>
  pw.graph(async () => {
    const t = games([["ada", true, 1, 2]]);
    const failing = t.reduce({
      folded: pw.reducers.statefulSingle((): number => {
        throw "refused";
      }, t.points),
    });
    await expect(pw.debug.compute(failing)).rejects.toThrow(/a function threw: refused/);
  }));

test("a function that throws makes the answer fail until its row is gone", () =>
  pw.graph(async () => {
    const t = games([
      ["ada", true, 1, 2],
      ["ada", true, -1, 4],
      ["ada", true, -1, 6, -1],
    ]);
    const roots = t.reduce({
      roots: pw.reducers.statefulSingle((state: number | undefined, points) => {
        if (points < 0) throw new RangeError("below zero");
        return (state ?? 0) + Math.sqrt(points);
      }, t.points),
    });
    await expect(pw.debug.compute(roots)).rejects.toThrow(/statefulSingle: a function threw: below zero/);
    const [last] = await pw.debug.compute(roots, { onError: "report" });
    expect(last?.row.roots).toBe(1);
  }));

test.each([
  ["median of a text", () => pw.reducers.median("x" as never), /median cannot take/],
  ["a share above 1", () => pw.reducers.quantile(1, 1.5), /the share of quantile is 1.5/],
  ["no k", () => pw.reducers.topK("a", 0), /the k of topK is 0/],
  ["a precision of 3", () => pw.reducers.countDistinctApproximate(1, { precision: 3 }), /the precision 3/],
  ["an async function", () => pw.reducers.statefulSingle(async () => 1, 1), /is an async function/],
  ["no insert", () => pw.reducers.custom({ init: () => 0 } as never, 1), /insert of custom is a function/],
  [
    "an option that is not there",
    () => pw.reducers.stddev(1, { sample: true } as never),
    /no option "sample"/,
  ],
  ["an array of bytes", () => pw.reducers.array(new Uint8Array(1)), /array cannot take/],
])("%s is refused when it is said", (_, say, message) => {
  expect(say).toThrow(message);
  expect(say).toThrow(/scripted\.test\.ts/);
});
