/** The order of the 128-bit keys at `a[4 i …]` and `b[4 j …]`, which is that of their texts: byte by byte. */
export function compareKeys(a: Uint32Array, i: number, b: Uint32Array, j: number): number {
  for (let w = 0; w < 4; w++) {
    const x = a[4 * i + w];
    const y = b[4 * j + w];
    if (x !== y) return swapped(x) < swapped(y) ? -1 : 1;
  }
  return 0;
}

/** The least significant byte of a word is the first of its text. */
function swapped(word: number): number {
  return (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}
