/**
 * A projecting JSON scanner over packed payloads: one flat object per message, wanted fields into columns, the rest
 * skipped. Keys are guessed from the previous message's order and compared as bytes, so a guess is never wrong, only
 * slow. Whatever it does not understand (escapes, other than ASCII, nesting, odd numbers) it leaves to a careful path.
 *
 * Bytes are read four at a time through a DataView (unaligned loads, inlined by V8). The packed payload must be
 * followed by 8 bytes of slack, so that no load needs a check against the buffer's end.
 */

/** A wanted field: its name, the column it goes to and whether it is text. */
export interface Field {
  name: string;
  text: boolean;
}

/** Columns of one batch. Text is a slice of the packed payload: nothing is copied or decoded. */
export interface ScannedColumns {
  values: Float64Array[];
  starts: Uint32Array[];
  ends: Uint32Array[];
  hashes: Int32Array[];
  rows: number;
}

export function scannedColumns(fields: Field[], rows: number): ScannedColumns {
  return {
    values: fields.map((field) => new Float64Array(field.text ? 0 : rows)),
    starts: fields.map((field) => new Uint32Array(field.text ? rows : 0)),
    ends: fields.map((field) => new Uint32Array(field.text ? rows : 0)),
    hashes: fields.map((field) => new Int32Array(field.text ? rows : 0)),
    rows: 0,
  };
}

/** The keys of a message in order: `{"name":` or `,"name":` as bytes, and the column of each (-1: not wanted). */
export interface Shape {
  keys: DataView;
  keyEnds: Int32Array;
  column: Int32Array;
  count: number;
}

/** Reads the key order of a sample message. */
export function shapeOf(sample: string, fields: Field[]): Shape {
  const names = Object.keys(JSON.parse(sample) as object);
  const texts = names.map((name, i) => Buffer.from(`${i === 0 ? "{" : ","}${JSON.stringify(name)}:`));
  const keyEnds = new Int32Array(names.length);
  let total = 0;
  texts.forEach((text, i) => {
    total += text.length;
    keyEnds[i] = total;
  });
  const column = Int32Array.from(names, (name) => fields.findIndex((field) => field.name === name));
  const keys = new DataView(Uint8Array.from(Buffer.concat(texts)).buffer);
  return { keys, keyEnds, column, count: names.length };
}

const POWERS = Float64Array.from({ length: 23 }, (_, i) => 10 ** i);
const QUOTE = 34;
const CLOSE = 125;
/** The constant in every byte of a word. */
const ONES = 0x01010101;
const QUOTES = QUOTE * ONES;
const BACKSLASHES = 92 * ONES;
const SPACES = 32 * ONES;
const ZEROS = 48 * ONES;
const HIGH_BITS = 0x80808080;

/** A kernel has one return value: this is the second one. */
const number = new Float64Array(1);
const hashed = new Int32Array(1);

/**
 * Adds the digits at `at` to the decimal `value`, four at a time; the sum goes to `number`. Returns the first byte that
 * is no digit. A digit xor 0x30 is 0…9; adding 0x76 to anything larger sets its high bit (its neighbours above may be
 * marked wrongly by a carry, but only the lowest mark is used).
 */
function scanDigits(view: DataView, at: number, value: number): number {
  for (;;) {
    const digits = view.getInt32(at, true) ^ ZEROS;
    const others = ((digits + 0x76767676) | digits) & HIGH_BITS;
    if (others === 0) {
      value = value * 10_000 + decimal(digits);
      at += 4;
      continue;
    }
    const shift = (31 - Math.clz32(others & -others)) & 24;
    // With the others shifted out, what is left has leading zeros.
    if (shift > 0) value = value * POWERS[shift >>> 3] + decimal(digits << (32 - shift));
    number[0] = value;
    return at + (shift >>> 3);
  }
}

/** The value of four digits, one a byte, the first in the lowest. */
function decimal(digits: number): number {
  const pairs = (digits * 10 + (digits >>> 8)) & 0x00ff00ff;
  return (pairs & 0xff) * 100 + (pairs >>> 16);
}

/**
 * Scans a JSON number at `at` into `number`. Exact by Clinger's fast path: an integer mantissa below 2^53 divided by
 * 10^k, k ≤ 22, is correctly rounded. Returns the end, or -1 for the careful path (more than 15 digits, exponents).
 */
function scanNumber(view: DataView, at: number): number {
  const negative = view.getUint8(at) === 45;
  const first = negative ? at + 1 : at;
  let end = scanDigits(view, first, 0);
  let digits = end - first;
  if (digits === 0 || (digits > 1 && view.getUint8(first) === 48)) return -1;
  let value = number[0];
  if (view.getUint8(end) === 46) {
    const point = end + 1;
    end = scanDigits(view, point, value);
    const decimals = end - point;
    if (decimals === 0) return -1;
    digits += decimals;
    if (digits <= 15) value = number[0] / POWERS[decimals];
  }
  if (digits > 15 || (view.getUint8(end) | 32) === 101) return -1;
  number[0] = negative ? -value : value;
  return end;
}

/**
 * Scans, checks and hashes a string's body from `at` (after the quote); returns the closing quote, or -1. Four bytes
 * at a time: `(x - ones) & ~x & highs` marks zero bytes; the lowest mark is always true, which is all we use.
 */
function scanText(view: DataView, at: number, end: number): number {
  let hash = 0x811c9dc5;
  while (at < end) {
    const word = view.getInt32(at, true);
    const quote = word ^ QUOTES;
    const slash = word ^ BACKSLASHES;
    const quotes = (quote - ONES) & ~quote & HIGH_BITS;
    const odd =
      ((slash - ONES) & ~slash & HIGH_BITS) | ((word - SPACES) & ~word & HIGH_BITS) | (word & HIGH_BITS);
    const marks = quotes | odd;
    if (marks === 0) {
      hash = mix(hash, word);
      at += 4;
      continue;
    }
    // The lowest mark decides: a quote ends the text, anything else is for the careful path.
    const lowest = marks & -marks;
    if ((quotes & lowest) === 0) return -1;
    const shift = (31 - Math.clz32(lowest)) & 24;
    hashed[0] = mix(hash, word & ((1 << shift) - 1));
    return at + (shift >>> 3);
  }
  return -1;
}

/** One step of the text hash: a word of four bytes, the last one filled with zeros. */
export function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** A key is five bytes or more, so its last word may overlap the one before. */
function sameKey(view: DataView, at: number, keys: DataView, from: number, to: number): boolean {
  const shift = at - from;
  const last = to - 4;
  for (; from < last; from += 4) {
    if (view.getInt32(from + shift, true) !== keys.getInt32(from, true)) return false;
  }
  return view.getInt32(last + shift, true) === keys.getInt32(last, true);
}

/** Scans one message into `row`; returns false when it needs the careful path. */
function scanMessage(
  view: DataView,
  at: number,
  end: number,
  shape: Shape,
  out: ScannedColumns,
  row: number,
): boolean {
  const { keys, keyEnds, column, count } = shape;
  let key = 0;
  for (let k = 0; k < count; k++) {
    const keyEnd = keyEnds[k];
    if (at + keyEnd - key >= end || !sameKey(view, at, keys, key, keyEnd)) return false;
    at += keyEnd - key;
    key = keyEnd;
    const target = column[k];
    if (view.getUint8(at) === QUOTE) {
      const start = at + 1;
      at = scanText(view, start, end);
      if (at < 0) return false;
      if (target >= 0) {
        out.starts[target][row] = start;
        out.ends[target][row] = at;
        out.hashes[target][row] = hashed[0];
      }
      at++;
    } else {
      at = scanNumber(view, at);
      if (at < 0) return false;
      if (target >= 0) out.values[target][row] = number[0];
    }
  }
  return view.getUint8(at) === CLOSE && at + 1 === end;
}

/** Scans messages [from, to) of a packed batch. Returns how many needed the careful path (the spike's data: none). */
export function scanJson(
  bytes: Uint8Array,
  ends: Uint32Array,
  from: number,
  to: number,
  shape: Shape,
  out: ScannedColumns,
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let careful = 0;
  let row = 0;
  let start = from === 0 ? 0 : ends[from - 1];
  for (let i = from; i < to; i++) {
    const end = ends[i];
    if (scanMessage(view, start, end, shape, out, row)) row++;
    else careful++;
    start = end;
  }
  out.rows = row;
  return careful;
}
