/**
 * The grammar of JSON (RFC 8259, section 2) over bytes: accepts exactly what JSON.parse accepts, and valid UTF-8 only.
 * Every function returns the end of what it skipped, or `-1 - position` of the first byte that cannot stand there
 * (the end of the message, where it is cut short). `end` bounds every read: messages lie side by side.
 */
import { skipUtf8 } from "./utf8.ts";

/** 1 for bytes of a string that need a second look: control characters, `"`, `\` and all but ASCII. */
export const SPECIAL = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 || byte === 34 || byte === 92 || byte >= 128 ? 1 : 0,
);

export function skipJsonSpace(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at];
    if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) break;
    at++;
  }
  return at;
}

/** The string whose opening quote is at `start`. */
export function skipJsonString(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  while (at < end) {
    const byte = bytes[at];
    if (SPECIAL[byte] === 0) {
      at++;
      continue;
    }
    if (byte === 34) return at + 1;
    if (byte < 32) return -1 - at;
    const next = byte === 92 ? skipEscape(bytes, at, end) : skipUtf8(bytes, at, end);
    if (next < 0) return byte === 92 ? next : -1 - at;
    at = next;
  }
  return -1 - end;
}

/** The escape whose backslash is at `start`. */
function skipEscape(bytes: Uint8Array, start: number, end: number): number {
  const at = start + 1;
  if (at >= end) return -1 - end;
  switch (bytes[at]) {
    case 34: // "
    case 92: // \
    case 47: // /
    case 98: // b
    case 102: // f
    case 110: // n
    case 114: // r
    case 116: // t
      return at + 1;
    case 117: // u
      for (let i = at + 1; i < at + 5; i++) if (i >= end || !isHex(bytes[i])) return -1 - Math.min(i, end);
      return at + 5;
    default:
      return -1 - at;
  }
}

function isHex(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102);
}

/** The number that begins at `start`; what follows it is the caller's to judge. */
export function skipJsonNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (at < end && bytes[at] === 45) at++;
  if (at < end && bytes[at] === 48) at++;
  else {
    at = skipDigits(bytes, at, end);
    if (at < 0) return at;
  }
  if (at < end && bytes[at] === 46) {
    at = skipDigits(bytes, at + 1, end);
    if (at < 0) return at;
  }
  if (at < end && (bytes[at] | 32) === 101) {
    at++;
    if (at < end && (bytes[at] === 43 || bytes[at] === 45)) at++;
    at = skipDigits(bytes, at, end);
  }
  return at;
}

function skipDigits(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] >= 48 && bytes[at] <= 57) at++;
  return at === start ? -1 - at : at;
}

/** `true`, `false` or `null`, by its first byte. */
function skipJsonLiteral(bytes: Uint8Array, start: number, end: number): number {
  switch (bytes[start]) {
    case 116:
      return skipWord(bytes, start, end, 0x74727565, 4);
    case 102:
      return skipWord(bytes, start + 1, end, 0x616c7365, 4);
    case 110:
      return skipWord(bytes, start, end, 0x6e756c6c, 4);
    default:
      return -1 - start;
  }
}

/** `count` letters at most four, as a big-endian word. */
function skipWord(bytes: Uint8Array, start: number, end: number, word: number, count: number): number {
  for (let i = 0; i < count; i++) {
    const at = start + i;
    if (at >= end || bytes[at] !== ((word >>> (8 * (count - 1 - i))) & 255)) return -1 - Math.min(at, end);
  }
  return start + count;
}

const OBJECT = 1;
const ARRAY = 2;

/** What stands open while a value is skipped. Shared: nothing here calls back. */
const open = new Uint8Array(1024);

/**
 * The value that begins at `start`, whatever it is. Brackets nested deeper than `depthMax` (below 1024) fail where
 * the first too many opens.
 */
export function skipJsonValue(bytes: Uint8Array, start: number, end: number, depthMax: number): number {
  let at = start;
  let depth = 0;
  for (;;) {
    // A value begins here.
    at = skipJsonSpace(bytes, at, end);
    if (at >= end) return -1 - end;
    const byte = bytes[at];
    if (byte === 123 || byte === 91) {
      if (depth === depthMax) return -1 - at;
      const kind = byte === 123 ? OBJECT : ARRAY;
      at = skipJsonSpace(bytes, at + 1, end);
      if (at >= end) return -1 - end;
      if (bytes[at] !== byte + 2) {
        open[depth++] = kind;
        if (kind === OBJECT) {
          at = skipName(bytes, at, end);
          if (at < 0) return at;
        }
        continue;
      }
      at++;
    } else {
      if (byte === 34) at = skipJsonString(bytes, at, end);
      else if (byte === 45 || (byte >= 48 && byte <= 57)) at = skipJsonNumber(bytes, at, end);
      else at = skipJsonLiteral(bytes, at, end);
      if (at < 0) return at;
    }
    // A value ended here: close what it ends, up to the comma before the next one.
    for (;;) {
      if (depth === 0) return at;
      at = skipJsonSpace(bytes, at, end);
      if (at >= end) return -1 - end;
      const next = bytes[at++];
      const kind = open[depth - 1];
      if (next === 44) {
        if (kind === OBJECT) {
          at = skipName(bytes, skipJsonSpace(bytes, at, end), end);
          if (at < 0) return at;
        }
        break;
      }
      if (next !== (kind === OBJECT ? 125 : 93)) return -at;
      depth--;
    }
  }
}

/** A name and its colon. */
export function skipName(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end || bytes[start] !== 34) return -1 - Math.min(start, end);
  let at = skipJsonString(bytes, start, end);
  if (at < 0) return at;
  at = skipJsonSpace(bytes, at, end);
  if (at >= end || bytes[at] !== 58) return -1 - Math.min(at, end);
  return at + 1;
}
