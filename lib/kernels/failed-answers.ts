/**
 * The first of the answers [from, n) that is none: its group has no valid cells, or where answers are ints, it is not a
 * safe one. n where there is none of these, which is nearly always.
 */
export function firstFailedAnswer(
  counts: Float64Array,
  slots: Uint32Array,
  values: Float64Array,
  from: number,
  n: number,
  areInts: boolean,
): number {
  let i = from;
  while (i < n && counts[slots[i]] !== 0 && (!areInts || Number.isSafeInteger(values[i]))) i++;
  return i;
}
