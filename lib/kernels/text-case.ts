import type { Slices } from "./text-parts.ts";

/**
 * The next byte for each byte of an ASCII text, told apart by whether a letter stands before it: entry
 * `b + 128 · afterLetter`.
 */
export type CaseTable = Uint8Array;

/** The table of a change of case. */
export function caseTable(change: (byte: number, afterLetter: boolean) => number): CaseTable {
  return Uint8Array.from({ length: 256 }, (_, i) => change(i & 127, i >= 128));
}

function isLetter(byte: number): boolean {
  return (byte | 32) >= 97 && (byte | 32) <= 122;
}

/**
 * Writes texts `from` … with the case of their letters changed, into `out` from `at` on. Returns the first row that is
 * not ASCII, or n; the row before it tells where to go on writing. There must be room.
 */
export function changeCase(
  { bytes, starts, ends }: Slices,
  table: CaseTable,
  from: number,
  n: number,
  out: Uint8Array,
  at: number,
  outStarts: Uint32Array,
  outEnds: Uint32Array,
): number {
  let to = at;
  for (let row = from; row < n; row++) {
    const first = to;
    let after = 0;
    for (let i = starts[row]; i < ends[row]; i++) {
      const byte = bytes[i];
      if (byte >= 128) return row;
      out[to++] = table[byte + after];
      after = isLetter(byte) ? 128 : 0;
    }
    outStarts[row] = first;
    outEnds[row] = to;
  }
  return n;
}
