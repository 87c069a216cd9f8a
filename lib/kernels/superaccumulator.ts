/**
 * Exact sums of any doubles: R. M. Neal, "Fast exact summation using small and large superaccumulators",
 * arXiv:1505.05571 (2015), section 2, with chunks of 32 bits.
 *
 * An accumulator is SUPER_CHUNKS doubles, each holding an integer; chunk i weighs 2^(32 i - 1074). Adding a double
 * adds at most 2^32 to each of three chunks, so after 2^20 additions `carryChunks` must run.
 */
export const SUPER_CHUNKS = 68;

/** Additions that an accumulator takes between two carries. */
export const ADDS_BEFORE_CARRY = 1 << 20;

const BASE = 4294967296;
const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);

/** Adds a finite double to the accumulator that begins at `base`. */
export function addToChunks(chunks: Float64Array, base: number, value: number): void {
  bits[0] = value;
  const low = words[0];
  const high = words[1];
  const exponent = (high >>> 20) & 0x7ff;
  const top = (high & 0xfffff) | (exponent === 0 ? 0 : 0x100000);
  const place = exponent === 0 ? 0 : exponent - 1;
  const shift = place & 31;
  const at = base + (place >> 5);
  const piece0 = (low << shift) >>> 0;
  const piece1 = ((top << shift) | ((low >>> 1) >>> (31 - shift))) >>> 0;
  const piece2 = (top >>> 1) >>> (31 - shift);
  const sign = high >>> 31 === 0 ? 1 : -1;
  chunks[at] += sign * piece0;
  chunks[at + 1] += sign * piece1;
  chunks[at + 2] += sign * piece2;
}

/** Makes every chunk but the last a digit in [0, 2^32): the canonical form of the same number. */
export function carryChunks(chunks: Float64Array, base: number): void {
  for (let i = base; i < base + SUPER_CHUNKS - 1; i++) {
    const over = Math.floor(chunks[i] / BASE);
    chunks[i] -= over * BASE;
    chunks[i + 1] += over;
  }
}

/** The accumulator's number as a multiple of 2^-1074. */
export function unitsOfChunks(chunks: Float64Array, base: number): bigint {
  let units = 0n;
  for (let i = SUPER_CHUNKS - 1; i >= 0; i--) units = (units << 32n) + BigInt(chunks[base + i]);
  return units;
}

/** A finite double as a multiple of 2^-1074. */
export function unitsOf(value: number): bigint {
  const chunks = new Float64Array(SUPER_CHUNKS);
  addToChunks(chunks, 0, value);
  return unitsOfChunks(chunks, 0);
}

/** units · 2^exponent / divisor as the nearest double, ties to even; never -0. */
export function nearestQuotient(units: bigint, divisor: bigint, exponent = -1074): number {
  if (units === 0n) return 0;
  const size = units < 0n ? -units : units;
  // At least 66 bits of quotient, so that what the division leaves over can only break ties.
  const scale = Math.max(0, 66 + bitsOf(divisor) - bitsOf(size));
  const dividend = size << BigInt(scale);
  const quotient = dividend / divisor;
  const rounded = roundMantissa(quotient, dividend % divisor !== 0n, exponent - scale);
  return units < 0n ? 0 - rounded : rounded;
}

/** The accumulator's number, rounded once to the nearest double, ties to even. */
export function roundChunks(chunks: Float64Array, base: number): number {
  const digits = chunks.slice(base, base + SUPER_CHUNKS);
  carryChunks(digits, 0);
  const negative = digits[SUPER_CHUNKS - 1] < 0;
  if (negative) {
    for (let i = 0; i < SUPER_CHUNKS; i++) digits[i] = -digits[i];
    carryChunks(digits, 0);
  }
  let top = SUPER_CHUNKS - 1;
  while (top >= 0 && digits[top] === 0) top--;
  if (top < 0) return 0;
  // The three highest digits hold at least 65 significant bits; what is below them only breaks ties.
  let sticky = false;
  for (let i = 0; i < top - 2; i++) if (digits[i] !== 0) sticky = true;
  const middle = top > 0 ? digits[top - 1] : 0;
  const lowest = top > 1 ? digits[top - 2] : 0;
  const mantissa = (BigInt(digits[top]) << 64n) | (BigInt(middle) << 32n) | BigInt(lowest);
  const rounded = roundMantissa(mantissa, sticky, 32 * (top - 2) - 1074);
  return negative ? -rounded : rounded;
}

/** How many binary digits a positive integer has. */
export function bitsOf(value: bigint): number {
  const digits = value.toString(16);
  return 4 * digits.length - Math.clz32(Number.parseInt(digits[0], 16)) + 28;
}

/** mantissa · 2^scale (and a little more where `sticky`) as the nearest double. */
export function roundMantissa(mantissa: bigint, sticky: boolean, scale: number): number {
  // Subnormals have fewer bits: the last kept bit is never below 2^-1074.
  const drop = Math.max(bitsOf(mantissa) - 53, -1074 - scale);
  if (drop <= 0) return Number(mantissa) * 2 ** scale;
  const shift = BigInt(drop);
  let kept = mantissa >> shift;
  const rest = mantissa - (kept << shift);
  const half = 1n << (shift - 1n);
  if (rest > half || (rest === half && (sticky || (kept & 1n) === 1n))) kept += 1n;
  const exponent = scale + drop;
  // 2 ** exponent may itself overflow or vanish where the product does not.
  if (exponent > 900) return Number(kept) * 2 ** 900 * 2 ** (exponent - 900);
  return Number(kept) * 2 ** exponent;
}
