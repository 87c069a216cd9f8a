/** 10^0 … 10^22: the powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** The number of the last successful scan: a kernel has one return value. */
export const scanned = new Float64Array(1);

/**
 * Scans a JSON number at `start` into `scanned[0]`, correctly rounded, -0 as 0. Returns its end, or -1 where there is
 * none or it is beyond the range of a double.
 *
 * Clinger 1990, fast path: a mantissa below 2^53 is exact, so is 10^k up to k = 22, so one multiplication or division
 * rounds once, which is correct rounding. Longer numbers are left to `Number(text)`.
 */
export function scanNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let byte = at < end ? bytes[at] : 0;
  const negative = byte === 45;
  if (negative) byte = ++at < end ? bytes[at] : 0;
  const first = at;
  let mantissa = 0;
  while (byte >= 48 && byte <= 57) {
    mantissa = mantissa * 10 + (byte - 48);
    byte = ++at < end ? bytes[at] : 0;
  }
  if (at === first || (bytes[first] === 48 && at > first + 1)) return -1;
  let exponent = 0;
  if (byte === 46) {
    const point = ++at;
    byte = at < end ? bytes[at] : 0;
    while (byte >= 48 && byte <= 57) {
      mantissa = mantissa * 10 + (byte - 48);
      byte = ++at < end ? bytes[at] : 0;
    }
    exponent = point - at;
    if (exponent === 0) return -1;
  }
  if ((byte | 32) === 101) return scanWithExponent(bytes, start, at + 1, end, negative, mantissa, exponent);
  if (mantissa >= 9007199254740992 || exponent < -22) return scanLong(bytes, start, at);
  if (exponent < 0) mantissa /= POWERS[-exponent];
  scanned[0] = negative ? 0 - mantissa : mantissa;
  return at;
}

/** Goes on after the `e` at `start - 1`. */
function scanWithExponent(
  bytes: Uint8Array,
  numberStart: number,
  start: number,
  end: number,
  negative: boolean,
  mantissa: number,
  decimalExponent: number,
): number {
  let at = start;
  const sign = at < end ? bytes[at] : 0;
  if (sign === 43 || sign === 45) at++;
  const first = at;
  let power = 0;
  while (at < end && bytes[at] >= 48 && bytes[at] <= 57)
    power = Math.min(power * 10 + (bytes[at++] - 48), 9999);
  if (at === first) return -1;
  const exponent = decimalExponent + (sign === 45 ? -power : power);
  if (mantissa >= 9007199254740992 || exponent < -22 || exponent > 22)
    return scanLong(bytes, numberStart, at);
  const value = exponent < 0 ? mantissa / POWERS[-exponent] : mantissa * POWERS[exponent];
  scanned[0] = negative ? 0 - value : value;
  return at;
}

function scanLong(bytes: Uint8Array, start: number, end: number): number {
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
  const value = Number(text);
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return -1;
  scanned[0] = value + 0;
  return end;
}

/** Scans all of `bytes[start, end)` as sign and at most 15 digits into `scanned[0]`; false where it is anything else. */
export function scanInteger(bytes: Uint8Array, start: number, end: number): boolean {
  const negative = start < end && bytes[start] === 45;
  const first = negative ? start + 1 : start;
  if (first === end || end - first > 15) return false;
  let value = 0;
  for (let at = first; at < end; at++) {
    const digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) return false;
    value = value * 10 + digit;
  }
  scanned[0] = negative ? 0 - value : value;
  return true;
}
