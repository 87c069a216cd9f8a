/** Bytes that `writeNumber` may write. */
export const NUMBER_BYTES_MAX = 32;

/** Writes a safe integer in decimal and returns the new end; -0 as 0. */
export function writeInteger(out: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  if (value < 0) {
    out[at++] = 45;
    rest = -value;
  }
  let width = 1;
  for (let limit = 10; rest >= limit; limit *= 10) width++;
  const end = at + width;
  let position = end;
  // Above 2^31 digits are split off with doubles, below with the much cheaper 32-bit division.
  while (rest > 0x7fffffff) {
    const next = Math.floor(rest / 10);
    out[--position] = 48 + (rest - next * 10);
    rest = next;
  }
  let small = rest | 0;
  while (position > at) {
    const next = (small / 10) | 0;
    out[--position] = 48 + (small - next * 10);
    small = next;
  }
  return end;
}

/**
 * Writes a finite number in JS's own form (the shortest that reads back as the same double) and returns the new end;
 * -0 as 0.
 *
 * Up to six decimals are done by hand: two decimals of at most 15 digits never round to one double, so where
 * n / 10^6 is the double and n < 10^15, n without its trailing zeros is its one shortest form.
 */
export function writeNumber(out: Uint8Array, start: number, value: number): number {
  const size = Math.abs(value);
  if (size <= 9007199254740991 && size === Math.floor(size)) return writeInteger(out, start, value);
  if (size < 1e9) {
    const millionths = Math.round(size * 1e6);
    if (millionths / 1e6 === size) return writeMillionths(out, start, value < 0, millionths);
  }
  return writeAscii(out, start, String(value));
}

function writeMillionths(out: Uint8Array, start: number, negative: boolean, millionths: number): number {
  let at = start;
  if (negative) out[at++] = 45;
  const whole = Math.floor(millionths / 1e6);
  at = writeInteger(out, at, whole);
  out[at++] = 46;
  let rest = (millionths - whole * 1e6) | 0;
  let end = at;
  for (let i = at + 5; i >= at; i--) {
    const next = (rest / 10) | 0;
    const digit = rest - next * 10;
    out[i] = 48 + digit;
    if (digit !== 0 && end === at) end = i + 1;
    rest = next;
  }
  return end;
}

/** Writes a text of ASCII characters and returns the new end. */
export function writeAscii(out: Uint8Array, start: number, text: string): number {
  const { length } = text;
  for (let i = 0; i < length; i++) out[start + i] = text.charCodeAt(i);
  return start + length;
}
