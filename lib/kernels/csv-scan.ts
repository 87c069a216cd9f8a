/**
 * A projecting CSV scanner (RFC 4180): the wanted cells of a line go straight from bytes into columns. It takes a
 * subset of what the careful path takes, with the same result; at anything else it gives up with -1.
 *
 *   message = line *(break line) [break]; break = [CR] LF, or CR at the end of the message
 *   cell = quote *(any but quote / two quotes) quote, or anything without delimiter and break
 *
 * A quote that does not begin a cell is an ordinary character.
 */
import { hashText } from "./hash.ts";
import { parseIsoDatetime } from "./iso-datetime.ts";
import { scanInteger, scanNumber, scanned } from "./number-scan.ts";
import {
  finishScanRow,
  SCAN_BOOL,
  SCAN_DATETIME,
  SCAN_FLOAT,
  SCAN_INT,
  SCAN_TEXT,
  type ScanTarget,
  scanNull,
  startScanRow,
} from "./scan-target.ts";
import { skipUtf8 } from "./utf8.ts";

/** The shape of a line. */
export interface CsvShape {
  /** ASCII. */
  readonly delimiter: number;
  readonly quote: number;
  /** The target's column of each cell of a line, or -1. */
  readonly columns: Int32Array;
}

/**
 * Scans messages [from, to), one line each, into rows from `row` on. Returns the first message that it could not
 * read (or that is empty: it may be a null payload), or `to`; the rows of the messages before it are complete.
 */
export function scanCsvMessages(
  target: ScanTarget,
  shape: CsvShape,
  bytes: Uint8Array,
  ends: Uint32Array,
  from: number,
  to: number,
  row: number,
): number {
  let start = from === 0 ? 0 : ends[from - 1];
  for (let i = from; i < to; i++) {
    const end = ends[i];
    if (start === end || bytes[start] === 0xef) return i;
    const { used, nullCount } = target;
    if (scanCsvLine(target, shape, bytes, start, end, row + (i - from)) !== end) {
      target.used = used;
      target.nullCount = nullCount;
      return i;
    }
    start = end;
  }
  return to;
}

/** Where a quoted cell's last scan stood after its closing quote, and whether quotes were doubled in it. */
let quotedEnd = 0;
let quotesDoubled = false;

/** Scans one line into `row`. Returns where the next line would begin (`end`: there is none), or -1. */
export function scanCsvLine(
  target: ScanTarget,
  shape: CsvShape,
  bytes: Uint8Array,
  start: number,
  end: number,
  row: number,
): number {
  const { delimiter, quote, columns } = shape;
  const { length } = columns;
  const { seen } = target;
  const stamp = startScanRow(target);
  let at = start;
  for (let cell = 0; cell < length; cell++) {
    let from = at;
    let to = 0;
    let doubled = false;
    if (at < end && bytes[at] === quote) {
      from++;
      to = scanQuoted(bytes, from, end, quote);
      if (to < 0) return -1;
      at = quotedEnd;
      doubled = quotesDoubled;
    } else {
      for (; at < end; at++) {
        const byte = bytes[at];
        if (byte === delimiter || byte === 10) break;
        if (byte < 128) {
          if (byte === 13 && (at + 1 === end || bytes[at + 1] === 10)) break;
          continue;
        }
        at = skipUtf8(bytes, at, end) - 1;
        if (at < 0) return -1;
      }
      to = at;
    }
    const column = columns[cell];
    if (column >= 0) {
      seen[column] = stamp;
      if (!scanCell(target, column, bytes, from, to, doubled ? quote : -1, row)) return -1;
    }
    if (cell + 1 < length && (at >= end || bytes[at++] !== delimiter)) return -1;
  }
  if (at < end) {
    if (bytes[at] === 13) at++;
    if (at < end && bytes[at] === 10) at++;
    else if (at !== end || bytes[at - 1] !== 13) return -1;
  }
  return finishScanRow(target, row) ? at : -1;
}

/** The end of the quoted cell whose text begins at `start`, without its closing quote; -1 where it has none. */
function scanQuoted(bytes: Uint8Array, start: number, end: number, quote: number): number {
  quotesDoubled = false;
  let at = start;
  while (at < end) {
    const byte = bytes[at];
    if (byte >= 128) {
      at = skipUtf8(bytes, at, end);
      if (at < 0) return -1;
      continue;
    }
    if (byte === quote) {
      if (at + 1 === end || bytes[at + 1] !== quote) {
        quotedEnd = at + 1;
        return at;
      }
      quotesDoubled = true;
      at++;
    }
    at++;
  }
  return -1;
}

/** Reads one wanted cell; false where it does not fit. `doubled` is the quote that stands twice in it, or -1. */
function scanCell(
  target: ScanTarget,
  column: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  doubled: number,
  row: number,
): boolean {
  if (start === end && target.optional[column] !== 0) return scanNull(target, column, row);
  const kind = target.kinds[column];
  if (kind === SCAN_TEXT) {
    copyText(target, column, bytes, start, end, doubled, row);
    return true;
  }
  if (doubled >= 0) return false;
  const value = scanValue(kind, bytes, start, end);
  if (value === value) {
    target.values[column][row] = value;
    return true;
  }
  // Only SCAN_RAW has no value here and yet fits.
  target.rawStarts[column] = start;
  target.rawEnds[column] = end;
  return kind > SCAN_DATETIME;
}

/** The number in a cell; NaN where there is none. */
function scanValue(kind: number, bytes: Uint8Array, start: number, end: number): number {
  switch (kind) {
    case SCAN_INT:
      return scanInteger(bytes, start, end) ? scanned[0] : Number.NaN;
    case SCAN_FLOAT:
      return scanNumber(bytes, start, end) === end ? scanned[0] : Number.NaN;
    case SCAN_BOOL:
      return scanBool(bytes, start, end);
    case SCAN_DATETIME:
      return parseIsoDatetime(bytes, start, end);
    default:
      return Number.NaN;
  }
}

/** 1 or 0 for `true`, `false`, `1`, `0` in small letters; NaN for anything else. */
function scanBool(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length === 1) return bytes[start] === 49 ? 1 : bytes[start] === 48 ? 0 : Number.NaN;
  const first = length === 4 ? start : start + 1;
  if (length === 5 && bytes[start] !== 102) return Number.NaN;
  if (length !== 4 && length !== 5) return Number.NaN;
  const word = (bytes[first] << 24) | (bytes[first + 1] << 16) | (bytes[first + 2] << 8) | bytes[first + 3];
  if (word === 0x74727565 && length === 4) return 1;
  return word === 0x616c7365 && length === 5 ? 0 : Number.NaN;
}

function copyText(
  target: ScanTarget,
  column: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  doubled: number,
  row: number,
): void {
  const { arena, used } = target;
  let out = used;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    arena[out++] = byte;
    if (byte === doubled) at++;
  }
  target.starts[column][row] = used;
  target.ends[column][row] = out;
  target.hashes[column][row] = hashText(arena, used, out);
  target.used = out;
}
