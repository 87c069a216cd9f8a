/**
 * Pairs each row with every stored row of its key: `heads[slots[i]]` begins a chain that `next` continues; -1 ends it.
 * Stored rows from slot `below` on are left out; they stand before all others of their chain. Writes (row, stored slot)
 * from `at` on as far as the arrays reach and returns the new end; a result beyond their length says how much room the
 * whole needs, and the caller tries again.
 */
export function walkChains(
  slots: Int32Array,
  n: number,
  heads: Int32Array,
  next: Int32Array,
  below: number,
  outRows: Uint32Array,
  outSlots: Uint32Array,
): number {
  const room = outRows.length;
  let at = 0;
  for (let i = 0; i < n; i++) {
    if (slots[i] < 0) continue;
    let stored = heads[slots[i]];
    while (stored >= below) stored = next[stored];
    for (; stored >= 0; stored = next[stored]) {
      if (at < room) {
        outRows[at] = i;
        outSlots[at] = stored;
      }
      at++;
    }
  }
  return at;
}

/** The diffs of pairs: those of the rows times how often the stored rows are there. Null stands for ones. */
export function pairDiffs(
  rows: Uint32Array,
  slots: Uint32Array,
  n: number,
  diffs: Int32Array | null,
  counts: Int32Array | null,
  out: Int32Array,
): void {
  for (let i = 0; i < n; i++)
    out[i] = (diffs === null ? 1 : diffs[rows[i]]) * (counts === null ? 1 : counts[slots[i]]);
}

/** Puts each new slot at the head of its key's chain, where no row will ever be taken out of it. */
export function pushChains(
  keys: Int32Array,
  rows: Uint32Array,
  slots: Uint32Array,
  n: number,
  heads: Int32Array,
  next: Int32Array,
): void {
  for (let i = 0; i < n; i++) {
    const key = keys[rows[i]];
    next[slots[i]] = heads[key];
    heads[key] = slots[i];
  }
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
