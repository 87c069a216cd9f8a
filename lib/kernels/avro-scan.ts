import {
  AVRO_BOOLEAN,
  AVRO_BYTES,
  AVRO_DOUBLE,
  AVRO_ENUM,
  AVRO_FIXED,
  AVRO_FLOAT,
  AVRO_INT,
  AVRO_LONG,
  AVRO_NULL,
  AVRO_STRING,
  type AvroShape,
  avroEnd,
  readAvroLong,
  skipAvro,
  startAvro,
} from "./avro-wire.ts";
import { hashText, mixWord } from "./hash.ts";
import { DATETIME_MAX_MS } from "./iso-datetime.ts";
import { finishScanRow, SCAN_RAW, type ScanTarget, scanNull, startScanRow } from "./scan-target.ts";
import { invalidUtf8At } from "./utf8.ts";

/** How the fields of a record, in the order of the bytes, become columns. */
export interface AvroProgram {
  /** A field's values; where `nulls` is 0 or 2, those of the union's other branch. */
  readonly shapes: readonly AvroShape[];
  /** The column in the target, or -1 where nobody reads the field. */
  readonly columns: Int32Array;
  /** The byte that says null where the field is a union of null and one other; else -1. */
  readonly nulls: Int32Array;
  /** An AVRO_AS_ conversion. */
  readonly conversions: Uint8Array;
  /** Of enums the symbols, as bytes; else null. */
  readonly symbols: readonly (readonly Uint8Array[] | null)[];
}

/** What becomes of a whole number. */
export const AVRO_AS_IS = 0;
export const AVRO_AS_DATETIME = 1;
export const AVRO_AS_DAYS = 2;
export const AVRO_AS_MICROS_DATETIME = 3;
export const AVRO_AS_MICROS = 4;

const DAY_MS = 86_400_000;
const INT_END = 2 ** 31;
const NON_ASCII = 0x80808080 | 0;

/**
 * Scans messages [from, to) of one record each into rows from `row` on, while each begins with the `skip` bytes at
 * `head` and is plain; returns the first that is not, or `to`. Deferred columns are not for runs.
 */
export function scanAvroMessages(
  program: AvroProgram,
  target: ScanTarget,
  bytes: Uint8Array,
  words: DataView,
  ends: Uint32Array,
  nulls: Uint8Array | null,
  from: number,
  to: number,
  row: number,
  skip: number,
  head: number,
): number {
  let start = from === 0 ? 0 : ends[from - 1];
  for (let i = from; i < to; i++) {
    const end = ends[i];
    if ((nulls !== null && nulls[i] !== 0) || end - start < skip) return i;
    for (let at = 0; at < skip; at++) if (bytes[start + at] !== bytes[head + at]) return i;
    if (!scanAvroRecord(program, target, bytes, words, start + skip, end, row + i - from)) return i;
    start = end;
  }
  return to;
}

/** Scans `bytes[start, end)`, a record, into row `row`; false, and no trace of it, where it needs the careful path. */
export function scanAvroRecord(
  program: AvroProgram,
  target: ScanTarget,
  bytes: Uint8Array,
  words: DataView,
  start: number,
  end: number,
  row: number,
): boolean {
  const { shapes, columns, nulls } = program;
  const { used, nullCount } = target;
  const stamp = startScanRow(target);
  startAvro(end - start);
  let at = start;
  for (let field = 0; field < shapes.length && at >= 0; field++) {
    const column = columns[field];
    if (column >= 0) target.seen[column] = stamp;
    const nullByte = nulls[field];
    if (nullByte >= 0) {
      const branch = at < end ? bytes[at++] : -1;
      if (branch === nullByte) {
        if (column >= 0 && !scanNull(target, column, row)) at = -1;
        continue;
      }
      if (branch !== 2 - nullByte) at = -1;
    }
    if (at < 0) break;
    at =
      column < 0
        ? skipAvro(shapes[field], bytes, at, end, 1)
        : scanCell(program, field, target, column, bytes, words, at, end, row);
  }
  if (at === end && finishScanRow(target, row)) return true;
  // The row is read again by somebody else, from where the arena and the list of nulls stood.
  target.used = used;
  target.nullCount = nullCount;
  return false;
}

function scanCell(
  program: AvroProgram,
  field: number,
  target: ScanTarget,
  column: number,
  bytes: Uint8Array,
  words: DataView,
  start: number,
  end: number,
  row: number,
): number {
  const shape = program.shapes[field];
  if (target.kinds[column] === SCAN_RAW) {
    const after = skipAvro(shape, bytes, start, end, 1);
    target.rawStarts[column] = start;
    target.rawEnds[column] = after;
    return after;
  }
  switch (shape.kind) {
    case AVRO_NULL:
      return scanNull(target, column, row) ? start : -1;
    case AVRO_BOOLEAN:
      if (start >= end || bytes[start] > 1) return -1;
      target.values[column][row] = bytes[start];
      return start + 1;
    case AVRO_INT: {
      const value = readAvroLong(bytes, start, end);
      if (avroEnd < 0 || value >= INT_END || value < -INT_END) return -1;
      return setWhole(target, column, row, value, program.conversions[field]);
    }
    case AVRO_LONG: {
      const value = readAvroLong(bytes, start, end);
      return avroEnd < 0 ? -1 : setWhole(target, column, row, value, program.conversions[field]);
    }
    case AVRO_FLOAT:
      if (start + 4 > end) return -1;
      target.values[column][row] = words.getFloat32(start, true) + 0;
      return start + 4;
    case AVRO_DOUBLE:
      if (start + 8 > end) return -1;
      target.values[column][row] = words.getFloat64(start, true) + 0;
      return start + 8;
    case AVRO_FIXED:
      if (start + shape.size > end) return -1;
      return scanText(target, column, bytes, words, start, start + shape.size, row, false);
    case AVRO_BYTES:
    case AVRO_STRING: {
      const length = readAvroLong(bytes, start, end);
      const at = avroEnd;
      if (at < 0 || length < 0 || length > end - at) return -1;
      return scanText(target, column, bytes, words, at, at + length, row, shape.kind === AVRO_STRING);
    }
    case AVRO_ENUM: {
      const symbol = readAvroLong(bytes, start, end);
      const texts = program.symbols[field];
      if (avroEnd < 0 || texts === null || symbol < 0 || symbol >= texts.length) return -1;
      setSymbol(target, column, row, texts[symbol]);
      return avroEnd;
    }
    default:
      return -1;
  }
}

/** Returns `avroEnd`, or -1 where the value is beyond the range of what it becomes. */
function setWhole(
  target: ScanTarget,
  column: number,
  row: number,
  value: number,
  conversion: number,
): number {
  let cell = value;
  if (conversion !== AVRO_AS_IS) {
    if (conversion === AVRO_AS_DAYS) cell = value * DAY_MS;
    else if (conversion !== AVRO_AS_DATETIME) cell = value / 1000;
    if (conversion === AVRO_AS_MICROS_DATETIME) cell = Math.floor(cell);
    if (conversion !== AVRO_AS_MICROS && (cell > DATETIME_MAX_MS || cell < -DATETIME_MAX_MS)) return -1;
  }
  target.values[column][row] = cell + 0;
  return avroEnd;
}

/** Copies `bytes[start, end)` into the arena and hashes it in the same loop; returns `end`, or -1 for no UTF-8. */
function scanText(
  target: ScanTarget,
  column: number,
  bytes: Uint8Array,
  words: DataView,
  start: number,
  end: number,
  row: number,
  isText: boolean,
): number {
  const { arena, arenaWords, used } = target;
  let hash = 0;
  let marks = 0;
  let out = used;
  let at = start;
  for (; at + 4 <= end; at += 4, out += 4) {
    const word = words.getInt32(at, true);
    arenaWords.setInt32(out, word, true);
    hash = mixWord(hash, word);
    marks |= word;
  }
  let rest = 0;
  for (let shift = 0; at < end; shift += 8) {
    arena[out++] = bytes[at];
    rest |= bytes[at++] << shift;
    if (at === end) hash = mixWord(hash, rest);
  }
  if (isText && ((marks | rest) & NON_ASCII) !== 0 && invalidUtf8At(bytes, start, end) >= 0) return -1;
  target.starts[column][row] = used;
  target.ends[column][row] = out;
  target.hashes[column][row] = hash ^ (end - start);
  target.used = out;
  return end;
}

function setSymbol(target: ScanTarget, column: number, row: number, text: Uint8Array): void {
  const { arena, used } = target;
  for (let i = 0; i < text.length; i++) arena[used + i] = text[i];
  target.used = used + text.length;
  target.starts[column][row] = used;
  target.ends[column][row] = target.used;
  target.hashes[column][row] = hashText(arena, used, target.used);
}
