/** counts[slot] += diff for each row whose cell is a value or null (tag below 2, which marks failed cells). */
export function countCells(
  slots: Int32Array,
  tags: Uint8Array,
  diffs: Int32Array | null,
  n: number,
  counts: Float64Array,
): void {
  for (let i = 0; i < n; i++) if (tags[i] < 2) counts[slots[i]] += diffs === null ? 1 : diffs[i];
}

/** counts[slot] += diff for each row whose cell is a value. */
export function countValues(
  slots: Int32Array,
  tags: Uint8Array,
  diffs: Int32Array | null,
  n: number,
  counts: Float64Array,
): void {
  for (let i = 0; i < n; i++) if (tags[i] === 0) counts[slots[i]] += diffs === null ? 1 : diffs[i];
}
