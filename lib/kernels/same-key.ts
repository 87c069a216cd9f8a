/** Whether the 128-bit keys at `a[4 i …]` and `b[4 j …]` are equal. */
export function sameKey(a: Uint32Array, i: number, b: Uint32Array, j: number): boolean {
  const p = 4 * i;
  const q = 4 * j;
  return a[p] === b[q] && a[p + 1] === b[q + 1] && a[p + 2] === b[q + 2] && a[p + 3] === b[q + 3];
}
