/** Commits of more rows than the engine's loops take at once: groups seen in several parts have one change. */
import * as pw from "towpath";
import { expect, test } from "vitest";
import { Rng, seedFrom } from "../../support/rng.ts";

const seed = seedFrom("TOWPATH_FUZZ_SEED");
const GROUPS = 700;

interface Order {
  group: string;
  amount: number;
}

interface Totals {
  total: number;
  count: number;
  largest: number;
}

function totalsOf(rows: ReadonlyMap<number, Order>): Map<string, Totals> {
  const totals = new Map<string, Totals>();
  for (const { group, amount } of rows.values()) {
    const { total, count, largest } = totals.get(group) ?? { total: 0, count: 0, largest: -1 };
    totals.set(group, { total: total + amount, count: count + 1, largest: Math.max(largest, amount) });
  }
  return totals;
}

test("a group of many parts of a commit changes once", { timeout: 60_000 }, async () => {
  const rng = new Rng(seed);
  const schema = pw.schema({ group: "str", amount: "int" });
  const live = new Map<number, Order>();
  const given: { row: Order; time: number; diff: 1 | -1 }[] = [];
  const expected: Map<string, Totals>[] = [];
  for (let commit = 1; commit <= 4; commit++) {
    const before = new Map(live);
    for (let n = 0; n < 10_000; n++) {
      const id = rng.below(12_000);
      live.delete(id);
      if (rng.chance(commit === 4 ? 0.05 : 0.7))
        live.set(id, { group: `group ${rng.below(GROUPS)}`, amount: rng.below(50) });
    }
    const time = 2 * commit;
    for (const [id, row] of before) if (live.get(id) !== row) given.push({ row, time, diff: -1 });
    for (const [id, row] of live) if (before.get(id) !== row) given.push({ row, time, diff: 1 });
    expected.push(totalsOf(live));
  }
  const changes = await pw.graph(() => {
    const table = pw.debug.tableFromRows(schema, given);
    return pw.debug.computeUpdates(
      table.groupBy(table.group).reduce({
        group: table.group,
        total: pw.reducers.sum(table.amount),
        count: pw.reducers.count(),
        largest: pw.reducers.max(table.amount),
      }),
    );
  });
  const current = new Map<string, Totals>();
  expected.forEach((totals, i) => {
    const before = new Map(current);
    for (const { row, diff } of changes.filter(({ time }) => time === 2 * (i + 1))) {
      const { group, ...rest } = row;
      if (diff < 0) {
        expect(current.get(group), `seed ${seed}: a retraction is of what was there`).toEqual(rest);
        current.delete(group);
      } else current.set(group, rest);
    }
    expect(current, `seed ${seed}, commit ${i}`).toEqual(totals);
    const changed = [...new Set([...before.keys(), ...totals.keys()])].filter(
      (group) => JSON.stringify(before.get(group)) !== JSON.stringify(totals.get(group)),
    );
    const touched = changes.filter(({ time }) => time === 2 * (i + 1)).map(({ row }) => row.group);
    expect(new Set(touched), `seed ${seed}, commit ${i}`).toEqual(new Set(changed));
    expect(touched.length).toBeLessThanOrEqual(2 * changed.length);
  });
});
