/** JS values to Protobuf: what the serdes write, and columns that no shorter way leads through. */
import { coerce, Failed } from "../../../lib/data/coerce.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import type { ByteSink } from "../../../lib/io/formatter.ts";
import { PROTOBUF_DEPTH_MAX, WIRE_BYTES } from "../../../lib/kernels/protobuf-scan.ts";
import type { ProtoEnum, ProtoField, ProtoMessage, ScalarName } from "./proto-schema.ts";
import { wireOf } from "./scalars.ts";
import { wrapperNames } from "./well-known.ts";
import {
  writeBytesField,
  writeDouble,
  writeFixed32,
  writeFixed64,
  writeFloat,
  writeSigned,
  writeVarint,
  writeVarint64,
} from "./wire-writer.ts";

/** One writer a level, used again: what is nested is written apart, because its length comes first. */
const levels: ByteWriter[] = [];

/**
 * Appends a message, an object by the names of its fields (as the schema spells them or in lowerCamelCase), or what
 * stands for a well-known type. Null and undefined are fields that are not there.
 *
 * Throws TP_OUTPUT_VALUE naming the field.
 */
export function writeMessage(
  message: ProtoMessage,
  value: unknown,
  out: ByteSink,
  path = "",
  depth = 0,
): void {
  if (depth > PROTOBUF_DEPTH_MAX)
    throw unwritable(path, `is nested deeper than ${PROTOBUF_DEPTH_MAX} levels`);
  const content = contentOf(message, value, path);
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw unwritable(path, `${shown(content)} is no object for ${message.fullName}`);
  }
  const given = new Map(Object.entries(content));
  for (const field of message.fields) {
    const name = given.has(field.name) ? field.name : field.jsonName;
    const part = given.get(name);
    given.delete(name);
    writeField(field, part, out, path === "" ? field.name : `${path}.${field.name}`, depth);
  }
  const [odd] = given.keys();
  if (odd !== undefined) throw unwritable(path, `${message.fullName} has no field ${JSON.stringify(odd)}`);
}

/** Appends a field with its tag; nothing where its value says no more than its absence does. */
export function writeField(field: ProtoField, value: unknown, out: ByteSink, path: string, depth = 0): void {
  if (value === null || value === undefined) {
    if (field.isRequired) throw unwritable(path, "is required, and there is no value");
    return;
  }
  if (field.mapKey !== null) writeMap(field, field.mapKey, value, out, path, depth);
  else if (field.isRepeated) writeList(field, value, out, path, depth);
  else if (isMessage(field.type)) writeNested(field.number, field.type, value, out, path, depth);
  else {
    const before = out.used;
    writeVarint(field.number * 8 + wireOf(field.type), out);
    const valueAt = out.used;
    writeScalar(field.type, value, out, path);
    if (!field.hasPresence && isZero(out, valueAt)) out.used = before;
  }
}

/** Whether 0, false, "" or no bytes were written. */
function isZero(out: ByteSink, from: number): boolean {
  for (let i = from; i < out.used; i++) if (out.bytes[i] !== 0) return false;
  return true;
}

function isMessage(type: ProtoField["type"]): type is ProtoMessage {
  return typeof type !== "string" && type.kind === "message";
}

function writeNested(
  number: number,
  type: ProtoMessage,
  value: unknown,
  out: ByteSink,
  path: string,
  depth: number,
): void {
  levels[depth] ??= new ByteWriter(256);
  const level = levels[depth];
  level.reset();
  writeMessage(type, value, level, path, depth + 1);
  writeVarint(number * 8 + WIRE_BYTES, out);
  writeBytesField(level.bytes, 0, level.used, out);
}

function writeList(field: ProtoField, value: unknown, out: ByteSink, path: string, depth: number): void {
  if (!Array.isArray(value)) throw unwritable(path, `${shown(value)} is no array`);
  if (value.length === 0) return;
  const { type, number } = field;
  if (field.isPacked && !isMessage(type)) {
    const packed = new ByteWriter(value.length * 2);
    value.forEach((item, i) => writeScalar(type, item, packed, `${path}[${i}]`));
    writeVarint(number * 8 + WIRE_BYTES, out);
    writeBytesField(packed.bytes, 0, packed.used, out);
    return;
  }
  value.forEach((item, i) => {
    const place = `${path}[${i}]`;
    if (isMessage(type)) writeNested(number, type, item, out, place, depth);
    else {
      writeVarint(number * 8 + wireOf(type), out);
      writeScalar(type, item, out, place);
    }
  });
}

function writeMap(
  field: ProtoField,
  key: ScalarName,
  value: unknown,
  out: ByteSink,
  path: string,
  depth: number,
): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw unwritable(path, `${shown(value)} is no object or Map`);
  }
  const { type } = field;
  for (const [name, item] of value instanceof Map ? value : Object.entries(value)) {
    const place = `${path}[${JSON.stringify(String(name))}]`;
    const entry = new ByteWriter(64);
    writeVarint(8 + wireOf(key), entry);
    writeScalar(key, keyOf(key, name), entry, place);
    if (isMessage(type)) writeNested(2, type, item, entry, place, depth);
    else {
      writeVarint(16 + wireOf(type), entry);
      writeScalar(type, item, entry, place);
    }
    writeVarint(field.number * 8 + WIRE_BYTES, out);
    writeBytesField(entry.bytes, 0, entry.used, out);
  }
}

/** Keys of an object are texts, whatever the schema calls them. */
function keyOf(type: ScalarName, name: unknown): unknown {
  return type === "bool" && typeof name === "string" ? name === "true" : name;
}

/** Appends a value without its tag. */
function writeScalar(type: ScalarName | ProtoEnum, value: unknown, out: ByteSink, path: string): void {
  if (typeof type !== "string") writeSigned(enumNumber(type, value, path), out);
  else if (type === "string" || type === "bytes") {
    const bytes = coerce(value, { name: type === "string" ? "str" : "bytes", optional: false });
    if (bytes instanceof Failed) throw unwritable(path, bytes.detail);
    const content = typeof bytes === "string" ? Buffer.from(bytes) : (bytes as Uint8Array);
    writeBytesField(content, 0, content.length, out);
  } else if (type === "bool") {
    if (typeof value !== "boolean") throw unwritable(path, `${shown(value)} is no bool`);
    writeVarint(value ? 1 : 0, out);
  } else if (type === "double" || type === "float") {
    const number = coerce(value, { name: "float", optional: false });
    if (number instanceof Failed) throw unwritable(path, number.detail);
    if (type === "double") writeDouble(number as number, out);
    else writeFloat(number as number, out);
  } else writeInteger(type, value, out, path);
}

function writeInteger(type: ScalarName, value: unknown, out: ByteSink, path: string): void {
  const integer = coerce(value, { name: "bigint", optional: false });
  if (integer instanceof Failed) throw unwritable(path, integer.detail);
  const exact = integer as bigint;
  const bits = type.endsWith("64") ? 64 : 32;
  const isUnsigned = type.startsWith("u") || type.startsWith("fixed");
  const fits = isUnsigned ? BigInt.asUintN(bits, exact) : BigInt.asIntN(bits, exact);
  if (fits !== exact) throw unwritable(path, `${exact} is beyond the range of ${type}`);
  if (type.includes("fixed")) {
    if (bits === 64) writeFixed64(exact, out);
    else writeFixed32(Number(BigInt.asUintN(32, exact)), out);
  } else if (type.startsWith("sint")) {
    writeVarint64(exact >= 0n ? exact * 2n : -exact * 2n - 1n, out);
  } else writeVarint64(exact, out);
}

function enumNumber(type: ProtoEnum, value: unknown, path: string): number {
  const number = typeof value === "string" ? type.numberOf.get(value) : value;
  if (typeof number === "number" && number === (number | 0)) return number;
  throw unwritable(path, `${shown(value)} is no value of ${type.fullName}`);
}

/** What stands for a well-known type, as an object of its fields; other values as they are. */
function contentOf({ fullName }: ProtoMessage, value: unknown, path: string): unknown {
  if (!fullName.startsWith("google.protobuf.")) return value;
  if (fullName === "google.protobuf.Timestamp" || fullName === "google.protobuf.Duration") {
    const name = fullName.endsWith("Duration") ? "duration" : "datetime";
    const ms = coerce(value, { name, optional: false });
    if (ms instanceof Failed) throw unwritable(path, ms.detail);
    return secondsAndNanos(ms as number, name === "datetime");
  }
  if (wrapperNames.has(fullName)) return { value };
  if (fullName === "google.protobuf.Struct") return { fields: value };
  if (fullName === "google.protobuf.ListValue") return { values: value };
  if (fullName !== "google.protobuf.Value") return value;
  if (value === null) return { null_value: 0 };
  if (typeof value === "number") return { number_value: value };
  if (typeof value === "string") return { string_value: value };
  if (typeof value === "boolean") return { bool_value: value };
  return Array.isArray(value) ? { list_value: value } : { struct_value: value };
}

/** Nanoseconds of a point in time count up, those of a span have its sign. */
function secondsAndNanos(ms: number, isTime: boolean): { seconds: number; nanos: number } {
  const seconds = isTime ? Math.floor(ms / 1000) : Math.trunc(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

function unwritable(path: string, why: string): TowpathError {
  const where = path === "" ? "the value" : `the value of ${path}`;
  return new TowpathError("TP_OUTPUT_VALUE", `${where} cannot be written as Protobuf: ${why}`, {
    hint: "Give what the schema says, or change the schema.",
  });
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  return String(value);
}
