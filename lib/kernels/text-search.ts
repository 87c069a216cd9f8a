import { codePointsBetween, type Slices } from "./text-parts.ts";

/*
 * Texts within texts. UTF-8 synchronises itself: a text found in another one begins and ends between code points.
 * Text i is looked for in text i of the first operand; `soughtMask` 0 looks for one text everywhere.
 */

/** The first place from `from` on where the sought text stands in `bytes[from, end)`, or -1. */
function placeIn(bytes: Uint8Array, from: number, end: number, sought: Slices, i: number): number {
  const first = sought.starts[i];
  const length = sought.ends[i] - first;
  for (let at = from; at + length <= end; at++) if (standsAt(bytes, at, sought, first, length)) return at;
  return -1;
}

function lastPlaceIn(bytes: Uint8Array, start: number, end: number, sought: Slices, i: number): number {
  const first = sought.starts[i];
  const length = sought.ends[i] - first;
  for (let at = end - length; at >= start; at--) if (standsAt(bytes, at, sought, first, length)) return at;
  return -1;
}

function standsAt(bytes: Uint8Array, at: number, sought: Slices, first: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[at + i] !== sought.bytes[first + i]) return false;
  return true;
}

/** out[i]: the code points before the first occurrence, or -1. */
export function findTexts(
  { bytes, starts, ends }: Slices,
  sought: Slices,
  soughtMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) {
    const at = placeIn(bytes, starts[i], ends[i], sought, i & soughtMask);
    out[i] = at < 0 ? -1 : codePointsBetween(bytes, starts[i], at);
  }
}

/** out[i]: the code points before the last occurrence, or -1. */
export function findLastTexts(
  { bytes, starts, ends }: Slices,
  sought: Slices,
  soughtMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) {
    const at = lastPlaceIn(bytes, starts[i], ends[i], sought, i & soughtMask);
    out[i] = at < 0 ? -1 : codePointsBetween(bytes, starts[i], at);
  }
}

/** out[i]: occurrences that do not overlap; the empty text stands before, between and after all code points. */
export function countTexts(
  { bytes, starts, ends }: Slices,
  sought: Slices,
  soughtMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) {
    const j = i & soughtMask;
    const end = ends[i];
    const length = sought.ends[j] - sought.starts[j];
    if (length === 0) {
      out[i] = codePointsBetween(bytes, starts[i], end) + 1;
      continue;
    }
    let count = 0;
    let at = placeIn(bytes, starts[i], end, sought, j);
    while (at >= 0) {
      count++;
      at = placeIn(bytes, at + length, end, sought, j);
    }
    out[i] = count;
  }
}

/** out[i] = 1 where the text begins with the sought one, else 0. */
export function testPrefixes(
  { bytes, starts, ends }: Slices,
  sought: Slices,
  soughtMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) {
    const first = sought.starts[i & soughtMask];
    const length = sought.ends[i & soughtMask] - first;
    out[i] = length <= ends[i] - starts[i] && standsAt(bytes, starts[i], sought, first, length) ? 1 : 0;
  }
}

/** out[i] = 1 where the text ends with the sought one, else 0. */
export function testSuffixes(
  { bytes, starts, ends }: Slices,
  sought: Slices,
  soughtMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) {
    const first = sought.starts[i & soughtMask];
    const length = sought.ends[i & soughtMask] - first;
    out[i] =
      length <= ends[i] - starts[i] && standsAt(bytes, ends[i] - length, sought, first, length) ? 1 : 0;
  }
}

/** Moves the starts behind the sought text where `found[i]` says that the text begins with it. */
export function dropPrefixes(
  starts: Uint32Array,
  sought: Slices,
  soughtMask: number,
  found: Float64Array,
  n: number,
  outStarts: Uint32Array,
): void {
  for (let i = 0; i < n; i++) {
    const j = i & soughtMask;
    outStarts[i] = starts[i] + found[i] * (sought.ends[j] - sought.starts[j]);
  }
}

/** Moves the ends before the sought text where `found[i]` says that the text ends with it. */
export function dropSuffixes(
  ends: Uint32Array,
  sought: Slices,
  soughtMask: number,
  found: Float64Array,
  n: number,
  outEnds: Uint32Array,
): void {
  for (let i = 0; i < n; i++) {
    const j = i & soughtMask;
    outEnds[i] = ends[i] - found[i] * (sought.ends[j] - sought.starts[j]);
  }
}
