/**
 * Chains the rows of a batch by hash: `heads` (a power of two, filled with -1) holds the last row of each bucket,
 * `links[row]` the one before it. `find` then walks rows that may be equal.
 *
 * The caller's `equal` decides; this is the one kernel with a callback, called only for rows of equal hash.
 */
export function consolidateRows(
  hashes: Uint32Array,
  diffs: Int32Array,
  n: number,
  equal: (a: number, b: number) => boolean,
  heads: Int32Array,
  links: Int32Array,
): void {
  const mask = heads.length - 1;
  for (let row = 0; row < n; row++) {
    const bucket = hashes[row] & mask;
    let other = heads[bucket];
    while (other >= 0 && !(hashes[other] === hashes[row] && equal(other, row))) other = links[other];
    if (other >= 0) {
      diffs[other] += diffs[row];
      diffs[row] = 0;
    } else {
      links[row] = heads[bucket];
      heads[bucket] = row;
    }
  }
}

/** Row numbers with a diff other than 0. Returns their count. */
export function selectNonZero(diffs: Int32Array, n: number, out: Uint32Array): number {
  let kept = 0;
  for (let row = 0; row < n; row++) {
    out[kept] = row;
    if (diffs[row] !== 0) kept++;
  }
  return kept;
}

/** Row numbers, those with a negative diff first, otherwise in order. */
export function deletionsFirst(diffs: Int32Array, n: number, out: Uint32Array): void {
  let at = 0;
  for (let row = 0; row < n; row++) if (diffs[row] < 0) out[at++] = row;
  for (let row = 0; row < n; row++) if (diffs[row] >= 0) out[at++] = row;
}

/** True where no diff is negative. */
export function allPositive(diffs: Int32Array, n: number): boolean {
  for (let row = 0; row < n; row++) if (diffs[row] < 0) return false;
  return true;
}

export function allOnes(diffs: Int32Array, n: number): boolean {
  for (let i = 0; i < n; i++) if (diffs[i] !== 1) return false;
  return true;
}
