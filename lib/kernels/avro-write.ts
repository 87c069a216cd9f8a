/** Writes Avro's numbers of variable length. */

/** Bytes that `writeAvroLong` may write. */
export const AVRO_LONG_BYTES_MAX = 10;
const SMALL_END = 2 ** 30;
/** Twice this is still exact. */
const EXACT_END = 2 ** 52;

/** Writes a safe integer and returns the new end; there must be room for AVRO_LONG_BYTES_MAX. */
export function writeAvroLong(out: Uint8Array, start: number, value: number): number {
  if (value >= EXACT_END || value <= -EXACT_END) return writeAvroBigInt(out, start, BigInt(value));
  let at = start;
  if (value < SMALL_END && value >= -SMALL_END) {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    for (; rest >= 128; rest >>>= 7) out[at++] = (rest & 0x7f) | 0x80;
    out[at++] = rest;
    return at;
  }
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out[at++] = (rest % 128) | 0x80;
  out[at++] = rest;
  return at;
}

/** The same for an integer of 64 bits. */
export function writeAvroBigInt(out: Uint8Array, start: number, value: bigint): number {
  let at = start;
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (; rest >= 128n; rest >>= 7n) out[at++] = Number(rest & 0x7fn) | 0x80;
  out[at++] = Number(rest);
  return at;
}
