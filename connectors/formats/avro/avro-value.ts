/** Avro's bytes to JS values, one at a time: what nested columns, rare messages and serdes go through. */
import {
  AVRO_ARRAY,
  AVRO_BOOLEAN,
  AVRO_BYTES,
  AVRO_DEPTH_MAX,
  AVRO_DOUBLE,
  AVRO_ENUM,
  AVRO_FIXED,
  AVRO_FLOAT,
  AVRO_INT,
  AVRO_LONG,
  AVRO_MAP,
  AVRO_NULL,
  AVRO_STRING,
  AVRO_UNION,
  avroEnd,
  readAvroLong,
  skipAvro,
  skipAvroLong,
  stepAvro,
} from "../../../lib/kernels/avro-wire.ts";
import { converted, put, textOf } from "./avro-converted.ts";
import { defaultOf } from "./avro-default.ts";
import { AvroFault } from "./avro-fault.ts";
import type { AvroReading } from "./avro-reading.ts";

/** Bytes that are read from `at` on; `startAvro` comes before the first value of a message. */
export interface AvroCursor {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
}

/**
 * The value at the cursor, which moves behind it: null, booleans, numbers (a bigint for a long beyond the safe range),
 * texts, Buffers, arrays, plain objects for records and maps. A date or timestamp is a Date (instants before or after
 * those that a Date can hold are faults), a time of day milliseconds, a decimal its exact text, an Avro duration
 * { months, days, milliseconds }. Throws AvroFault.
 */
export function readAvroValue(reading: AvroReading, cursor: AvroCursor, depth: number): unknown {
  const { kind, failure } = reading;
  if (failure !== null) throw new AvroFault(failure, cursor.at, "TP_ROW_SCHEMA_MISMATCH");
  switch (kind) {
    case AVRO_NULL:
      return null;
    case AVRO_BOOLEAN:
      return readBoolean(cursor);
    case AVRO_INT:
      return converted(reading, readInt(cursor), cursor.at);
    case AVRO_LONG:
      return converted(reading, readLong(cursor), cursor.at);
    case AVRO_FLOAT:
      return viewOf(cursor, 4).getFloat32(0, true);
    case AVRO_DOUBLE:
      return viewOf(cursor, 8).getFloat64(0, true);
    case AVRO_BYTES:
      return converted(reading, take(cursor, readLength(cursor)), cursor.at);
    case AVRO_STRING:
      return readText(reading, cursor);
    case AVRO_FIXED:
      return converted(reading, take(cursor, reading.size), cursor.at);
    case AVRO_ENUM:
      return readSymbol(reading, cursor);
    case AVRO_UNION:
      return readAvroValue(reading.parts[readIndex(cursor, reading.parts.length, "branch")], cursor, depth);
    case AVRO_ARRAY:
      return readArray(reading, cursor, deeper(cursor, depth));
    case AVRO_MAP:
      return readMap(reading, cursor, deeper(cursor, depth));
    default:
      return readRecord(reading, cursor, deeper(cursor, depth));
  }
}

/** Moves the cursor behind a value that nobody wants. */
export function skipAvroValue(reading: AvroReading, cursor: AvroCursor, depth: number): void {
  const at = skipAvro(reading, cursor.bytes, cursor.at, cursor.end, depth);
  if (at < 0) throw new AvroFault("a value ends too early, or is none of its type", cursor.at);
  cursor.at = at;
}

function deeper(cursor: AvroCursor, depth: number): number {
  if (depth < AVRO_DEPTH_MAX) return depth + 1;
  throw new AvroFault(`it is nested deeper than ${AVRO_DEPTH_MAX} levels`, cursor.at, "TP_ROW_TOO_DEEP");
}

function step(cursor: AvroCursor): void {
  if (!stepAvro()) throw new AvroFault("there are more items than its bytes can mean", cursor.at);
}

function readRecord(reading: AvroReading, cursor: AvroCursor, depth: number): unknown {
  step(cursor);
  const { parts, names } = reading;
  const record: Record<string, unknown> = {};
  for (let i = 0; i < parts.length; i++) {
    const name = names[i];
    if (name === null) skipAvroValue(parts[i], cursor, depth);
    else put(record, name, readAvroValue(parts[i], cursor, depth));
  }
  for (const field of reading.defaults) put(record, field.name, defaultOf(field.type, field.default));
  return record;
}

function readArray({ parts: [item] }: AvroReading, cursor: AvroCursor, depth: number): unknown[] {
  const items: unknown[] = [];
  readBlocks(cursor, () => items.push(readAvroValue(item, cursor, depth)));
  return items;
}

function readMap({ parts: [value] }: AvroReading, cursor: AvroCursor, depth: number): unknown {
  const map: Record<string, unknown> = {};
  readBlocks(cursor, () => {
    const name = textOf(take(cursor, readLength(cursor)), cursor.at);
    put(map, name, readAvroValue(value, cursor, depth));
  });
  return map;
}

function readBlocks(cursor: AvroCursor, readItem: () => void): void {
  for (;;) {
    const start = cursor.at;
    const count = readExact(cursor, "a block's count");
    if (count === 0) return;
    const size = count < 0 ? readLength(cursor) : -1;
    const blockEnd = cursor.at + size;
    for (let left = Math.abs(count); left > 0; left--) {
      step(cursor);
      readItem();
    }
    if (size >= 0 && cursor.at !== blockEnd)
      throw new AvroFault("a block has another size than it says", start);
  }
}

function readBoolean(cursor: AvroCursor): boolean {
  const at = cursor.at;
  const [byte] = take(cursor, 1);
  if (byte > 1) throw new AvroFault(`the byte ${byte} is no boolean`, at);
  return byte === 1;
}

function readInt(cursor: AvroCursor): number {
  const at = cursor.at;
  const value = readExact(cursor, "an int");
  if ((value | 0) !== value) throw new AvroFault(`${value} is beyond the range of an int`, at);
  return value;
}

function readExact(cursor: AvroCursor, what: string): number {
  const value = readAvroLong(cursor.bytes, cursor.at, cursor.end);
  if (avroEnd < 0) throw new AvroFault(`${what} ends too early, or is too large`, cursor.at);
  cursor.at = avroEnd;
  return value;
}

function readLong(cursor: AvroCursor): number | bigint {
  const { bytes, at, end } = cursor;
  const value = readAvroLong(bytes, at, end);
  if (avroEnd >= 0) {
    cursor.at = avroEnd;
    return value;
  }
  const after = skipAvroLong(bytes, at, end);
  if (after < 0) throw new AvroFault("a long ends too early, or is too large", at);
  let unsigned = 0n;
  for (let i = after - 1; i >= at; i--) unsigned = (unsigned << 7n) | BigInt(bytes[i] & 0x7f);
  cursor.at = after;
  const signed = (unsigned >> 1n) ^ -(unsigned & 1n);
  const exact = Number(signed);
  return Number.isSafeInteger(exact) ? exact : signed;
}

function readLength(cursor: AvroCursor): number {
  const at = cursor.at;
  const length = readExact(cursor, "a length");
  if (length < 0 || length > cursor.end - cursor.at)
    throw new AvroFault(`a length of ${length} stands before ${cursor.end - cursor.at} bytes`, at);
  return length;
}

function readIndex(cursor: AvroCursor, count: number, what: string): number {
  const at = cursor.at;
  const index = readExact(cursor, `a ${what}`);
  if (index < 0 || index >= count) throw new AvroFault(`there is no ${what} ${index} among ${count}`, at);
  return index;
}

function readSymbol({ size, symbols }: AvroReading, cursor: AvroCursor): string {
  const at = cursor.at;
  const symbol = symbols[readIndex(cursor, size, "symbol")];
  if (symbol === null) throw new AvroFault("the reader's enum lacks a symbol", at, "TP_ROW_SCHEMA_MISMATCH");
  return symbol;
}

function readText(reading: AvroReading, cursor: AvroCursor): unknown {
  const length = readLength(cursor);
  const at = cursor.at;
  const bytes = take(cursor, length);
  if (reading.conversion === "bytes") return bytes;
  const text = textOf(bytes, at);
  if (reading.conversion !== "json") return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new AvroFault("a text that should be JSON is not", at, "TP_ROW_BAD_JSON");
  }
}

/** A copy: what is read is borrowed. */
function take(cursor: AvroCursor, count: number): Buffer {
  const { bytes, at, end } = cursor;
  if (count > end - at) throw new AvroFault(`${count} bytes are read where ${end - at} are left`, at);
  cursor.at = at + count;
  return Buffer.from(bytes.subarray(at, at + count));
}

function viewOf(cursor: AvroCursor, count: number): DataView {
  const bytes = take(cursor, count);
  return new DataView(bytes.buffer, bytes.byteOffset, count);
}
