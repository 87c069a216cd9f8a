/**
 * What is left to say of a consolidated commit where only each key's last row counts: all rows that came, and those that
 * went while none of their key came. `words` has four words of key a row; `order` lists rows, those that went first.
 * Writes them to `out` in the order given and returns how many there are.
 */
export function lastChanges(
  words: Uint32Array,
  diffs: Int32Array,
  order: Uint32Array,
  out: Uint32Array,
): number {
  let came = 0;
  for (let i = 0; i < order.length; i++) if (diffs[order[i]] > 0) came++;
  let capacity = 4;
  while (capacity < 2 * came) capacity *= 2;
  const mask = capacity - 1;
  /** Row + 1 by the first word of its key, linear probing. */
  const rows = new Int32Array(capacity);
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    if (diffs[row] > 0) rows[place(words, rows, mask, row)] = row + 1;
  }
  let count = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    if (diffs[row] > 0 || rows[place(words, rows, mask, row)] === 0) out[count++] = row;
  }
  return count;
}

/** Where a row of this key stands, or the free place for it. */
function place(words: Uint32Array, rows: Int32Array, mask: number, row: number): number {
  const at = 4 * row;
  let i = words[at] & mask;
  while (rows[i] !== 0) {
    const other = 4 * (rows[i] - 1);
    if (
      words[other] === words[at] &&
      words[other + 1] === words[at + 1] &&
      words[other + 2] === words[at + 2] &&
      words[other + 3] === words[at + 3]
    ) {
      return i;
    }
    i = (i + 1) & mask;
  }
  return i;
}
