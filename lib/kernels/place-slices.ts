/**
 * Where entries [from, to) of packed bytes lie after their bytes, end to end, were copied to `at`: rows `row` on get
 * their starts and ends. `ends` are those of the packed bytes; entry -1 ends at 0.
 */
export function placeSlices(
  ends: Uint32Array,
  from: number,
  to: number,
  at: number,
  row: number,
  starts: Uint32Array,
  out: Uint32Array,
): void {
  let end = from === 0 ? 0 : ends[from - 1];
  const shift = at - end;
  for (let i = from; i < to; i++) {
    starts[row + i - from] = end + shift;
    end = ends[i];
    out[row + i - from] = end + shift;
  }
}
