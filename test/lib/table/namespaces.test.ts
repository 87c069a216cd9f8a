import * as pw from "towpath";
import { expect, it } from "vitest";
import { makeTuple } from "../../../lib/expressions/conditionals.ts";

const Visits = pw.schema({ who: "str", at: "datetime", took: "float?", big: "bigint" });

function visits() {
  return pw.debug.tableFromRows(Visits, [
    { row: { who: " Ann Lee", at: Date.parse("2026-11-21T10:42Z"), took: 1.25, big: 1n }, time: 2 },
    { row: { who: "ann", at: Date.parse("2026-11-21T10:10Z"), took: null, big: 1n }, time: 2 },
    { row: { who: "Bob", at: Date.parse("2026-11-21T11:00Z"), took: 2.5, big: 2n }, time: 2 },
    { row: { who: "Bob", at: Date.parse("2026-11-21T11:00Z"), took: 2.5, big: 2n }, time: 4, diff: -1 },
  ]);
}

it("groups by what namespaces compute, and takes it back", async () => {
  const t = visits()
    .withColumns((c) => ({
      name: c.who.str.strip().str.lower().str.split().get(0).cast("str"),
      hour: c.at.dt.floor("1h").dt.strftime("%H:%M"),
    }))
    .groupBy((c) => [c.name, c.hour])
    .reduce((c) => ({ name: c.name, hour: c.hour, took: pw.reducers.sum(c.took.num.fillNull(0)) }));
  const rows = (await pw.debug.compute(t)).map(({ row }) => row);
  expect(rows).toEqual([{ name: "ann", hour: "10:00", took: 1.25 }]);
});

it("groups by tuples that are no JSON", async () => {
  const t = visits()
    .select((c) => ({ pair: makeTuple(c.big, c.who.str.slice(0, 1)) }))
    .groupBy((c) => c.pair)
    .reduce((c) => ({ pair: c.pair, count: pw.reducers.count() }));
  const rows = (await pw.debug.compute(t)).map(({ row }) => row);
  expect(rows).toHaveLength(2);
  expect(rows).toContainEqual({ pair: [1n, "a"], count: 1 });
});

it("refuses steps that no time is a multiple of when the plan is built", () => {
  const { at } = visits();
  for (const step of [0, -5, "0s"] as const) {
    const message = /TP_BAD_ARGUMENT: \w+ is given the duration .*not greater than 0 .*namespaces\.test\.ts/;
    expect(() => at.dt.floor(step)).toThrow(message);
    expect(() => at.dt.round(step)).toThrow(message);
  }
  expect(() => at.dt.floor(1)).not.toThrow();
  expect(() => at.dt.round("1h")).not.toThrow();
});
