/**
 * Writes text a[i & aMask] followed by b[i & bMask], for each row, into `out` from `at` on, and where each begins and
 * ends. Returns the new end; there must be room.
 */
export function joinTexts(
  aBytes: Uint8Array,
  aStarts: Uint32Array,
  aEnds: Uint32Array,
  aMask: number,
  bBytes: Uint8Array,
  bStarts: Uint32Array,
  bEnds: Uint32Array,
  bMask: number,
  n: number,
  out: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
): number {
  let at = 0;
  for (let row = 0; row < n; row++) {
    starts[row] = at;
    for (let i = aStarts[row & aMask]; i < aEnds[row & aMask]; i++) out[at++] = aBytes[i];
    for (let i = bStarts[row & bMask]; i < bEnds[row & bMask]; i++) out[at++] = bBytes[i];
    ends[row] = at;
  }
  return at;
}

/** The bytes of all cells together. */
export function countBytes(starts: Uint32Array, ends: Uint32Array, mask: number, n: number): number {
  let count = 0;
  for (let row = 0; row < n; row++) count += ends[row & mask] - starts[row & mask];
  return count;
}

/** Makes the slices of cells without a value empty. */
export function emptyTagged(tags: Uint8Array, n: number, starts: Uint32Array, ends: Uint32Array): void {
  for (let i = 0; i < n; i++) {
    if (tags[i] === 0) continue;
    starts[i] = 0;
    ends[i] = 0;
  }
}

/** Copies each of n slices to a place of its own, `width` bytes apart; a slice is no longer than that. */
export function copySlices(
  bytes: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
  n: number,
  width: number,
  out: Uint8Array,
): void {
  for (let row = 0; row < n; row++) {
    const to = width * row - starts[row];
    for (let i = starts[row]; i < ends[row]; i++) out[to + i] = bytes[i];
  }
}
