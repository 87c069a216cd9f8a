/**
 * The probe of the open-addressing indexes (lib/trace/row-index.ts).
 *
 * The table holds two words an entry: slot + 1 (0 = free) and the 32-bit hash, side by side so that a probe touches
 * one cache line; linear probing; the capacity is a power of two.
 */
import { wordsOf } from "./words.ts";

/** A slot with the same hash was found, but its values differ: the careful path must search on. */
export const COLLIDED_SLOT = -2;

/** For each row the first slot of equal hash, or -1. Equality of the values is verified afterwards. */
export function probeHashes(
  table: Int32Array,
  mask: number,
  hashes: Uint32Array,
  n: number,
  slots: Int32Array,
): void {
  for (let i = 0; i < n; i++) {
    const hash = hashes[i] | 0;
    let at = hash & mask;
    let slot = table[2 * at];
    while (slot !== 0 && table[2 * at + 1] !== hash) {
      at = (at + 1) & mask;
      slot = table[2 * at];
    }
    slots[i] = slot - 1;
  }
}

/** Marks the rows whose number differs from the one stored at their slot. */
export function verifyNumbers(
  values: Float64Array,
  tags: Uint8Array | null,
  stored: Float64Array,
  storedTags: Uint8Array | null,
  n: number,
  slots: Int32Array,
): void {
  for (let i = 0; i < n; i++) {
    const slot = slots[i];
    if (slot < 0) continue;
    const a = values[i];
    const b = stored[slot];
    const tagA = tags === null ? 0 : tags[i];
    const tagB = storedTags === null ? 0 : storedTags[slot];
    if (tagA !== tagB || (a !== b && (a === a || b === b))) slots[i] = COLLIDED_SLOT;
  }
}

/** Marks the rows whose bytes differ from the ones stored at their slot. Compares words, then what is left of one. */
export function verifyTexts(
  bytes: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
  tags: Uint8Array | null,
  storedBytes: Uint8Array,
  storedStarts: Uint32Array,
  storedEnds: Uint32Array,
  storedTags: Uint8Array | null,
  n: number,
  slots: Int32Array,
): void {
  const words = wordsOf(bytes);
  const storedWords = wordsOf(storedBytes);
  for (let i = 0; i < n; i++) {
    const slot = slots[i];
    if (slot < 0) continue;
    const tagA = tags === null ? 0 : tags[i];
    const tagB = storedTags === null ? 0 : storedTags[slot];
    let at = storedStarts[slot];
    let from = starts[i];
    const end = ends[i];
    let equal = tagA === tagB && end - from === storedEnds[slot] - at;
    for (; equal && from + 4 <= end; from += 4, at += 4)
      equal = words.getInt32(from) === storedWords.getInt32(at);
    for (; equal && from < end; from++, at++) equal = bytes[from] === storedBytes[at];
    if (!equal) slots[i] = COLLIDED_SLOT;
  }
}
