import { hashText, mixWord } from "./hash.ts";
import { SPECIAL } from "./json-skip.ts";
import { unescapedEnd, unescapeJson } from "./json-unescape.ts";
import type { ScanTarget } from "./scan-target.ts";
import { skipUtf8 } from "./utf8.ts";
import { markSpecial, shiftOf } from "./words.ts";

/**
 * Copies the text at `start` (behind its opening quote) into the arena and hashes it, in the loop that looks for its
 * end; four bytes at a time until one needs a second look. Returns the end of its closing quote, or -1.
 */
export function scanJsonText(
  target: ScanTarget,
  column: number,
  bytes: Uint8Array,
  words: DataView,
  start: number,
  end: number,
  row: number,
): number {
  const { arenaWords, used } = target;
  const last = Math.min(end, words.byteLength - 3);
  let hash = 0;
  let out = used;
  let at = start;
  while (at < last) {
    const word = words.getInt32(at, true);
    arenaWords.setInt32(out, word, true);
    const marks = markSpecial(word);
    if (marks === 0) {
      hash = mixWord(hash, word);
      at += 4;
      out += 4;
      continue;
    }
    const shift = shiftOf(marks);
    const count = shift >>> 3;
    if (bytes[at + count] !== 34 || at + count >= end) break;
    if (shift > 0) hash = mixWord(hash, word & ((1 << shift) - 1));
    out += count;
    target.starts[column][row] = used;
    target.ends[column][row] = out;
    target.hashes[column][row] = hash ^ (out - used);
    target.used = out;
    return at + count + 1;
  }
  return scanRest(target, column, bytes, at, end, row, out);
}

/** The same a byte at a time, for what is left of a text of which `target.arena[used, out)` is there. */
function scanRest(
  target: ScanTarget,
  column: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  row: number,
  copied: number,
): number {
  const { arena, used } = target;
  let out = copied;
  let at = start;
  while (at < end) {
    const byte = bytes[at];
    if (SPECIAL[byte] === 0) {
      arena[out++] = byte;
      at++;
      continue;
    }
    if (byte === 34) {
      target.starts[column][row] = used;
      target.ends[column][row] = out;
      target.hashes[column][row] = hashText(arena, used, out);
      target.used = out;
      return at + 1;
    }
    if (byte === 92) {
      at = unescapeJson(bytes, at, end, arena, out);
      if (at < 0) return -1;
      out = unescapedEnd;
      continue;
    }
    const next = byte < 128 ? -1 : skipUtf8(bytes, at, end);
    if (next < 0) return -1;
    while (at < next) arena[out++] = bytes[at++];
  }
  return -1;
}
