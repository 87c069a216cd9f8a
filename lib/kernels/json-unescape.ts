/** What the letters after a backslash stand for; 0 for those that stand for nothing (and for `u`). */
const MEANINGS = Uint8Array.from({ length: 128 }, (_, byte) => {
  const at = '"\\/bfnrt'.indexOf(String.fromCharCode(byte));
  return at < 0 ? 0 : [34, 92, 47, 8, 12, 10, 13, 9][at];
});

/** Where the character written last ends. */
export let unescapedEnd = 0;

/**
 * Writes what the escape at `start` (its backslash) stands for as UTF-8 at `out[used…)`, ending at `unescapedEnd`.
 * Returns where the escape ends, or -1 where it is none or half of a surrogate pair, which has no UTF-8.
 */
export function unescapeJson(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  used: number,
): number {
  if (start + 1 >= end) return -1;
  const letter = bytes[start + 1];
  if (letter !== 117) {
    const meaning = letter < 128 ? MEANINGS[letter] : 0;
    out[used] = meaning;
    unescapedEnd = used + 1;
    return meaning === 0 ? -1 : start + 2;
  }
  const unit = hexUnit(bytes, start + 2, end);
  if (unit < 0xd800 || unit > 0xdfff) {
    if (unit < 0) return -1;
    unescapedEnd = writeCodePoint(out, used, unit);
    return start + 6;
  }
  const low = bytes[start + 6] === 92 && bytes[start + 7] === 117 ? hexUnit(bytes, start + 8, end) : -1;
  if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) return -1;
  unescapedEnd = writeCodePoint(out, used, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
  return start + 12;
}

/** Four hexadecimal digits, or -1. */
function hexUnit(bytes: Uint8Array, start: number, end: number): number {
  if (start + 4 > end) return -1;
  let unit = 0;
  for (let i = start; i < start + 4; i++) {
    const byte = bytes[i];
    const digit = byte <= 57 ? byte - 48 : (byte | 32) - 87;
    if (digit < 0 || digit > 15 || (byte > 57 && digit < 10)) return -1;
    unit = (unit << 4) | digit;
  }
  return unit;
}

function writeCodePoint(out: Uint8Array, start: number, code: number): number {
  let at = start;
  if (code < 0x80) {
    out[at++] = code;
    return at;
  }
  if (code < 0x800) out[at++] = 0xc0 | (code >> 6);
  else {
    if (code < 0x10000) out[at++] = 0xe0 | (code >> 12);
    else {
      out[at++] = 0xf0 | (code >> 18);
      out[at++] = 0x80 | ((code >> 12) & 63);
    }
    out[at++] = 0x80 | ((code >> 6) & 63);
  }
  out[at++] = 0x80 | (code & 63);
  return at;
}
