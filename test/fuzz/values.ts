import type { Rng } from "../support/rng.ts";
import { required, type TypeText } from "./spec.ts";

/**
 * Tiny domains, so that rows meet: groups get several rows, joins several partners, sums cancel. Among them what is
 * easy to get wrong: NaN, -0, the ends of the safe integers, the empty text, text whose order by UTF-16 units differs
 * from that by code points, numbers whose sum depends on the order of adding.
 */
const domains: Record<string, readonly unknown[]> = {
  int: [-2, -1, 0, 0, 1, 1, 2, 3, 7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  float: [
    -1.5,
    -0,
    0,
    0.1,
    0.2,
    0.3,
    1,
    2,
    1e16,
    1e-7,
    1e308,
    -1e308,
    5e-324,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ],
  str: [
    "",
    "a",
    "a",
    "b",
    "ab",
    "1",
    "é",
    "\u{1d4b3}",
    "\uffee",
    "a long text that no short path takes: ünïcödé, 0123456789",
  ],
  bool: [true, false],
  bigint: [0n, 1n, 1n, -1n, 2n ** 70n, -(2n ** 70n)],
  bytes: [Buffer.alloc(0), Buffer.from([0]), Buffer.from([255, 0]), Buffer.from("a")],
  json: [{ a: 1, b: 2 }, { b: 2, a: 1 }, {}, [], [1, "1"], "a", 1, true, { constructor: 1 }],
  // Two of them on the days on which clocks are put forward and back.
  datetime: [0, 1000, -1, 1_700_000_000_000, 1_711_846_800_000, 1_729_988_100_000],
  duration: [0, 1000, -1, 60_000, 3_600_000],
  pointer: ["00000000-0000-4000-8000-000000000001", "ffffffff-0000-8000-8000-000000000000"],
  any: [0, 1, "1", "a", true, 1n, -0, Number.NaN, [1], { a: 1 }],
};

export const typeNames = Object.keys(domains);

/** A value of the type; null as often as not matters where it is allowed. */
export function randomValue(rng: Rng, type: TypeText): unknown {
  if (type.endsWith("?") && rng.chance(0.3)) return null;
  return rng.pick(domains[required(type)] as readonly unknown[]);
}

export function randomType(rng: Rng): TypeText {
  const name = rng.weighted([
    [6, "int"],
    [4, "float"],
    [5, "str"],
    [2, "bool"],
    [1, "bigint"],
    [1, "bytes"],
    [1, "json"],
    [1, "datetime"],
    [1, "duration"],
    [1, "any"],
  ]);
  return rng.chance(0.25) ? `${name}?` : name;
}
