/** Writing JSON: each function returns the new end, and asks for the room that its docstring names. */
import { SPECIAL } from "./json-skip.ts";
import { writeAscii, writeNumber } from "./number-write.ts";

/** Copies bytes; room for their number. */
export function writeBytes(
  out: Uint8Array,
  start: number,
  from: Uint8Array,
  begin: number,
  end: number,
): number {
  const length = end - begin;
  if (length > 64) out.set(from.subarray(begin, end), start);
  else for (let i = 0; i < length; i++) out[start + i] = from[begin + i];
  return start + length;
}

/** A number, and NaN, Infinity, -Infinity as texts, which a typed reader turns back; room for NUMBER_BYTES_MAX. */
export function writeJsonNumber(out: Uint8Array, start: number, value: number): number {
  if (value - value === 0) return writeNumber(out, start, value);
  return writeAscii(out, start, `"${value}"`);
}

/** What follows the backslash for bytes that have a short escape; 1 for those that take \u00xx. */
const ESCAPES = Uint8Array.from({ length: 128 }, (_, byte) => {
  if (byte === 34 || byte === 92) return byte;
  const at = [8, 9, 10, 12, 13].indexOf(byte);
  return at >= 0 ? "btnfr".charCodeAt(at) : byte < 32 ? 1 : 0;
});

const HEX = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));

/** UTF-8 text as a JSON string, escaped as JSON.stringify does; room for 6 bytes each and 2 quotes. */
export function writeJsonText(
  out: Uint8Array,
  start: number,
  from: Uint8Array,
  begin: number,
  end: number,
): number {
  let at = start;
  out[at++] = 34;
  for (let i = begin; i < end; i++) {
    const byte = from[i];
    if (SPECIAL[byte] === 0 || byte >= 128) {
      out[at++] = byte;
      continue;
    }
    const letter = ESCAPES[byte];
    out[at++] = 92;
    if (letter > 1) out[at++] = letter;
    else {
      out[at++] = 117;
      out[at++] = 48;
      out[at++] = 48;
      out[at++] = HEX[byte >> 4];
      out[at++] = HEX[byte & 15];
    }
  }
  out[at++] = 34;
  return at;
}

const BASE64 = Uint8Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", (letter) =>
  letter.charCodeAt(0),
);

/** Bytes as a JSON string in base64 (RFC 4648, section 4, padded); room for 4 bytes each 3 begun, and 2 quotes. */
export function writeJsonBase64(
  out: Uint8Array,
  start: number,
  from: Uint8Array,
  begin: number,
  end: number,
): number {
  let at = start;
  out[at++] = 34;
  let i = begin;
  for (; i + 2 < end; i += 3) {
    const word = (from[i] << 16) | (from[i + 1] << 8) | from[i + 2];
    out[at++] = BASE64[word >> 18];
    out[at++] = BASE64[(word >> 12) & 63];
    out[at++] = BASE64[(word >> 6) & 63];
    out[at++] = BASE64[word & 63];
  }
  if (i < end) {
    const two = i + 1 < end;
    const word = (from[i] << 16) | (two ? from[i + 1] << 8 : 0);
    out[at++] = BASE64[word >> 18];
    out[at++] = BASE64[(word >> 12) & 63];
    out[at++] = two ? BASE64[(word >> 6) & 63] : 61;
    out[at++] = 61;
  }
  out[at++] = 34;
  return at;
}

/** 16 bytes as a JSON string in the form of a UUID; room for 38. */
export function writeJsonUuid(out: Uint8Array, start: number, from: Uint8Array, begin: number): number {
  let at = start;
  out[at++] = 34;
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) out[at++] = 45;
    const byte = from[begin + i];
    out[at++] = HEX[byte >> 4];
    out[at++] = HEX[byte & 15];
  }
  out[at++] = 34;
  return at;
}

/** The UUID whose bytes are four words, least significant byte first, as a JSON string; room for 38. */
export function writeJsonUuidOfWords(
  out: Uint8Array,
  start: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): number {
  let at = start;
  out[at++] = 34;
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) out[at++] = 45;
    const word = i < 4 ? w0 : i < 8 ? w1 : i < 12 ? w2 : w3;
    const byte = word >>> (8 * (i & 3));
    out[at++] = HEX[(byte >> 4) & 15];
    out[at++] = HEX[byte & 15];
  }
  out[at++] = 34;
  return at;
}
