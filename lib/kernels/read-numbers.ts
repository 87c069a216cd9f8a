import { scanInteger, scanNumber, scanned } from "./number-scan.ts";

/**
 * Reads texts as numbers into `out`, for rows from `from` on: plain decimals (sign, digits and, where `fractions`, a
 * point and an exponent). Returns the first row that it cannot read by itself, or n; rows with a tag are left alone.
 */
export function readNumbers(
  bytes: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
  tags: Uint8Array | null,
  fractions: boolean,
  from: number,
  n: number,
  out: Float64Array,
): number {
  for (let row = from; row < n; row++) {
    if (tags !== null && tags[row] !== 0) continue;
    const read = fractions
      ? scanNumber(bytes, starts[row], ends[row]) === ends[row]
      : scanInteger(bytes, starts[row], ends[row]);
    if (!read) return row;
    out[row] = scanned[0];
  }
  return n;
}
