import { murmur128, VERSION_HASH, VERSION_POSITION } from "../kernels/murmur.ts";
import { type Column, NULL, VALUE } from "./column.ts";
import { KEY_WORDS } from "./keys.ts";
import type { ColumnType, TypeName } from "./type.ts";
import { stableJson } from "./value.ts";

/**
 * 128-bit keys of rows: MurmurHash3_x86_128 over an encoding in which equal values, and only those, have equal bytes.
 * **Part of the checkpoint format.** A value is a tag byte, then: number 8 bytes little-endian (-0 as 0, one NaN);
 * text, bytes, json, pointer: 4 bytes of length and the bytes; null and failed cells nothing; an array that is no JSON
 * (a tuple with bigints, NaN, bytes, dates inside) 4 bytes of length and its values.
 */
const TAG_NULL = 0;
const TAG_BOOL = 1;
const TAG_NUMBER = 2;
const TAG_BIGINT = 3;
const TAG_STR = 4;
const TAG_BYTES = 5;
const TAG_JSON = 6;
const TAG_POINTER = 7;
const TAG_ERROR = 8;
const TAG_ARRAY = 9;

const tags: Record<TypeName, number> = {
  int: TAG_NUMBER,
  float: TAG_NUMBER,
  datetime: TAG_NUMBER,
  duration: TAG_NUMBER,
  bool: TAG_BOOL,
  str: TAG_STR,
  bytes: TAG_BYTES,
  json: TAG_JSON,
  pointer: TAG_POINTER,
  bigint: TAG_BIGINT,
  any: TAG_JSON,
};

let scratch = new Uint8Array(1024);
let view = new DataView(scratch.buffer);
let used = 0;

function room(count: number): void {
  if (used + count <= scratch.length) return;
  const bigger = new Uint8Array((used + count) * 2);
  bigger.set(scratch.subarray(0, used));
  scratch = bigger;
  view = new DataView(bigger.buffer);
}

function putNumber(tag: number, value: number): void {
  room(9);
  scratch[used] = tag;
  view.setFloat64(used + 1, value === 0 ? 0 : Number.isNaN(value) ? Number.NaN : value, true);
  used += 9;
}

function putBytes(tag: number, bytes: Uint8Array, start: number, end: number): void {
  const length = end - start;
  room(5 + length);
  scratch[used] = tag;
  view.setUint32(used + 1, length, true);
  for (let i = 0; i < length; i++) scratch[used + 5 + i] = bytes[start + i];
  used += 5 + length;
}

function putText(tag: number, text: string): void {
  const bytes = Buffer.from(text);
  putBytes(tag, bytes, 0, bytes.length);
}

function putEmpty(tag: number): void {
  room(1);
  scratch[used++] = tag;
}

/** Dynamic values are encoded by what they are, so that an `any` 1 equals an int 1. */
function putValue(value: unknown): void {
  if (value === null || value === undefined) putEmpty(TAG_NULL);
  else if (typeof value === "number") putNumber(TAG_NUMBER, value);
  else if (typeof value === "boolean") putNumber(TAG_BOOL, value ? 1 : 0);
  else if (typeof value === "bigint") putText(TAG_BIGINT, value.toString());
  else if (typeof value === "string") putText(TAG_STR, value);
  else if (value instanceof Uint8Array) putBytes(TAG_BYTES, value, 0, value.length);
  else if (Array.isArray(value) && !value.every(isJson)) putArray(value);
  else putText(TAG_JSON, stableJson(value));
}

function putArray(array: readonly unknown[]): void {
  room(5);
  scratch[used] = TAG_ARRAY;
  view.setUint32(used + 1, array.length, true);
  used += 5;
  for (const value of array) putValue(value);
}

/** Objects are copies of JSON; arrays may be tuples, which hold any values. */
function isJson(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value !== "bigint" && !(value instanceof Uint8Array) && !(value instanceof Date);
}

function putCell(column: Column, type: ColumnType, row: number): void {
  const tag = column.tags === null ? VALUE : column.tags[row];
  if (tag !== VALUE) putEmpty(tag === NULL ? TAG_NULL : TAG_ERROR);
  else if (column.layout === "number") putNumber(tags[type.name], column.values[row]);
  else if (column.layout === "text")
    putBytes(tags[type.name], column.bytes, column.starts[row], column.ends[row]);
  else putValue(column.values[row]);
}

/** Keys of rows by the values of some columns: primary keys, groups. Four words a row. */
export function keysOfValues(
  columns: readonly Column[],
  types: readonly ColumnType[],
  n: number,
): Uint32Array {
  const out = new Uint32Array(KEY_WORDS * n);
  for (let row = 0; row < n; row++) {
    used = 0;
    for (let i = 0; i < columns.length; i++) putCell(columns[i], types[i], row);
    murmur128(scratch, 0, used, VERSION_HASH, out, KEY_WORDS * row);
  }
  return out;
}

/** The key of one tuple of JS values, equal to the key of the same values in columns. */
export function keyOfValues(values: readonly unknown[]): Uint32Array {
  const out = new Uint32Array(KEY_WORDS);
  used = 0;
  for (const value of values) putValue(value);
  murmur128(scratch, 0, used, VERSION_HASH, out, 0);
  return out;
}

/**
 * Keys of rows without a primary key: a version-4-shaped UUID of where the row stands, so that every run and every
 * process agrees. `origins[partition]` is a text of source name, topic and partition.
 */
export function keysOfPositions(
  origins: readonly string[],
  partitions: Int32Array,
  offsets: Float64Array,
  ordinals: Uint32Array,
  n: number,
): Uint32Array {
  const out = new Uint32Array(KEY_WORDS * n);
  let partition = -1;
  let originEnd = 0;
  for (let row = 0; row < n; row++) {
    // The origin's bytes stay where they are from row to row.
    if (partitions[row] !== partition) {
      partition = partitions[row];
      used = 0;
      putText(TAG_STR, origins[partition]);
      originEnd = used;
    }
    used = originEnd;
    putNumber(TAG_NUMBER, offsets[row]);
    putNumber(TAG_NUMBER, ordinals[row]);
    murmur128(scratch, 0, used, VERSION_POSITION, out, KEY_WORDS * row);
  }
  return out;
}

/** Stands in a pair's key for the side that has no match. */
export const NO_KEY = new Uint32Array(KEY_WORDS);

/** Keys of joined rows: a hash of the two keys, `left[4i…]` and `right[4i…]`. */
export function keysOfPairs(left: Uint32Array, right: Uint32Array, n: number): Uint32Array {
  const out = new Uint32Array(KEY_WORDS * n);
  room(8 * KEY_WORDS);
  for (let row = 0; row < n; row++) {
    for (let w = 0; w < KEY_WORDS; w++) {
      view.setUint32(4 * w, left[KEY_WORDS * row + w], true);
      view.setUint32(4 * (KEY_WORDS + w), right[KEY_WORDS * row + w], true);
    }
    murmur128(scratch, 0, 8 * KEY_WORDS, VERSION_HASH, out, KEY_WORDS * row);
  }
  return out;
}

/** Keys of what is one of several under a key (an element, a table's row): a hash of the key and the item's number. */
export function keysOfItems(words: Uint32Array, items: Uint32Array, n: number): Uint32Array {
  const out = new Uint32Array(KEY_WORDS * n);
  const size = 4 * (KEY_WORDS + 1);
  used = 0;
  room(size);
  for (let row = 0; row < n; row++) {
    for (let w = 0; w < KEY_WORDS; w++) view.setUint32(4 * w, words[KEY_WORDS * row + w], true);
    view.setUint32(4 * KEY_WORDS, items[row], true);
    murmur128(scratch, 0, size, VERSION_HASH, out, KEY_WORDS * row);
  }
  return out;
}
