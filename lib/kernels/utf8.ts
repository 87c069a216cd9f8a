/**
 * The end of the multi-byte UTF-8 character at `at`, or -1 where `bytes[at, end)` does not begin with one.
 * As in the Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
export function skipUtf8(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at];
  const second = at + 1 < end ? bytes[at + 1] : 0;
  if (first < 0xc2 || second >> 6 !== 2) return -1;
  if (first < 0xe0) return at + 2;
  if (at + 2 >= end || bytes[at + 2] >> 6 !== 2) return -1;
  if (first < 0xf0) {
    return (first === 0xe0 && second < 0xa0) || (first === 0xed && second >= 0xa0) ? -1 : at + 3;
  }
  if (at + 3 >= end || bytes[at + 3] >> 6 !== 2) return -1;
  if (first > 0xf4 || (first === 0xf0 && second < 0x90) || (first === 0xf4 && second >= 0x90)) return -1;
  return at + 4;
}

/** Where `bytes[start, end)` stops being UTF-8, or -1 where all of it is. */
export function invalidUtf8At(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    if (bytes[at] < 0x80) {
      at++;
      continue;
    }
    const next = skipUtf8(bytes, at, end);
    if (next < 0) return at;
    at = next;
  }
  return -1;
}
