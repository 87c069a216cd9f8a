import { describe, expect, test } from "vitest";
import { NumberColumn } from "../../../lib/data/column.ts";
import { ExactSums } from "../../../lib/trace/exact-sums.ts";
import { nearestDouble as oracleQuotient } from "../../oracle/exact.ts";
import { Checkpoint } from "../../support/checkpoint.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

/** The exact value of a finite double as an integer multiple of 2^-1074. */
function exactOf(value: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const exponent = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  const mantissa = exponent === 0 ? fraction : fraction | (1n << 52n);
  const magnitude = mantissa << BigInt(Math.max(exponent, 1) - 1);
  return value < 0 ? -magnitude : magnitude;
}

/** The double nearest to an integer multiple of 2^-1074, ties to even, by bisection over the ordered doubles. */
function nearestDouble(exact: bigint): number {
  if (exact < 0n) return -nearestDouble(-exact);
  const view = new DataView(new ArrayBuffer(8));
  const double = (ordinal: bigint): number => {
    view.setBigUint64(0, ordinal);
    return view.getFloat64(0);
  };
  let low = 0n;
  let high = 0x7fefffffffffffffn;
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (exactOf(double(middle)) <= exact) low = middle;
    else high = middle - 1n;
  }
  const below = exact - exactOf(double(low));
  const above = low === 0x7fefffffffffffffn ? 2n ** 2098n - exact : exactOf(double(low + 1n)) - exact;
  const up = above < below || (above === below && (low & 1n) === 1n);
  return up ? (low === 0x7fefffffffffffffn ? Number.POSITIVE_INFINITY : double(low + 1n)) : double(low);
}

function sumOf(sums: ExactSums, group: number): number {
  return sums.finish(Uint32Array.of(group), 1)[0];
}

function meanOf(sums: ExactSums, group: number, count: number): number {
  return sums.finishQuotients(Uint32Array.of(group), 1, new Float64Array(3).fill(count))[0];
}

function add(sums: ExactSums, group: number, values: readonly number[], diffs: readonly number[]): void {
  sums.accumulate(
    Int32Array.from(values, () => group),
    new NumberColumn(Float64Array.from(values)),
    Int32Array.from(diffs),
    values.length,
  );
}

const kinds: Record<string, (rng: Rng) => number> = {
  money: (rng) => rng.between(-1_000_000, 1_000_000) / 100,
  integers: (rng) => rng.between(-(2 ** 40), 2 ** 40) * 2 ** rng.below(13),
  wide: (rng) => (rng.next() - 0.5) * 2 ** rng.between(-1070, 1000),
  subnormal: (rng) => (rng.next() - 0.5) * 2 ** -1060,
  huge: (rng) => (rng.chance(0.5) ? 1 : -1) * Number.MAX_VALUE * (1 - rng.next() / 8),
};

describe.each(Object.keys(kinds))("%s", (kind) => {
  test("sums are the exact sum, rounded once, whatever came and went", () => {
    const seed = seedFrom("TOWPATH_FUZZ_SEED");
    const rng = new Rng(seed);
    for (let round = 0; round < 40; round++) {
      let sums = new ExactSums();
      sums.reserve(3);
      const live: { value: number; diff: number }[] = [];
      for (let step = 0; step < 60; step++) {
        if (live.length > 0 && rng.chance(0.4)) {
          const [gone] = live.splice(rng.below(live.length), 1);
          add(sums, 1, [gone.value], [-gone.diff]);
        } else {
          const row = { value: kinds[kind](rng), diff: rng.chance(0.9) ? 1 : rng.between(1, 1000) };
          live.push(row);
          add(sums, 1, [row.value], [row.diff]);
        }
        if (rng.chance(0.05)) {
          const saved = new Checkpoint();
          sums.save(saved.writer(), 3);
          sums = new ExactSums();
          sums.load(saved.reader());
          sums.reserve(3);
        }
        const exact = live.reduce((sum, row) => sum + exactOf(row.value) * BigInt(row.diff), 0n);
        const at = `seed ${seed}, round ${round}, step ${step}`;
        expect(sumOf(sums, 1), at).toBe(nearestDouble(exact) + 0);
        const count = live.reduce((sum, row) => sum + row.diff, 0);
        if (count > 0) expect(meanOf(sums, 1, count), at).toBe(oracleQuotient(exact, BigInt(count)));
      }
      sums.clear(1);
      expect(sums.spiltCount).toBe(0);
      expect(sumOf(sums, 1)).toBe(0);
    }
  });
});

test("values that are not finite leave no trace once they are taken back", () => {
  const sums = new ExactSums();
  sums.reserve(1);
  add(sums, 0, [0.1, Number.POSITIVE_INFINITY], [1, 1]);
  expect(sumOf(sums, 0)).toBe(Number.POSITIVE_INFINITY);
  add(sums, 0, [Number.NEGATIVE_INFINITY], [1]);
  expect(sumOf(sums, 0)).toBeNaN();
  add(sums, 0, [Number.POSITIVE_INFINITY, Number.NaN], [-1, 1]);
  expect(sumOf(sums, 0)).toBeNaN();
  add(sums, 0, [Number.NaN], [-1]);
  expect(sumOf(sums, 0)).toBe(Number.NEGATIVE_INFINITY);
  add(sums, 0, [Number.NEGATIVE_INFINITY, 0.2], [-1, 1]);
  expect(sumOf(sums, 0)).toBe(0.1 + 0.2);
  expect(sums.spiltCount).toBe(0);
});

test("a sum beyond the doubles comes back when the values leave", () => {
  const sums = new ExactSums();
  sums.reserve(1);
  add(sums, 0, [Number.MAX_VALUE, Number.MAX_VALUE, 3], [1, 1, 1]);
  expect(sumOf(sums, 0)).toBe(Number.POSITIVE_INFINITY);
  add(sums, 0, [Number.MAX_VALUE, Number.MAX_VALUE], [-1, -1]);
  expect(sumOf(sums, 0)).toBe(3);
});

test("means are rounded once, and stay within the doubles where the sum does not", () => {
  const sums = new ExactSums();
  sums.reserve(1);
  add(sums, 0, [Number.MAX_VALUE, Number.MAX_VALUE], [1, 1]);
  expect(meanOf(sums, 0, 2)).toBe(Number.MAX_VALUE);
  sums.clear(0);
  // The sum is half way between two doubles: rounded to even first, its tenth would be another double.
  add(sums, 0, [2 ** 53, 1], [1, 1]);
  expect(meanOf(sums, 0, 10)).toBe(oracleQuotient(exactOf(2 ** 53) + exactOf(1), 10n));
});
