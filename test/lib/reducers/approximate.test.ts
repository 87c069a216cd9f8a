import { describe, expect, test } from "vitest";
import { readCell } from "../../../lib/data/cell.ts";
import { reducers } from "../../../lib/reducers/index.ts";
import { batchOf, type KeyedChange } from "../../support/batches.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

const seed = seedFrom("TOWPATH_FUZZ_SEED");
const int = { name: "int", optional: false } as const;

function sketch(precision: number, appendOnly: boolean) {
  const state = reducers.countDistinctApproximate.create([int], { appendOnly, options: { precision } });
  state.reserve(1);
  let time = 0;
  return {
    add(values: readonly number[], diff: 1 | -1 = 1): void {
      time += 2;
      const rows = values.map(
        (value, i): KeyedChange => ({ key: Uint32Array.of(i, 0, 0, 0), row: [value], diff }),
      );
      const batch = batchOf(time, [{ name: "a", type: int }], rows);
      state.accumulate(new Int32Array(values.length), batch.columns, batch);
    },
    get estimate(): number {
      return readCell(state.finish(Uint32Array.of(0), 1), int, 0) as number;
    },
    get size(): number {
      return state.size;
    },
  };
}

function distinctValues(rng: Rng, count: number): number[] {
  const from = rng.below(1_000_000_000);
  return Array.from({ length: count }, (_, i) => from + 7 * i);
}

describe(`countDistinctApproximate from seed ${seed}`, () => {
  const rng = new Rng(seed);

  test.each([
    [6, 100],
    [6, 10_000],
    [10, 1_000],
    [10, 10_000],
    [12, 4_000],
    [12, 20_000],
  ])("precision %i: %i values are estimated within the stated standard error", (precision, count) => {
    const trials = 40;
    const stated = 1.04 / Math.sqrt(2 ** precision);
    const errors = Array.from({ length: trials }, () => {
      const counted = sketch(precision, true);
      counted.add(distinctValues(rng, count));
      return counted.estimate / count - 1;
    });
    const mean = errors.reduce((sum, error) => sum + error, 0) / trials;
    const standard = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / trials);
    // Of 40 trials the root mean square is within a half of the stated one but once in a hundred thousand runs.
    expect(standard).toBeLessThan(1.5 * stated);
    expect(Math.abs(mean)).toBeLessThan((4.5 * stated) / Math.sqrt(trials));
  });

  test("a few values are counted to the unit", () => {
    for (const count of [0, 1, 2, 5, 20]) {
      const counted = sketch(16, true);
      counted.add(distinctValues(rng, count));
      expect(counted.estimate).toBe(count);
    }
  });

  test("a retraction brings back the estimate that was there, and in the end nothing is kept", () => {
    const counted = sketch(8, false);
    const kept = distinctValues(rng, 500);
    const passing = distinctValues(rng, 5000);
    counted.add(kept);
    const before = counted.estimate;
    counted.add(passing);
    expect(counted.estimate).toBeGreaterThan(4000);
    expect(counted.size).toBeLessThan(256 * 33);
    counted.add(rng.shuffled(passing), -1);
    expect(counted.estimate).toBe(before);
    counted.add(kept, -1);
    expect([counted.estimate, counted.size]).toEqual([0, 0]);
  });

  test("of what only grows a group keeps one estimate whatever the order", () => {
    const values = distinctValues(rng, 3000);
    const once = sketch(12, true);
    once.add(values);
    const piecewise = sketch(12, true);
    const shuffled = rng.shuffled([...values, ...values]);
    for (let from = 0; from < shuffled.length; from += 100) piecewise.add(shuffled.slice(from, from + 100));
    const mutable = sketch(12, false);
    mutable.add(values);
    expect([piecewise.estimate, mutable.estimate]).toEqual([once.estimate, once.estimate]);
  });
});
