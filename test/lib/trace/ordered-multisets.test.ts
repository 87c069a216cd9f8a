import { expect, test } from "vitest";
import { readCell } from "../../../lib/data/cell.ts";
import { NumberColumn } from "../../../lib/data/column.ts";
import { OrderedMultisets } from "../../../lib/trace/ordered-multisets.ts";
import { Checkpoint } from "../../support/checkpoint.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

const int = { name: "int", optional: false } as const;

function cell(value: number): NumberColumn {
  return new NumberColumn(Float64Array.of(value));
}

function end(sets: OrderedMultisets, group: number, which: "first" | "last"): unknown {
  const node = sets[which](group);
  return node === 0 ? undefined : readCell(sets.gather(Uint32Array.of(node), 1), int, 0);
}

test("knows the ends of every group through random changes, saves and loads", () => {
  const seed = seedFrom("TOWPATH_FUZZ_SEED");
  const rng = new Rng(seed);
  let sets = new OrderedMultisets(int);
  const groups = 4;
  sets.reserve(groups);
  const model = Array.from({ length: groups }, () => new Map<number, number>());
  for (let step = 0; step < 20_000; step++) {
    const group = rng.below(groups);
    const value = rng.between(-20, 20);
    const has = model[group].get(value) ?? 0;
    const diff = has > 0 && rng.chance(0.5) ? -1 : 1;
    sets.add(group, cell(value), 0, diff);
    if (has + diff === 0) model[group].delete(value);
    else model[group].set(value, has + diff);
    if (rng.chance(0.002)) {
      sets.clear(group);
      model[group].clear();
    }
    if (rng.chance(0.002)) {
      const saved = new Checkpoint();
      sets.save(saved.writer(), groups);
      sets = new OrderedMultisets(int);
      sets.load(saved.reader());
      sets.reserve(groups);
    }
    const values = [...model[group].keys()];
    const at = `seed ${seed}, step ${step}`;
    expect(end(sets, group, "first"), at).toBe(values.length === 0 ? undefined : Math.min(...values));
    expect(end(sets, group, "last"), at).toBe(values.length === 0 ? undefined : Math.max(...values));
    expect(sets.size, at).toBe(model.reduce((sum, map) => sum + map.size, 0));
  }
});

test("a hundred thousand values in order cost no scan: the smallest stays cheap to take", () => {
  const sets = new OrderedMultisets(int);
  sets.reserve(1);
  for (let i = 0; i < 100_000; i++) sets.add(0, cell(i), 0, 1);
  const start = performance.now();
  for (let i = 0; i < 100_000; i++) {
    expect(sets.first(0)).not.toBe(0);
    sets.add(0, cell(i), 0, -1);
  }
  expect(sets.size).toBe(0);
  expect(performance.now() - start).toBeLessThan(10_000);
});
