/**
 * 32-bit hashes of rows, column by column, for the in-memory indexes. Not part of any stored format.
 * Start with `startHashes`, mix in each column, end with `finishHashes`. A null mixes in as NULL_MARK whatever
 * the layout; -0 hashes as 0 and every NaN alike, as their equality demands.
 */
const NULL_MARK = 0x6e756c6c;
const NAN_MARK = 0x4e614e21;
const MIX = 0x9e3779b1;

const doubles = new Float64Array(1);
const words = new Uint32Array(doubles.buffer);

export function startHashes(out: Uint32Array, n: number): void {
  for (let i = 0; i < n; i++) out[i] = 0x811c9dc5;
}

/** Spreads every bit over the whole word, so that a mask of the low bits is a fair bucket. */
export function finishHashes(out: Uint32Array, n: number): void {
  for (let i = 0; i < n; i++) {
    let h = out[i];
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    out[i] = h ^ (h >>> 16);
  }
}

export function hashNumber(value: number): number {
  const whole = value | 0;
  if (whole === value) return whole;
  if (value !== value) return NAN_MARK;
  doubles[0] = value;
  return Math.imul(words[0], MIX) ^ words[1];
}

export function hashNumbers(
  values: Float64Array,
  tags: Uint8Array | null,
  n: number,
  out: Uint32Array,
): void {
  for (let i = 0; i < n; i++) {
    const h = tags !== null && tags[i] !== 0 ? NULL_MARK : hashNumber(values[i]);
    out[i] = Math.imul(rotated(out[i]) ^ h, MIX);
  }
}

/**
 * Four bytes at a time as a little-endian word, the last one to three filled up with zeros; then the length, which tells
 * these zeros from bytes. lib/kernels/json-text.ts does the same in the loop that looks for a text's end.
 */
export function hashText(bytes: Uint8Array, start: number, end: number): number {
  let h = 0;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    h = mixWord(h, bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
  }
  if (i < end) {
    let w = bytes[i];
    if (i + 1 < end) w |= bytes[i + 1] << 8;
    if (i + 2 < end) w |= bytes[i + 2] << 16;
    h = mixWord(h, w);
  }
  return h ^ (end - start);
}

export function mixWord(hash: number, word: number): number {
  const h = Math.imul(hash ^ word, MIX);
  return h ^ (h >>> 15);
}

export function hashTexts(
  bytes: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
  tags: Uint8Array | null,
  n: number,
  out: Uint32Array,
): void {
  for (let i = 0; i < n; i++) {
    const h = tags !== null && tags[i] !== 0 ? NULL_MARK : hashText(bytes, starts[i], ends[i]);
    out[i] = Math.imul(rotated(out[i]) ^ h, MIX);
  }
}

/** Mixes in hashes that are there already: those that text columns carry, and those of JS values. */
export function hashHashes(hashes: Uint32Array, tags: Uint8Array | null, n: number, out: Uint32Array): void {
  for (let i = 0; i < n; i++) {
    const h = tags !== null && tags[i] !== 0 ? NULL_MARK : hashes[i];
    out[i] = Math.imul(rotated(out[i]) ^ h, MIX);
  }
}

/** Hashes of 128-bit keys: they are uniform already, so two words are enough. */
export function hashKeys(keys: Uint32Array, n: number, out: Uint32Array): void {
  for (let i = 0; i < n; i++) out[i] = keys[4 * i] ^ Math.imul(keys[4 * i + 3], MIX);
}

function rotated(h: number): number {
  return (h << 5) | (h >>> 27);
}
