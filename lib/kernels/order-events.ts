/** Whether the ranks of n events' partitions never fall, so that the events stand in order already. */
export function inOrder(partitions: Int32Array, ranks: Int32Array, n: number): boolean {
  for (let i = 1; i < n; i++) if (ranks[partitions[i]] < ranks[partitions[i - 1]]) return false;
  return true;
}

/**
 * The order of n events by their partitions' ranks, events of a partition as they stand, into `out[0, n)`: a counting
 * sort. `counts` has room for a number more than there are ranks, and is 0.
 */
export function orderEvents(
  partitions: Int32Array,
  ranks: Int32Array,
  counts: Int32Array,
  out: Uint32Array,
  n: number,
): void {
  for (let i = 0; i < n; i++) counts[ranks[partitions[i]] + 1]++;
  for (let rank = 1; rank < counts.length; rank++) counts[rank] += counts[rank - 1];
  for (let i = 0; i < n; i++) out[counts[ranks[partitions[i]]]++] = i;
}
