/**
 * Quotients of exact sums, rounded once. (large + small) / count with the sum taken exactly: the rounded quotient and
 * its remainder by Dekker's two-product (T. J. Dekker, Numer. Math. 18, 1971), then one rounding of their sum.
 *
 * Returns NaN where this is not certain to be the nearest double: the remainder's own error could turn a near tie, or
 * a product could leave the range; the caller then divides whole numbers (`nearestQuotient`).
 */
export function divideExact(large: number, small: number, count: number): number {
  const sum = large + small;
  const back = sum - large;
  const error = large - (sum - back) + (small - back);
  const quotient = sum / count;
  if (error === 0) return quotient;
  const size = Math.abs(quotient);
  if (!(size < RANGE_HIGH && size > RANGE_LOW)) return Number.NaN;
  const splitQ = SPLIT * quotient;
  const highQ = splitQ - (splitQ - quotient);
  const lowQ = quotient - highQ;
  const splitC = SPLIT * count;
  const highC = splitC - (splitC - count);
  const lowC = count - highC;
  const product = quotient * count;
  const productError = lowQ * lowC - (product - highQ * highC - lowQ * highC - highQ * lowC);
  const rest = (sum - product - productError + error) / count;
  const below = quotient + rest * (1 - SLACK);
  return below === quotient + rest * (1 + SLACK) ? below : Number.NaN;
}

const SPLIT = 2 ** 27 + 1;
/** Far above the relative error of `rest`, which is below 2^-51. */
const SLACK = 2 ** -46;
/** Within these no product or remainder overflows or becomes subnormal. */
const RANGE_HIGH = 2 ** 900;
const RANGE_LOW = 2 ** -900;
