/** JSON diffs as bytes: a growing output buffer and kernels that write into it. */

/** Constants are written eight bytes at a time, so they may write up to seven bytes of garbage behind their end. */
const SLACK = 8;

export class DiffBytes {
  bytes = new Uint8Array(1 << 22);
  view = new DataView(this.bytes.buffer);
  length = 0;
  written = 0;

  /** Makes room for `more` bytes. */
  reserve(more: number): void {
    if (this.length + more + SLACK <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more + SLACK));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Ends a message: what a producer would take. */
  flush(): void {
    this.written += this.length;
    this.length = 0;
  }
}

/**
 * A constant piece of output as doubles. ASCII never looks like a NaN (whose last two bytes are f0…ff 7f or ff), so
 * moving it through double registers keeps every bit.
 */
export interface Constant {
  words: Float64Array;
  length: number;
}

export function constant(text: string): Constant {
  const bytes = new Uint8Array((text.length + 7) & ~7);
  new TextEncoder().encodeInto(text, bytes);
  return { words: new Float64Array(bytes.buffer), length: text.length };
}

/** Writes a constant; returns the end. */
export function putConstant(view: DataView, at: number, from: Constant): number {
  const { words, length } = from;
  for (let i = 0; i < words.length; i++) view.setFloat64(at + i * 8, words[i], true);
  return at + length;
}

/** Copies bytes [start, end). `from` must be followed by 4 bytes of slack. */
export function putText(view: DataView, at: number, from: DataView, start: number, end: number): number {
  for (let to = at; start < end; start += 4, to += 4) {
    view.setInt32(to, from.getInt32(start, true), true);
    if (start + 4 >= end) return to + end - start;
  }
  return at;
}

/** Copies bytes one by one: no slack needed on either side. */
export function putBytes(out: Uint8Array, at: number, from: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) out[at++] = from[i];
  return at;
}

/** Writes a non-negative integer below 2^53. */
export function putDigits(out: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    out[at] = 48 + value;
    return at + 1;
  }
  let width = 2;
  for (let limit = 100; value >= limit && width < 17; limit *= 10) width++;
  let position = at + width;
  let rest = value;
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
  return at + width;
}

/**
 * Writes a double in its shortest form. Integers and cents below 10^13 are done by hand: a decimal of at most 15
 * digits names one double only, so n/100 without trailing zeros is the shortest text; all else takes String().
 */
export function putNumber(out: Uint8Array, at: number, value: number): number {
  const size = Math.abs(value);
  if (size < 1e13) {
    const cents = Math.round(size * 100);
    if (cents / 100 === size) {
      if (value < 0) out[at++] = 45;
      const whole = Math.floor(cents / 100);
      const rest = cents - whole * 100;
      at = putDigits(out, at, whole);
      if (rest === 0) return at;
      const tens = (rest / 10) | 0;
      out[at++] = 46;
      out[at++] = 48 + tens;
      const ones = rest - tens * 10;
      if (ones !== 0) out[at++] = 48 + ones;
      return at;
    }
  }
  const text = String(value);
  for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i);
  return at;
}
