import { expect, test } from "vitest";
import { readCell } from "../../../lib/data/cell.ts";
import { NumberColumn } from "../../../lib/data/column.ts";
import { OrderedMultisets } from "../../../lib/trace/ordered-multisets.ts";
import { Checkpoint } from "../../support/checkpoint.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

const int = { name: "int", optional: false } as const;
const upwards = [{ type: int, direction: 1 }] as const;
const downwardsThenUpwards = [
  { type: int, direction: -1 },
  { type: int, direction: 1 },
] as const;

function cells(...values: readonly number[]): NumberColumn[] {
  return values.map((value) => new NumberColumn(Float64Array.of(value)));
}

function tupleAt(sets: OrderedMultisets, node: number, columns: number): unknown[] {
  return Array.from({ length: columns }, (_, i) => readCell(sets.gather(i, Uint32Array.of(node), 1), int, 0));
}

function listed(sets: OrderedMultisets, group: number, columns: number): unknown[][] {
  const nodes: number[] = [];
  sets.list(group, nodes);
  return nodes.map((node) => tupleAt(sets, node, columns));
}

test("keeps the order of every group through random changes, saves and loads", () => {
  const seed = seedFrom("TOWPATH_FUZZ_SEED");
  const rng = new Rng(seed);
  let sets = new OrderedMultisets(downwardsThenUpwards);
  const groups = 4;
  sets.reserve(groups);
  const model = Array.from({ length: groups }, () => new Map<string, number>());
  for (let step = 0; step < 4_000; step++) {
    const group = rng.below(groups);
    const tuple = [rng.between(-3, 3), rng.between(-3, 3)];
    const has = model[group].get(tuple.join()) ?? 0;
    const diff = has > 0 && rng.chance(0.5) ? -1 : 1;
    sets.add(group, cells(...tuple), 0, diff);
    if (has + diff === 0) model[group].delete(tuple.join());
    else model[group].set(tuple.join(), has + diff);
    if (rng.chance(0.002)) {
      sets.clear(group);
      model[group].clear();
    }
    if (rng.chance(0.002)) {
      const saved = new Checkpoint();
      sets.save(saved.writer(), groups);
      sets = new OrderedMultisets(downwardsThenUpwards);
      sets.load(saved.reader());
      sets.reserve(groups);
    }
    const expected = [...model[group]]
      .flatMap(([text, count]) => Array.from({ length: count }, () => text.split(",").map(Number)))
      .sort(([a, b], [c, d]) => c - a || b - d);
    const at = `seed ${seed}, step ${step}`;
    expect(listed(sets, group, 2), at).toEqual(expected);
    const first = sets.first(group);
    expect(first === 0 ? undefined : tupleAt(sets, first, 2), at).toEqual(expected[0]);
    expect(sets.size, at).toBe(model.reduce((sum, map) => sum + map.size, 0));
  }
});

test("a hundred thousand values in order cost no scan: the smallest stays cheap to take", () => {
  takeAll(10_000);
  const few = takeAll(10_000);
  const many = takeAll(100_000);
  // A scan would cost a hundred times as much.
  expect(many).toBeLessThan(40 * few + 20_000);
});

/** Adds values in order and takes the smallest until none is left; µs of CPU time for the taking. */
function takeAll(count: number): number {
  const sets = new OrderedMultisets(upwards);
  sets.reserve(1);
  for (let i = 0; i < count; i++) sets.add(0, cells(i), 0, 1);
  const start = process.cpuUsage();
  let empty = 0;
  for (let i = 0; i < count; i++) {
    if (sets.first(0) === 0) empty++;
    sets.add(0, cells(i), 0, -1);
  }
  const { user } = process.cpuUsage(start);
  expect([sets.size, empty]).toEqual([0, 0]);
  return user;
}
