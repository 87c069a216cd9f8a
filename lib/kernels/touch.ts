/**
 * Lists each distinct slot once, with the first row that has it: `marks[slot] === epoch` says it was seen.
 * Returns their count. The caller raises `epoch` by one each time, so that marks need no clearing.
 */
export function touchSlots(
  slots: Int32Array,
  n: number,
  marks: Uint32Array,
  epoch: number,
  touched: Uint32Array,
  firstRows: Uint32Array,
): number {
  let count = 0;
  for (let row = 0; row < n; row++) {
    const slot = slots[row];
    touched[count] = slot;
    firstRows[count] = row;
    if (marks[slot] !== epoch) {
      marks[slot] = epoch;
      count++;
    }
  }
  return count;
}

/** counts[slot] += diff, for each row. */
export function addDiffs(slots: Int32Array, diffs: Int32Array | null, n: number, counts: Float64Array): void {
  if (diffs === null) for (let i = 0; i < n; i++) counts[slots[i]]++;
  else for (let i = 0; i < n; i++) counts[slots[i]] += diffs[i];
}
