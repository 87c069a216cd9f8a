/**
 * A projecting JSON scanner: an object's wanted fields go straight from bytes into columns, the rest is checked and
 * skipped. It takes a subset of what JSON.parse takes, with the same result; at anything else (escapes in names,
 * halves of surrogate pairs, repeated names, values of the wrong type, bad UTF-8, malformed JSON) it gives up with
 * -1, and the careful path decides.
 *
 * Names are guessed: the bytes at field k are compared with the name that was last seen at field k. A guess is checked
 * in full, so it can only be slow, never wrong.
 */
import { parseIsoDatetime } from "./iso-datetime.ts";
import { skipJsonNumber, skipJsonSpace, skipJsonString, skipJsonValue } from "./json-skip.ts";
import { scanJsonText } from "./json-text.ts";
import { scanNumber, scanned } from "./number-scan.ts";
import {
  finishScanRow,
  SCAN_BOOL,
  SCAN_DATETIME,
  SCAN_FLOAT,
  SCAN_INT,
  SCAN_RAW,
  SCAN_TEXT,
  type ScanTarget,
  scanNull,
  startScanRow,
} from "./scan-target.ts";
import { skipDigitWords, skipPlainWords, wordsOf } from "./words.ts";

/** The names wanted, and those guessed. */
export interface JsonNames {
  /** UTF-8 of the wanted names, end to end, in the order of the target's columns; and where each ends. */
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
  /** Field k was last `guesses[GUESS_BYTES · k, …)`, from its quote to its colon; the length, and its column or -1. */
  readonly guesses: Uint8Array;
  readonly guessLengths: Uint8Array;
  readonly guessColumns: Int32Array;
}

const GUESS_COUNT = 64;
const GUESS_BYTES = 64;

export function jsonNames(wanted: readonly Uint8Array[]): JsonNames {
  const ends = new Uint32Array(wanted.length);
  let end = 0;
  wanted.forEach((name, i) => {
    end += name.length;
    ends[i] = end;
  });
  return {
    bytes: Buffer.concat(wanted),
    ends,
    guesses: new Uint8Array(GUESS_COUNT * GUESS_BYTES),
    guessLengths: new Uint8Array(GUESS_COUNT),
    guessColumns: new Int32Array(GUESS_COUNT),
  };
}

/**
 * Scans messages [from, to), one object each, into rows from `row` on. Returns the first message that it could not
 * read, or `to`; the rows of the messages before it are complete.
 */
export function scanJsonMessages(
  target: ScanTarget,
  names: JsonNames,
  bytes: Uint8Array,
  ends: Uint32Array,
  from: number,
  to: number,
  row: number,
  depthMax: number,
): number {
  const words = wordsOf(bytes);
  let start = from === 0 ? 0 : ends[from - 1];
  for (let i = from; i < to; i++) {
    const end = ends[i];
    const at = scanJsonObject(target, names, bytes, words, start, end, row + (i - from), depthMax);
    if (at !== end && (at < 0 || skipJsonSpace(bytes, at, end) !== end)) return i;
    start = end;
  }
  return to;
}

/**
 * Scans one object (spaces before it are skipped) into `row`; `words` is `wordsOf(bytes)`. Returns its end, or -1: then
 * nothing was kept.
 */
export function scanJsonObject(
  target: ScanTarget,
  names: JsonNames,
  bytes: Uint8Array,
  words: DataView,
  start: number,
  end: number,
  row: number,
  depthMax: number,
): number {
  const { used, nullCount } = target;
  startScanRow(target);
  const at = scanFields(target, names, bytes, words, skipJsonSpace(bytes, start, end), end, row, depthMax);
  if (at >= 0 && finishScanRow(target, row)) return at;
  target.used = used;
  target.nullCount = nullCount;
  return -1;
}

function scanFields(
  target: ScanTarget,
  names: JsonNames,
  bytes: Uint8Array,
  words: DataView,
  start: number,
  end: number,
  row: number,
  depthMax: number,
): number {
  const { seen, stamp } = target;
  const { guesses, guessLengths, guessColumns } = names;
  let at = start;
  if (at >= end || bytes[at] !== 123) return -1;
  at = skipJsonSpace(bytes, at + 1, end);
  if (at < end && bytes[at] === 125) return at + 1;
  for (let field = 0; ; field++) {
    let column = -2;
    if (field < GUESS_COUNT) {
      const base = field * GUESS_BYTES;
      const length = guessLengths[field];
      let i = 0;
      while (i < length && bytes[at + i] === guesses[base + i]) i++;
      if (i === length && i > 0) {
        column = guessColumns[field];
        at += i;
      }
    }
    if (column === -2) {
      const nameEnd = nameEndAt(bytes, at, end);
      if (nameEnd < 0) return -1;
      column = findName(names, bytes, at + 1, nameEnd - 1);
      const colon = skipJsonSpace(bytes, nameEnd, end);
      if (colon >= end || bytes[colon] !== 58) return -1;
      learnName(names, field, column, bytes, at, colon + 1);
      at = colon + 1;
    }
    if (at < end && bytes[at] <= 32) at = skipJsonSpace(bytes, at, end);
    if (column < 0) at = skipUnwanted(bytes, words, at, end, depthMax);
    else {
      if (seen[column] === stamp) return -1;
      seen[column] = stamp;
      at = scanCell(target, column, bytes, words, at, end, row, depthMax);
    }
    if (at < 0) return -1;
    if (at < end && bytes[at] <= 32) at = skipJsonSpace(bytes, at, end);
    if (at >= end) return -1;
    const next = bytes[at++];
    if (next === 125) return at;
    if (next !== 44) return -1;
    if (at < end && bytes[at] <= 32) at = skipJsonSpace(bytes, at, end);
  }
}

/** The end of the name whose quote is at `start`; -1 where it is none, or has escapes. */
function nameEndAt(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end || bytes[start] !== 34) return -1;
  const nameEnd = skipJsonString(bytes, start, end);
  for (let i = start; i < nameEnd; i++) if (bytes[i] === 92) return -1;
  return nameEnd;
}

/** The column called `bytes[start, end)`, or -1. */
function findName(names: JsonNames, bytes: Uint8Array, start: number, end: number): number {
  const { ends } = names;
  let from = 0;
  for (let column = 0; column < ends.length; column++) {
    const to = ends[column];
    if (to - from === end - start) {
      let i = 0;
      while (from + i < to && names.bytes[from + i] === bytes[start + i]) i++;
      if (from + i === to) return column;
    }
    from = to;
  }
  return -1;
}

function learnName(
  names: JsonNames,
  field: number,
  column: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const length = end - start;
  if (field >= GUESS_COUNT || length > GUESS_BYTES) return;
  const base = field * GUESS_BYTES;
  for (let i = 0; i < length; i++) names.guesses[base + i] = bytes[start + i];
  names.guessLengths[field] = length;
  names.guessColumns[field] = column;
}

/** Whole numbers and plain texts are skipped in words; what ends them otherwise than expected takes the long way. */
function skipUnwanted(bytes: Uint8Array, words: DataView, at: number, end: number, depthMax: number): number {
  if (at >= end) return -1;
  const byte = bytes[at];
  const last = Math.min(end, words.byteLength - 3);
  if (byte === 34) {
    const next = skipPlainWords(words, at + 1, last);
    return next < end && bytes[next] === 34 ? next + 1 : skipJsonString(bytes, at, end);
  }
  if (byte > 48 && byte <= 57) {
    const next = skipDigitWords(words, at, last);
    if (next < end && (bytes[next] === 44 || bytes[next] === 125)) return next;
  }
  if (byte >= 45 && byte <= 57) return skipJsonNumber(bytes, at, end);
  return skipJsonValue(bytes, at, end, depthMax - 1);
}

/** Scans one wanted value; -1 where it does not fit the column. */
function scanCell(
  target: ScanTarget,
  column: number,
  bytes: Uint8Array,
  words: DataView,
  at: number,
  end: number,
  row: number,
  depthMax: number,
): number {
  if (at >= end) return -1;
  const byte = bytes[at];
  if (byte === 110) {
    return isWord(bytes, at, end, 0x6e756c6c) && scanNull(target, column, row) ? at + 4 : -1;
  }
  switch (target.kinds[column]) {
    case SCAN_TEXT:
      return byte === 34 ? scanJsonText(target, column, bytes, words, at + 1, end, row) : -1;
    case SCAN_INT: {
      const next = scanNumber(bytes, at, end);
      const value = scanned[0];
      if (next < 0 || value !== Math.floor(value) || value > 9007199254740991 || value < -9007199254740991)
        return -1;
      target.values[column][row] = value;
      return next;
    }
    case SCAN_FLOAT: {
      const next = scanNumber(bytes, at, end);
      if (next >= 0) target.values[column][row] = scanned[0];
      return next;
    }
    case SCAN_BOOL:
      target.values[column][row] = byte === 116 ? 1 : 0;
      if (byte === 116) return isWord(bytes, at, end, 0x74727565) ? at + 4 : -1;
      return byte === 102 && isWord(bytes, at + 1, end, 0x616c7365) ? at + 5 : -1;
    case SCAN_DATETIME:
      return scanDatetime(target, column, bytes, at, end, row);
    case SCAN_RAW: {
      const next = skipJsonValue(bytes, at, end, depthMax - 1);
      target.rawStarts[column] = at;
      target.rawEnds[column] = next;
      return next;
    }
    default:
      return -1;
  }
}

/** Whether four letters, as a big-endian word, stand at `at`. */
function isWord(bytes: Uint8Array, at: number, end: number, word: number): boolean {
  return (
    at + 4 <= end &&
    ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) === word
  );
}

/** Milliseconds, or ISO 8601. The range is that of a JS Date. */
function scanDatetime(
  target: ScanTarget,
  column: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  row: number,
): number {
  let ms = Number.NaN;
  let next = 0;
  if (bytes[at] === 34) {
    next = skipJsonString(bytes, at, end);
    if (next > 0) ms = parseIsoDatetime(bytes, at + 1, next - 1);
  } else {
    next = scanNumber(bytes, at, end);
    ms = Math.floor(scanned[0]);
  }
  if (next < 0 || !(ms >= -8.64e15 && ms <= 8.64e15)) return -1;
  target.values[column][row] = ms;
  return next;
}
