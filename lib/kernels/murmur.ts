/**
 * MurmurHash3_x86_128 (Austin Appleby, public domain, SMHasher): 128 bits of a byte string by 32-bit multiplications,
 * which is what JS has. **Part of the checkpoint format**: a changed result changes every key.
 */
const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

/** A UUID's version nibble: 8 (RFC 9562, "custom") for hashes of values, 4 for keys of positions. */
export const VERSION_HASH = 8;
export const VERSION_POSITION = 4;

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

function finalMix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * Writes the hash of `bytes[start, end)` to `out[at … at+3]`, shaped as a UUID of the given version.
 */
export function murmur128(
  bytes: Uint8Array,
  start: number,
  end: number,
  version: number,
  out: Uint32Array,
  at: number,
): void {
  const length = end - start;
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  let i = start;
  for (; i + 16 <= end; i += 16) {
    h1 ^= Math.imul(rotate(Math.imul(word(bytes, i), C1), 15), C2);
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(word(bytes, i + 4), C2), 16), C3);
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotate(Math.imul(word(bytes, i + 8), C3), 17), C4);
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotate(Math.imul(word(bytes, i + 12), C4), 18), C1);
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  const rest = end - i;
  if (rest > 12) h4 ^= Math.imul(rotate(Math.imul(tail(bytes, i + 12, end), C4), 18), C1);
  if (rest > 8) h3 ^= Math.imul(rotate(Math.imul(tail(bytes, i + 8, end), C3), 17), C4);
  if (rest > 4) h2 ^= Math.imul(rotate(Math.imul(tail(bytes, i + 4, end), C2), 16), C3);
  if (rest > 0) h1 ^= Math.imul(rotate(Math.imul(tail(bytes, i, end), C1), 15), C2);
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = finalMix(h1);
  h2 = finalMix(h2);
  h3 = finalMix(h3);
  h4 = finalMix(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  out[at] = h1;
  out[at + 1] = (h2 & 0xff0fffff) | (version << 20);
  out[at + 2] = (h3 & 0xffffff3f) | 0x80;
  out[at + 3] = h4;
}

function word(bytes: Uint8Array, i: number): number {
  return bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
}

/** Up to four bytes from i, missing ones as 0. */
function tail(bytes: Uint8Array, i: number, end: number): number {
  let w = bytes[i];
  if (i + 1 < end) w |= bytes[i + 1] << 8;
  if (i + 2 < end) w |= bytes[i + 2] << 16;
  if (i + 3 < end) w |= bytes[i + 3] << 24;
  return w;
}
