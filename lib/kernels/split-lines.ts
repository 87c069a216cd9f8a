/** Lines found in a piece of a file, and how far the search has come. */
export interface LineTarget {
  /** The piece; lines are closed up in it, end to end from byte 0. */
  readonly bytes: Uint8Array;
  /** Line i is `bytes[ends[i - 1], ends[i])`; its length is the room for lines. */
  readonly ends: Uint32Array;
  /** Where line i begins in the file. */
  readonly offsets: Float64Array;
  count: number;
  /** Bytes of all lines found. */
  used: number;
  /** The first byte that belongs to no line found. */
  at: number;
}

const LF = 10;
const CR = 13;

/**
 * Takes whole lines out of `bytes[target.at, to)`, which begins at offset `base` of its file, until there is no further
 * line feed or no room. Breaks (LF, CRLF) are left out, and unless `keepsEmpty` lines without a character too.
 *
 * With `quote` ≥ 0 lines are those of csv: a break between quotes is text. A quote opens only at the start of a cell
 * and a doubled one is text: the grammar of connectors/formats/csv-careful.ts.
 */
export function splitLines(
  target: LineTarget,
  to: number,
  base: number,
  keepsEmpty: boolean,
  quote: number,
  delimiter: number,
): void {
  const { bytes, ends } = target;
  while (target.count < ends.length) {
    const start = target.at;
    const end = quote < 0 ? lineEnd(bytes, start, to) : recordEnd(bytes, start, to, quote, delimiter);
    if (end === to) return;
    takeLine(target, end, base, keepsEmpty);
    target.at = end + 1;
  }
}

/** Takes `bytes[target.at, end)` as a line, without a CR at its end. */
export function takeLine(target: LineTarget, end: number, base: number, keepsEmpty: boolean): void {
  const { bytes, at } = target;
  const stop = end > at && bytes[end - 1] === CR ? end - 1 : end;
  target.at = end;
  if (stop === at && !keepsEmpty) return;
  let { used } = target;
  for (let i = at; i < stop; i++) bytes[used++] = bytes[i];
  target.used = used;
  target.offsets[target.count] = base + at;
  target.ends[target.count++] = used;
}

function lineEnd(bytes: Uint8Array, at: number, to: number): number {
  while (at < to && bytes[at] !== LF) at++;
  return at;
}

function recordEnd(bytes: Uint8Array, start: number, to: number, quote: number, delimiter: number): number {
  let cellAt = start;
  for (let at = start; at < to; at++) {
    const byte = bytes[at];
    if (byte === LF) return at;
    if (byte === delimiter) cellAt = at + 1;
    else if (byte === quote && at === cellAt) {
      at = closingQuote(bytes, at + 1, to, quote);
      if (at === to) return to;
    }
  }
  return to;
}

function closingQuote(bytes: Uint8Array, at: number, to: number, quote: number): number {
  for (; at < to; at++) {
    if (bytes[at] !== quote) continue;
    if (at + 1 === to || bytes[at + 1] !== quote) return at;
    at++;
  }
  return to;
}

/** How many line feeds `bytes[0, to)` holds. */
export function countLineFeeds(bytes: Uint8Array, to: number): number {
  let count = 0;
  for (let i = 0; i < to; i++) if (bytes[i] === LF) count++;
  return count;
}
