import { bitsOf, roundMantissa } from "./superaccumulator.ts";

/** Enough bits of the radicand that its root has 67: what is cut off can only break ties. */
const RADICAND_BITS = 134;

/** The root of units · 2^exponent / divisor (neither negative) as the nearest double, ties to even. */
export function nearestRoot(units: bigint, divisor: bigint, exponent: number): number {
  if (units === 0n) return 0;
  let scale = RADICAND_BITS + bitsOf(divisor) - bitsOf(units);
  // The root halves the exponent.
  if ((exponent - scale) % 2 !== 0) scale++;
  const dividend = scale > 0 ? units << BigInt(scale) : units >> BigInt(-scale);
  const cut = scale < 0 && dividend << BigInt(-scale) !== units;
  const radicand = dividend / divisor;
  const root = wholeRoot(radicand);
  const sticky = cut || root * root !== radicand || radicand * divisor !== dividend;
  return roundMantissa(root, sticky, (exponent - scale) / 2);
}

/** The greatest integer whose square is not above `value`, which is below 2^1000: Newton's method from a double. */
function wholeRoot(value: bigint): bigint {
  let root = BigInt(Math.floor(Math.sqrt(Number(value))));
  for (let step = 0; step < 2; step++) root = (root + value / root) >> 1n;
  while (root * root > value) root -= 1n;
  while ((root + 1n) * (root + 1n) <= value) root += 1n;
  return root;
}
