/** Avro's binary encoding, to be walked through: numbers of variable length, and values that nobody wants. */

/** What values of a schema look like in bytes. */
export interface AvroShape {
  /** An AVRO_ kind. */
  readonly kind: number;
  /** The bytes of a fixed, the symbols of an enum; else 0. */
  readonly size: number;
  /** The fields of a record, the branches of a union, an array's items, a map's values. */
  readonly parts: readonly AvroShape[];
}

export const AVRO_NULL = 0;
export const AVRO_BOOLEAN = 1;
export const AVRO_INT = 2;
export const AVRO_LONG = 3;
export const AVRO_FLOAT = 4;
export const AVRO_DOUBLE = 5;
export const AVRO_BYTES = 6;
export const AVRO_STRING = 7;
export const AVRO_FIXED = 8;
export const AVRO_ENUM = 9;
export const AVRO_RECORD = 10;
export const AVRO_ARRAY = 11;
export const AVRO_MAP = 12;
export const AVRO_UNION = 13;

/** Levels of records, arrays and maps. */
export const AVRO_DEPTH_MAX = 100;
/** Steps that may take no byte: records without fields, items that are null. */
const FREE_STEPS = 10_000;
const INT_END = 2 ** 31;

/** Where what `readAvroLong` read last ends; -1 where it could not. */
export let avroEnd = 0;
let steps = 0;

/** Begins a message of so many bytes: values without bytes could otherwise be told to repeat for ever. */
export function startAvro(bytes: number): void {
  steps = FREE_STEPS + bytes;
}

/** Counts a record, an item or an entry; false where a message has more than its bytes can mean. */
export function stepAvro(): boolean {
  return --steps >= 0;
}

/**
 * A zigzag number of at most ten bytes. `avroEnd` is -1 behind it where `bytes[start, end)` does not begin with one,
 * or with one that a double does not hold exactly.
 */
export function readAvroLong(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let low = 0;
  for (let shift = 0; shift < 28 && at < end; shift += 7) {
    const byte = bytes[at++];
    low |= (byte & 0x7f) << shift;
    if (byte >= 0x80) continue;
    avroEnd = at;
    return (low >>> 1) ^ -(low & 1);
  }
  let high = 0;
  let scale = 2 ** 27;
  for (let i = 4; i < 10 && at < end; i++) {
    const byte = bytes[at++];
    high += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte >= 0x80) continue;
    const half = (low >>> 1) + high;
    avroEnd = half < Number.MAX_SAFE_INTEGER ? at : -1;
    return (low & 1) === 0 ? half : -half - 1;
  }
  avroEnd = -1;
  return 0;
}

/** The end of a number, however large; -1 where there is none. The last of ten bytes holds one bit. */
export function skipAvroLong(bytes: Uint8Array, start: number, end: number): number {
  const last = Math.min(end, start + 10);
  for (let at = start; at < last; at++) {
    if (bytes[at] < 0x80) return at - start === 9 && bytes[at] > 1 ? -1 : at + 1;
  }
  return -1;
}

/** The end of the value that begins at `start`, or -1 where `bytes[start, end)` holds none. Texts are not looked into. */
export function skipAvro(
  shape: AvroShape,
  bytes: Uint8Array,
  start: number,
  end: number,
  depth: number,
): number {
  const { kind } = shape;
  switch (kind) {
    case AVRO_NULL:
      return start;
    case AVRO_BOOLEAN:
      return start < end && bytes[start] <= 1 ? start + 1 : -1;
    case AVRO_INT: {
      const value = readAvroLong(bytes, start, end);
      return value < INT_END && value >= -INT_END ? avroEnd : -1;
    }
    case AVRO_LONG:
      return skipAvroLong(bytes, start, end);
    case AVRO_FLOAT:
      return start + 4 <= end ? start + 4 : -1;
    case AVRO_DOUBLE:
      return start + 8 <= end ? start + 8 : -1;
    case AVRO_FIXED:
      return start + shape.size <= end ? start + shape.size : -1;
    case AVRO_BYTES:
    case AVRO_STRING: {
      const length = readAvroLong(bytes, start, end);
      return avroEnd >= 0 && length >= 0 && length <= end - avroEnd ? avroEnd + length : -1;
    }
    case AVRO_ENUM: {
      const symbol = readAvroLong(bytes, start, end);
      return symbol >= 0 && symbol < shape.size ? avroEnd : -1;
    }
    case AVRO_UNION: {
      const branch = readAvroLong(bytes, start, end);
      if (avroEnd < 0 || branch < 0 || branch >= shape.parts.length) return -1;
      return skipAvro(shape.parts[branch], bytes, avroEnd, end, depth);
    }
    case AVRO_RECORD:
      return skipRecord(shape, bytes, start, end, depth);
    default:
      return depth >= AVRO_DEPTH_MAX ? -1 : skipBlocks(shape, bytes, start, end, depth + 1);
  }
}

function skipRecord(
  { parts }: AvroShape,
  bytes: Uint8Array,
  start: number,
  end: number,
  depth: number,
): number {
  if (depth >= AVRO_DEPTH_MAX || !stepAvro()) return -1;
  let at = start;
  for (let i = 0; i < parts.length && at >= 0; i++) at = skipAvro(parts[i], bytes, at, end, depth + 1);
  return at;
}

/** Items or entries in blocks, each behind its count; a negative count is followed by the block's bytes. */
function skipBlocks(
  { kind, parts: [item] }: AvroShape,
  bytes: Uint8Array,
  start: number,
  end: number,
  depth: number,
): number {
  let at = start;
  for (;;) {
    const count = readAvroLong(bytes, at, end);
    at = avroEnd;
    if (at < 0 || count === 0) return at;
    if (count < 0) {
      const size = readAvroLong(bytes, at, end);
      if (avroEnd < 0 || size < 0 || size > end - avroEnd) return -1;
      at = avroEnd + size;
      continue;
    }
    for (let i = 0; i < count; i++) {
      if (!stepAvro()) return -1;
      if (kind === AVRO_MAP) {
        const length = readAvroLong(bytes, at, end);
        if (avroEnd < 0 || length < 0 || length > end - avroEnd) return -1;
        at = avroEnd + length;
      }
      at = skipAvro(item, bytes, at, end, depth);
      if (at < 0) return -1;
    }
  }
}
