/**
 * Arithmetic on columns of doubles. Operand i is `a[i & aMask]`: mask -1 walks a column, mask 0 stays at a constant.
 * `+ 0` makes -0 a 0, as everywhere in columns.
 */
export type BinaryKernel = (
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
) => void;

export function addNumbers(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = a[i & aMask] + b[i & bMask];
}

export function subtractNumbers(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = a[i & aMask] - b[i & bMask];
}

export function multiplyNumbers(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = a[i & aMask] * b[i & bMask] + 0;
}

export function divideNumbers(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = a[i & aMask] / b[i & bMask] + 0;
}

export function floorDivideInts(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = floorDivideInt(a[i & aMask], b[i & bMask]);
}

export function floorDivideNumbers(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = floorDivide(a[i & aMask], b[i & bMask]);
}

export function floorModNumbers(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = floorMod(a[i & aMask], b[i & bMask]);
}

export function raiseInts(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = raiseInt(a[i & aMask], b[i & bMask]);
}

export function raiseNumbers(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = a[i & aMask] ** b[i & bMask] + 0;
}

export function negateNumbers(a: Float64Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) out[i] = 0 - a[i];
}

export function floorNumbers(a: Float64Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) out[i] = Math.floor(a[i]) + 0;
}

export function truncateNumbers(a: Float64Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) out[i] = Math.trunc(a[i]) + 0;
}

/** out[i] = 1 where a[i] is not 0 (NaN is not 0). */
export function testNumbers(a: Float64Array, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) out[i] = a[i] !== 0 ? 1 : 0;
}

/**
 * ⌊a / b⌋ of safe integers, b ≠ 0. The double a / b never rounds up to an integer k that the quotient is below: it
 * lies at least 1/|b| under k, and half its last place is at most |a/b| · 2^-53 < 1/|b|.
 */
function floorDivideInt(a: number, b: number): number {
  return Math.floor(a / b) + 0;
}

/**
 * ⌊a / b⌋ of doubles, b ≠ 0, as the exact quotient has it (1 by 0.1 is 9, since the double 0.1 is above 1/10). Where
 * a / b came out whole though it is not, `a % b`, which is exact, tells from which side it was rounded. Beyond 2^52
 * doubles have no fractions, and the answer is the double nearest to the quotient.
 */
export function floorDivide(a: number, b: number): number {
  const quotient = a / b;
  const floor = Math.floor(quotient) + 0;
  if (floor !== quotient || floor >= 4503599627370496 || floor <= -4503599627370496) return floor;
  const rest = a % b;
  if (rest === 0) return floor;
  const nearNext = Math.abs(rest) > Math.abs(b) / 2;
  return a < 0 === b < 0 ? (nearNext ? floor - 1 : floor) : nearNext ? floor : floor - 1;
}

/** The remainder of floor division: 0 or of the divisor's sign. */
export function floorMod(a: number, b: number): number {
  const rest = a % b;
  return (rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest) + 0;
}

/**
 * a^b of safe integers by squaring, exact while it is safe; an unsafe number (Infinity) where it is not; NaN where b
 * is negative. `Math.pow` may be off by one in the last place, which for an int is a wrong answer.
 */
function raiseInt(a: number, b: number): number {
  if (b < 0) return Number.NaN;
  if (a === 0 || a === 1) return b === 0 ? 1 : a;
  if (a === -1) return b % 2 === 0 ? 1 : -1;
  if (b > 53) return Number.POSITIVE_INFINITY;
  let result = 1;
  // Once unsafe, magnitudes only grow, so the result is unsafe too.
  for (let i = 0; i < b; i++) result *= a;
  return result;
}

/** The first row from `from` on whose number is not a safe integer; n where there is none. */
export function findUnsafe(values: Float64Array, from: number, n: number): number {
  let i = from;
  while (i < n && values[i] <= 9007199254740991 && values[i] >= -9007199254740991) i++;
  return i;
}

/** The first row from `from` on whose number is NaN or beyond ±limit; n where there is none. */
export function findBeyond(values: Float64Array, limit: number, from: number, n: number): number {
  let i = from;
  while (i < n && values[i] <= limit && values[i] >= -limit) i++;
  return i;
}

/** The first row from `from` on whose number is 0; n where there is none. */
export function findZero(values: Float64Array, mask: number, from: number, n: number): number {
  let i = from;
  while (i < n && values[i & mask] !== 0) i++;
  return i;
}
