/** What the parsers say about a message that they cannot read, and how they look at one. */

import type { PackedMessages } from "../../lib/io/parser.ts";
import { invalidUtf8At } from "../../lib/kernels/utf8.ts";

/** Where message i begins. */
export function startOf(messages: PackedMessages, message: number): number {
  return message === 0 ? 0 : messages.ends[message - 1];
}

export function isNull(messages: PackedMessages, message: number): boolean {
  return messages.nulls !== null && messages.nulls[message] !== 0;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The text of `bytes[start, end)` without a byte order mark at its start; null where it is not UTF-8. */
export function decodeMessage(bytes: Uint8Array, start: number, end: number): string | null {
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    return null;
  }
}

/** For TP_ROW_BAD_ENCODING. */
export function encodingDetail(bytes: Uint8Array, start: number, end: number): string {
  const at = Math.max(invalidUtf8At(bytes, start, end), start);
  const byte = (bytes[at] ?? 0).toString(16).padStart(2, "0");
  return `the message is not UTF-8: byte 0x${byte} at byte ${at - start} cannot stand there, after ${excerpt(lossyText(bytes, start, at))}`;
}

/** For texts of errors only: what is not UTF-8 becomes U+FFFD. */
export function lossyText(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
}

const EXCERPT_MAX = 60;

/**
 * At most 60 characters of a text around a position, on one line, in backquotes; `…` stands where something was left
 * out. Without a position, its end is shown.
 */
export function excerpt(text: string, at = text.length): string {
  const from = Math.max(0, Math.min(at - EXCERPT_MAX / 2, text.length - EXCERPT_MAX));
  const to = Math.min(text.length, from + EXCERPT_MAX);
  const shown = text
    .slice(from, to)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu, escaped)
    .slice(0, EXCERPT_MAX);
  return `\`${from > 0 ? "…" : ""}${shown}${to < text.length ? "…" : ""}\``;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A column in a message: quoted, and short even where somebody chose a very long name. */
export function columnName(name: string): string {
  return `column ${JSON.stringify(name.length <= EXCERPT_MAX ? name : `${name.slice(0, EXCERPT_MAX)}…`)}`;
}
