/*
 * Code points of UTF-8 texts, and parts of texts as slices over the same bytes. Texts are valid UTF-8, so that every
 * byte but 10xxxxxx begins a code point. Cell i of an operand is number `i & mask`: mask 0 stays at a constant.
 */

/** Slices of bytes: cell i is `bytes[starts[i], ends[i])`. */
export interface Slices {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

export function codePointsBetween(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if ((bytes[i] & 0xc0) !== 0x80) count++;
  return count;
}

/** out[i]: the code points of text i. */
export function countCodePoints({ bytes, starts, ends }: Slices, n: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) out[i] = codePointsBetween(bytes, starts[i], ends[i]);
}

/** Where code point `index` of `bytes[start, end)` begins, a negative one counted from the end; held to the text. */
function placeOf(bytes: Uint8Array, start: number, end: number, index: number): number {
  if (index >= 0) {
    let at = start;
    for (let left = index; left > 0 && at < end; left--) {
      at++;
      while (at < end && (bytes[at] & 0xc0) === 0x80) at++;
    }
    return at;
  }
  let at = end;
  for (let left = -index; left > 0 && at > start; left--) {
    at--;
    while (at > start && (bytes[at] & 0xc0) === 0x80) at--;
  }
  return at;
}

/** The code points from `from[i]` up to `to[i]` of each text; negative places count from the end. */
export function sliceTexts(
  { bytes, starts, ends }: Slices,
  from: Float64Array,
  fromMask: number,
  to: Float64Array,
  toMask: number,
  n: number,
  outStarts: Uint32Array,
  outEnds: Uint32Array,
): void {
  for (let i = 0; i < n; i++) {
    const start = starts[i];
    const end = ends[i];
    const first = placeOf(bytes, start, end, from[i & fromMask]);
    const last = to[i & toMask] > end - start ? end : placeOf(bytes, start, end, to[i & toMask]);
    outStarts[i] = first;
    outEnds[i] = Math.max(first, last);
  }
}

/** Writes each text with its code points in reverse, the bytes end to end from 0 on. */
export function reverseTexts(
  { bytes, starts, ends }: Slices,
  n: number,
  out: Uint8Array,
  outStarts: Uint32Array,
  outEnds: Uint32Array,
): void {
  let at = 0;
  for (let row = 0; row < n; row++) {
    outStarts[row] = at;
    let end = ends[row];
    for (let i = end - 1; i >= starts[row]; i--) {
      if ((bytes[i] & 0xc0) === 0x80) continue;
      for (let j = i; j < end; j++) out[at++] = bytes[j];
      end = i;
    }
    outEnds[row] = at;
  }
}

/** Leaves white space out at both ends of each text. */
export function trimTexts(
  { bytes, starts, ends }: Slices,
  n: number,
  outStarts: Uint32Array,
  outEnds: Uint32Array,
): void {
  for (let row = 0; row < n; row++) {
    let start = starts[row];
    let end = ends[row];
    for (let size = spaceAt(bytes, start, end); size > 0; size = spaceAt(bytes, start, end)) start += size;
    for (let size = spaceBefore(bytes, start, end); size > 0; size = spaceBefore(bytes, start, end))
      end -= size;
    outStarts[row] = start;
    outEnds[row] = end;
  }
}

/** The bytes of the white space that begins at `at`, or 0: what `String.prototype.trim` takes away. */
function spaceAt(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return 0;
  const first = bytes[at];
  if (first < 0x80) return first === 32 || (first >= 9 && first <= 13) ? 1 : 0;
  if (first === 0xc2) return bytes[at + 1] === 0xa0 ? 2 : 0;
  if (first < 0xe1 || first > 0xef) return 0;
  return isWideSpace(((first & 15) << 12) | ((bytes[at + 1] & 63) << 6) | (bytes[at + 2] & 63)) ? 3 : 0;
}

/** The bytes of the white space that ends at `end`, or 0. */
function spaceBefore(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start) return 0;
  let at = end - 1;
  while (at > start && (bytes[at] & 0xc0) === 0x80) at--;
  return spaceAt(bytes, at, end);
}

/** Spaces above U+07FF: Unicode's separators (Z) and U+FEFF. */
function isWideSpace(point: number): boolean {
  if (point >= 0x2000 && point <= 0x200a) return true;
  return (
    point === 0x1680 ||
    point === 0x2028 ||
    point === 0x2029 ||
    point === 0x202f ||
    point === 0x205f ||
    point === 0x3000 ||
    point === 0xfeff
  );
}
