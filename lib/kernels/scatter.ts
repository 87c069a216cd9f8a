import { wordsOf } from "./words.ts";

/** The inverse of lib/kernels/gather.ts: row rows[i] of a batch goes to slot slots[i] of a store. */

export function scatterNumbers(
  values: Float64Array,
  rows: Uint32Array,
  slots: Uint32Array,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[slots[i]] = values[rows[i]];
}

export function scatterTags(
  tags: Uint8Array,
  rows: Uint32Array,
  slots: Uint32Array,
  n: number,
  out: Uint8Array,
): void {
  for (let i = 0; i < n; i++) out[slots[i]] = tags[rows[i]];
}

/** Four words a key. */
export function scatterKeys(
  keys: Uint32Array,
  rows: Uint32Array,
  slots: Uint32Array,
  n: number,
  out: Uint32Array,
): void {
  for (let i = 0; i < n; i++) {
    const from = 4 * rows[i];
    const to = 4 * slots[i];
    out[to] = keys[from];
    out[to + 1] = keys[from + 1];
    out[to + 2] = keys[from + 2];
    out[to + 3] = keys[from + 3];
  }
}

/** Bytes of the texts of these rows, all together. */
export function bytesOfTexts(starts: Uint32Array, ends: Uint32Array, rows: Uint32Array, n: number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += ends[rows[i]] - starts[rows[i]];
  return total;
}

/** Copies texts to `arena` from `used` on, where there must be room; returns the new end. */
export function scatterTexts(
  bytes: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
  rows: Uint32Array,
  slots: Uint32Array,
  n: number,
  arena: Uint8Array,
  used: number,
  outStarts: Uint32Array,
  outEnds: Uint32Array,
): number {
  const words = wordsOf(bytes);
  const arenaWords = wordsOf(arena);
  let at = used;
  for (let i = 0; i < n; i++) {
    const end = ends[rows[i]];
    let from = starts[rows[i]];
    outStarts[slots[i]] = at;
    for (; from + 4 <= end; from += 4, at += 4) arenaWords.setInt32(at, words.getInt32(from));
    while (from < end) arena[at++] = bytes[from++];
    outEnds[slots[i]] = at;
  }
  return at;
}
