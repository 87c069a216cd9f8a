import { describe, expect, test } from "vitest";
import { Batch } from "../../../lib/data/batch.ts";
import { NumberColumn } from "../../../lib/data/column.ts";
import { Keys } from "../../../lib/data/keys.ts";
import { CommitQueue } from "../../../lib/io/commit-queue.ts";

/** Deterministic: mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function batch(time: number, rows: readonly (readonly [key: number, value: number, diff: number])[]): Batch {
  const words = Uint32Array.from(rows.flatMap(([key]) => [key, 0, 0, 0]));
  const values = Float64Array.from(rows, ([, value]) => value);
  const diffs = Int32Array.from(rows, ([, , diff]) => diff);
  return new Batch(time, rows.length, [new NumberColumn(values)], Keys.of(words), diffs);
}

function accumulate(state: Map<string, number>, taken: Batch): void {
  const column = taken.columns[0] as NumberColumn;
  for (let row = 0; row < taken.length; row++) {
    const id = `${taken.keys.words()[4 * row]}:${column.values[row]}`;
    const count = (state.get(id) ?? 0) + (taken.diffs?.[row] ?? 1);
    if (count === 0) state.delete(id);
    else state.set(id, count);
  }
}

describe("CommitQueue", () => {
  test("whatever is merged, what was taken comes to what was added", () => {
    const seed = Number(process.env.TOWPATH_TEST_SEED ?? Date.now() % 1e9);
    const next = random(seed);
    for (let round = 0; round < 60; round++) {
      const queue = new CommitQueue(1 + Math.floor(next() * 4));
      const [added, taken] = [new Map<string, number>(), new Map<string, number>()];
      let lastTime = 0;
      const take = (): boolean => {
        const commit = queue.take();
        if (commit === null) return false;
        expect(commit.time, `seed ${seed}`).toBeGreaterThan(lastTime);
        lastTime = commit.time;
        accumulate(taken, commit);
        return true;
      };
      for (let time = 2; time < 60; time += 2) {
        const rows = Array.from({ length: 1 + Math.floor(next() * 80) }, () => {
          const diff = next() < 0.5 ? 1 : -1;
          return [Math.floor(next() * 6), Math.floor(next() * 3), diff] as const;
        });
        const commit = batch(time, rows);
        accumulate(added, commit);
        queue.add(commit);
        commit.diffs?.fill(99);
        commit.keys.words().fill(99);
        (commit.columns[0] as NumberColumn).values.fill(99);
        if (next() < 0.2) take();
      }
      while (take());
      expect(taken, `seed ${seed}`).toEqual(added);
    }
  });

  test("the first commits stay by themselves", () => {
    const queue = new CommitQueue(2);
    for (const time of [2, 4, 6, 8]) queue.add(batch(time, [[time, time, 1]]));
    expect(queue.full).toBe(true);
    expect(
      [queue.take(), queue.take(), queue.take(), queue.take()].map((b) => b && [b.time, b.length]),
    ).toEqual([[2, 1], [4, 1], [8, 2], null]);
  });
});
