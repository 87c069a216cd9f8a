/**
 * Pairs each row with every stored row of its key: `heads[slots[i]]` begins a chain that `next` continues; -1 ends it.
 * Writes (row, stored slot, diff · count) from `at` on as far as the arrays reach and returns the new end; a result
 * beyond their length says how much room the whole needs, and the caller tries again.
 */
export function walkChains(
  slots: Int32Array,
  n: number,
  heads: Int32Array,
  next: Int32Array,
  diffs: Int32Array | null,
  counts: Int32Array,
  outRows: Uint32Array,
  outSlots: Uint32Array,
  outDiffs: Int32Array,
): number {
  const room = outRows.length;
  let at = 0;
  for (let i = 0; i < n; i++) {
    if (slots[i] < 0) continue;
    const diff = diffs === null ? 1 : diffs[i];
    for (let stored = heads[slots[i]]; stored >= 0; stored = next[stored]) {
      if (at < room) {
        outRows[at] = i;
        outSlots[at] = stored;
        outDiffs[at] = diff * counts[stored];
      }
      at++;
    }
  }
  return at;
}

/** Puts each new slot at the head of its key's chain. */
export function linkChains(
  keys: Int32Array,
  rows: Uint32Array,
  slots: Uint32Array,
  n: number,
  heads: Int32Array,
  next: Int32Array,
  previous: Int32Array,
  keySlots: Int32Array,
): void {
  for (let i = 0; i < n; i++) {
    const slot = slots[i];
    const key = keys[rows[i]];
    const head = heads[key];
    keySlots[slot] = key;
    next[slot] = head;
    previous[slot] = -1;
    if (head >= 0) previous[head] = slot;
    heads[key] = slot;
  }
}
