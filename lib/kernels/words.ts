/**
 * Bytes, four at a time: a word holds four bytes, the first in the lowest (little-endian), read through a DataView,
 * whose unaligned loads V8 compiles to one instruction. Marks are the high bits of the bytes that fit a condition;
 * a mark above the lowest one may be wrong (a borrow or carry), so only the lowest is ever used.
 * Warren, Hacker's Delight, 2nd ed., section 6-1.
 */
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080;
const QUOTES = 34 * ONES;
const BACKSLASHES = 92 * ONES;
const SPACES = 32 * ONES;
const ZEROS = 48 * ONES;

/** Bytes of a JSON string that need a second look: control characters, quotes, backslashes and all but ASCII. */
export function markSpecial(word: number): number {
  const quote = word ^ QUOTES;
  const slash = word ^ BACKSLASHES;
  const marks = ((quote - ONES) & ~quote) | ((slash - ONES) & ~slash) | ((word - SPACES) & ~word) | word;
  return marks & HIGH_BITS;
}

/** Bytes that are no digits: a digit xor 0x30 is 0…9, and adding 0x76 to anything larger sets the high bit. */
function markOthers(word: number): number {
  const digits = word ^ ZEROS;
  return ((digits + 0x76767676) | digits) & HIGH_BITS;
}

/** How many bytes stand before the lowest mark, times eight. */
export function shiftOf(marks: number): number {
  return (31 - Math.clz32(marks & -marks)) & 24;
}

/** The view through which kernels read `bytes` in words. */
export function wordsOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The end of the digits from `at` on; reads up to three bytes beyond it, which must be there. */
export function skipDigitWords(words: DataView, start: number, last: number): number {
  let at = start;
  while (at < last) {
    const others = markOthers(words.getInt32(at, true));
    if (others !== 0) return at + (shiftOf(others) >>> 3);
    at += 4;
  }
  return at;
}

/** The first byte from `at` on that `markSpecial` marks, or `last` or a little more. */
export function skipPlainWords(words: DataView, start: number, last: number): number {
  let at = start;
  while (at < last) {
    const marks = markSpecial(words.getInt32(at, true));
    if (marks !== 0) return at + (shiftOf(marks) >>> 3);
    at += 4;
  }
  return at;
}
