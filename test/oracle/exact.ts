/**
 * Exact arithmetic on doubles: a finite double is a whole multiple of 2^-1074, the smallest positive one, so sums are
 * sums of BigInts. A quotient is rounded once, to the nearest double, halves to even (IEEE 754, roundTiesToEven).
 */

/** The double as a multiple of 2^-1074. */
export function unitsOf(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 0n ? size : -size;
}

/** The double nearest to units · 2^-1074 / divisor; beyond the largest double it is an infinity. Never -0. */
export function nearestDouble(units: bigint, divisor = 1n): number {
  if (units === 0n) return 0;
  const negative = units < 0n;
  const magnitude = quotientOf(negative ? -units : units, divisor);
  return negative && magnitude !== 0 ? -magnitude : magnitude;
}

/** The quotient must come to 53 bits, or fewer where the result is subnormal (its last bit is worth one unit). */
function quotientOf(units: bigint, divisor: bigint): number {
  const whole = units / divisor;
  const extra = BigInt(Math.max(0, whole.toString(2).length - 53));
  const rounded = roundedHalfEven(units, divisor << extra);
  return scaled(rounded, extra);
}

function roundedHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = 2n * (dividend % divisor);
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}

/** mantissa · 2^(exponent - 1074), which is a double already: every step is exact, or overflows as it should. */
function scaled(mantissa: bigint, exponent: bigint): number {
  let value = Number(mantissa) * Number.MIN_VALUE;
  for (let left = Number(exponent); left > 0; left -= 1000) value *= 2 ** Math.min(left, 1000);
  return value;
}
