/**
 * Bytes, four at a time: a word holds four bytes, the first in the lowest (little-endian), read through a DataView,
 * whose unaligned loads V8 compiles to one instruction. Marks are the high bits of the bytes that fit a condition;
 * a mark above the lowest one may be wrong (a borrow), so only the lowest is ever used.
 * Warren, Hacker's Delight, 2nd ed., section 6-1.
 */
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080;
const QUOTES = 34 * ONES;
const BACKSLASHES = 92 * ONES;
const SPACES = 32 * ONES;

/** Bytes of a JSON string that need a second look: control characters, quotes, backslashes and all but ASCII. */
export function markSpecial(word: number): number {
  const quote = word ^ QUOTES;
  const slash = word ^ BACKSLASHES;
  const marks = ((quote - ONES) & ~quote) | ((slash - ONES) & ~slash) | ((word - SPACES) & ~word) | word;
  return marks & HIGH_BITS;
}

/** How many bytes stand before the lowest mark, times eight. */
export function shiftOf(marks: number): number {
  return (31 - Math.clz32(marks & -marks)) & 24;
}

/** The view through which kernels read `bytes` in words. */
export function wordsOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
