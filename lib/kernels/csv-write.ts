const QUOTE = 34;
const COMMA = 44;
const LF = 10;
const CR = 13;

/**
 * Writes UTF-8 text as a cell of csv and returns the new end (RFC 4180, section 2): between quotes, with those inside
 * doubled, where it holds a comma, a quote or a line break, or nothing; else as it is. Room for 2 bytes each, and 2.
 */
export function writeCsvText(
  out: Uint8Array,
  start: number,
  from: Uint8Array,
  begin: number,
  end: number,
): number {
  let plain = end > begin;
  for (let i = begin; i < end && plain; i++) {
    const byte = from[i];
    plain = byte !== QUOTE && byte !== COMMA && byte !== LF && byte !== CR;
  }
  let at = start;
  if (!plain) out[at++] = QUOTE;
  for (let i = begin; i < end; i++) {
    if (from[i] === QUOTE) out[at++] = QUOTE;
    out[at++] = from[i];
  }
  if (!plain) out[at++] = QUOTE;
  return at;
}
