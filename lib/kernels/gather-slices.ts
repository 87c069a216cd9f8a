/** Slices that are farther apart are copied one by one where they are shorter: a call to `set` costs about 40 ns. */
const SHORT_BYTES = 48;

/**
 * Copies the slices of rows `rows[from, to)` to `out` from `at` on, end to end, and returns the new end. Neighbours
 * that lie end to end already are copied as one. There must be room.
 */
export function gatherSlices(
  bytes: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
  rows: Uint32Array,
  from: number,
  to: number,
  out: Uint8Array,
  at: number,
): number {
  let next = at;
  let start = 0;
  let end = 0;
  for (let i = from; i < to; i++) {
    const row = rows[i];
    if (starts[row] === end) end = ends[row];
    else if (ends[row] > starts[row]) {
      next = copySlice(bytes, start, end, out, next);
      start = starts[row];
      end = ends[row];
    }
  }
  return copySlice(bytes, start, end, out, next);
}

function copySlice(bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  const length = end - start;
  if (length >= SHORT_BYTES) out.set(bytes.subarray(start, end), at);
  else for (let i = 0; i < length; i++) out[at + i] = bytes[start + i];
  return at + length;
}
