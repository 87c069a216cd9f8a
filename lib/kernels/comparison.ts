import { compareBytes } from "./compare-bytes.ts";

/*
 * Comparisons of columns into 0 and 1. Cell i is number `i & mask`: mask -1 walks a column, mask 0 stays at a constant.
 */

/** NaN equals NaN. */
export function equalNumbers(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) {
    const x = a[i & aMask];
    const y = b[i & bMask];
    out[i] = x === y || (x !== x && y !== y) ? 1 : 0;
  }
}

export function lessNumbers(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = a[i & aMask] < b[i & bMask] ? 1 : 0;
}

export function lessOrEqualNumbers(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = a[i & aMask] <= b[i & bMask] ? 1 : 0;
}

/** Slices of bytes: cell i is `bytes[starts[i], ends[i])`. */
interface Slices {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

export function equalTexts(
  a: Slices,
  aMask: number,
  b: Slices,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  const aBytes = a.bytes;
  const bBytes = b.bytes;
  const aStarts = a.starts;
  const bStarts = b.starts;
  const aEnds = a.ends;
  const bEnds = b.ends;
  for (let row = 0; row < n; row++) {
    const start = aStarts[row & aMask];
    const length = aEnds[row & aMask] - start;
    const other = bStarts[row & bMask];
    let same = length === bEnds[row & bMask] - other;
    for (let i = 0; same && i < length; i++) same = aBytes[start + i] === bBytes[other + i];
    out[row] = same ? 1 : 0;
  }
}

/** out[i] = 1 where the order of the texts is at most `limit`: -1 for less than, 0 for less than or equal. */
export function orderTexts(
  a: Slices,
  aMask: number,
  b: Slices,
  bMask: number,
  limit: number,
  n: number,
  out: Float64Array,
): void {
  for (let row = 0; row < n; row++) {
    const i = row & aMask;
    const j = row & bMask;
    const order = compareBytes(a.bytes, a.starts[i], a.ends[i], b.bytes, b.starts[j], b.ends[j]);
    out[row] = order <= limit ? 1 : 0;
  }
}

/** Turns 0 into 1 and 1 into 0. */
export function invertBits(values: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) values[i] = 1 - values[i];
}

export function andBits(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = a[i & aMask] * b[i & bMask];
}

export function orBits(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = a[i & aMask] + b[i & bMask] > 0 ? 1 : 0;
}

export function xorBits(
  a: Float64Array,
  aMask: number,
  b: Float64Array,
  bMask: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = a[i & aMask] !== b[i & bMask] ? 1 : 0;
}

/** Row numbers where a bool column is false (a value, not null or failed). Returns their count. */
export function selectFalse(
  values: Float64Array,
  tags: Uint8Array | null,
  n: number,
  out: Uint32Array,
): number {
  let kept = 0;
  for (let i = 0; i < n; i++) {
    out[kept] = i;
    if (values[i] === 0 && (tags === null || tags[i] === 0)) kept++;
  }
  return kept;
}
