import { hashText } from "../kernels/hash.ts";
import { type Column, ERROR, NULL } from "./column.ts";
import type { ColumnType } from "./type.ts";
import { ERROR_VALUE } from "./value.ts";

/**
 * The JS value of one cell, as functions, subscribers and tests see it:
 * bool as boolean, str as string, bytes as a copied Buffer, json as a fresh value, pointer as its text,
 * null as null, a failed cell as `pw.ERROR`.
 */
export function readCell(column: Column, type: ColumnType, row: number): unknown {
  const tag = column.tags === null ? 0 : column.tags[row];
  if (tag === NULL) return null;
  if (tag === ERROR) return ERROR_VALUE;
  if (column.layout === "number") return type.name === "bool" ? column.values[row] !== 0 : column.values[row];
  if (column.layout === "value") return column.values[row];
  const { bytes } = column;
  const start = column.starts[row];
  const end = column.ends[row];
  switch (type.name) {
    case "str":
      return decodeText(bytes, start, end);
    case "json":
      return JSON.parse(decodeText(bytes, start, end));
    case "pointer":
      return pointerText(bytes, start);
    default:
      return copyBytes(bytes, start, end);
  }
}

/** Below this a loop is faster than making a view for `set`. */
const LOOP_BYTES = 48;

function copyBytes(bytes: Uint8Array, start: number, end: number): Buffer {
  const length = end - start;
  const copy = Buffer.allocUnsafe(length);
  if (length < LOOP_BYTES) for (let i = 0; i < length; i++) copy[i] = bytes[start + i];
  else copy.set(bytes.subarray(start, end));
  return copy;
}

/** Short texts that were decoded lately, each at the place of its hash. The same few come again and again. */
const recentTexts: string[] = new Array(1 << 14).fill("");
const SHORT_BYTES = 32;

/** One string for all readings of a text, as long as it is remembered: no garbage, and its hash is known to JS. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length > SHORT_BYTES) return decodeUtf8(bytes, start, end);
  const hash = hashText(bytes, start, end);
  const place = (hash ^ (hash >>> 14)) & (recentTexts.length - 1);
  const recent = recentTexts[place];
  if (recent.length === length) {
    let i = 0;
    // A text of as many units as bytes is ASCII where they are equal: other characters have bytes from 0x80 on.
    while (i < length && bytes[start + i] < 0x80 && recent.charCodeAt(i) === bytes[start + i]) i++;
    if (i === length) return recent;
  }
  const text = decodeUtf8(bytes, start, end);
  recentTexts[place] = text;
  return text;
}

function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
}

/** A key's text: a UUID. `bytes[start, start + 16)` are the key's four words, least significant byte first. */
export function pointerText(bytes: Uint8Array, start = 0): string {
  let text = "";
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += "-";
    text += HEX[bytes[start + i]];
  }
  return text;
}

/** By hand: the `uuid` package checks every text again, which a key by construction need not pass twice. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
