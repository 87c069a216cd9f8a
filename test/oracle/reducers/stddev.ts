import { nearestDouble } from "../exact.ts";
import { spreadOf } from "./spread.ts";

/** The root of the exact variance, rounded once: the double whose square is nearest by comparing exactly. */
export function stddev(rows: readonly (readonly unknown[])[], options: unknown): unknown {
  const spread = spreadOf(rows, options);
  if (typeof spread !== "object" || spread === null) return spread;
  // In units of 2^-1074 the root is an integer and a rest: 200 more bits and an odd one for the rest decide any tie.
  const scaled = spread.units << 400n;
  const root = rootOf(scaled / spread.divisor);
  const isExact = root * root * spread.divisor === scaled;
  return nearestDouble(2n * root + (isExact ? 0n : 1n), 1n << 201n);
}

/** The greatest integer whose square is not above, by halving. */
function rootOf(value: bigint): bigint {
  let low = 0n;
  let high = 1n << BigInt(Math.ceil(value.toString(2).length / 2) + 1);
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle * middle <= value) low = middle;
    else high = middle;
  }
  return low;
}
