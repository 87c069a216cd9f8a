/** JS values to Avro's bytes: the inverse of avro-value.ts, with some more forms that are taken. */
import { coerce, Failed } from "../../../lib/data/coerce.ts";
import { JSON_DEPTH_MAX, stableJson } from "../../../lib/data/value.ts";
import type { ByteSink } from "../../../lib/io/formatter.ts";
import { AVRO_LONG_BYTES_MAX, writeAvroBigInt, writeAvroLong } from "../../../lib/kernels/avro-write.ts";
import { encodable } from "../json-formatter.ts";
import { decimalBytes, fixedDecimalBytes, unscaledOf } from "./avro-decimal.ts";
import { defaultOf } from "./avro-default.ts";
import type { AvroFixed, AvroPrimitive, AvroRecord, AvroType, AvroUnion } from "./avro-schema.ts";

/** Why a value is none of its type. Thrown within this folder only. */
export class AvroMisfit {
  readonly detail: string;
  /** From the record that was written down to what does not fit: "address.zip". */
  path: string;

  constructor(detail: string) {
    this.detail = detail;
    this.path = "";
  }
}

const INT_END = 2 ** 31;
const LONG_END = 2n ** 63n;
const DAY_MS = 86_400_000;
/** How many raw units make a millisecond. */
const unitsPerMs: Readonly<Record<string, bigint>> = { millis: 1n, micros: 1_000n, nanos: 1_000_000n };

/**
 * Appends a value: null, booleans, numbers (bigints and decimal texts for longs and decimals), texts, bytes (also as
 * base64), arrays, and plain objects for records and maps. A date or timestamp is a Date, ISO 8601 text, or the number that
 * is written; a time of day milliseconds. Of a union the first branch is chosen that has the value's own type, else the
 * first that takes it; `{ "shop.Order": value }` names one. Throws AvroMisfit.
 */
export function writeAvroValue(type: AvroType, value: unknown, out: ByteSink, depth = 0): void {
  if (depth > JSON_DEPTH_MAX) throw new AvroMisfit(`it is nested deeper than ${JSON_DEPTH_MAX} levels`);
  switch (type.kind) {
    case "union":
      writeUnion(type, value, out, depth);
      return;
    case "record":
      writeRecord(type, value, out, depth);
      return;
    case "array":
      if (!Array.isArray(value)) throw misfit(value, "an array");
      writeCount(value.length, out);
      value.forEach((item, i) => at(`[${i}]`, () => writeAvroValue(type.items, item, out, depth + 1)));
      if (value.length > 0) writeLong(0, out);
      return;
    case "map": {
      const entries = entriesOf(value);
      writeCount(entries.length, out);
      for (const [name, item] of entries) {
        writeBytes(Buffer.from(name), out);
        at(name, () => writeAvroValue(type.values, item, out, depth + 1));
      }
      if (entries.length > 0) writeLong(0, out);
      return;
    }
    case "enum": {
      const symbol = type.symbols.indexOf(value as string);
      if (symbol < 0) throw misfit(value, `a symbol of ${type.name}`);
      writeLong(symbol, out);
      return;
    }
    case "fixed":
      writeRaw(fixedBytes(type, value), out);
      return;
    default:
      writePrimitive(type, value, out);
      return;
  }
}

function writePrimitive(type: AvroPrimitive, value: unknown, out: ByteSink): void {
  switch (type.kind) {
    case "null":
      if (value !== null && value !== undefined) throw misfit(value, "null");
      return;
    case "boolean":
      if (typeof value !== "boolean") throw misfit(value, "a boolean");
      writeRaw(Uint8Array.of(value ? 1 : 0), out);
      return;
    case "int": {
      const whole = wholeOf(type, value);
      if (typeof whole !== "number" || whole >= INT_END || whole < -INT_END) throw misfit(value, "an int");
      writeLong(whole, out);
      return;
    }
    case "long":
      writeLong(wholeOf(type, value), out);
      return;
    case "float":
    case "double": {
      const number = coerce(typeof value === "bigint" ? Number(value) : value, {
        name: "float",
        optional: false,
      });
      if (number instanceof Failed) throw misfit(value, `a ${type.kind}`);
      writeFloat(type.kind, number as number, out);
      return;
    }
    case "bytes":
      writeBytes(type.logical?.name === "decimal" ? decimalOf(type.logical, value) : bytesOf(value), out);
      return;
    case "string":
      writeBytes(Buffer.from(textOf(type, value)), out);
      return;
  }
}

function writeUnion({ branches }: AvroUnion, value: unknown, out: ByteSink, depth: number): void {
  const own = branches.findIndex((branch) => isOfType(branch, value));
  const named = own >= 0 ? { branch: own, value } : namedBranch(branches, value);
  if (named !== null) {
    writeLong(named.branch, out);
    writeAvroValue(branches[named.branch], named.value, out, depth + 1);
  } else if (!branches.some((_, branch) => writesBranch(branches, branch, value, out, depth)))
    throw misfit(value, `any of the union's ${branches.length} types`);
}

/** Writes a value as one of a branch, or, where it is none, nothing. */
function writesBranch(
  branches: readonly AvroType[],
  branch: number,
  value: unknown,
  out: ByteSink,
  depth: number,
): boolean {
  const { used } = out;
  try {
    writeLong(branch, out);
    writeAvroValue(branches[branch], value, out, depth + 1);
    return true;
  } catch (error) {
    if (!(error instanceof AvroMisfit)) throw error;
    out.used = used;
    return false;
  }
}

/** Whether a value is of a type beyond doubt, so that no other branch can be meant. */
function isOfType(type: AvroType, value: unknown): boolean {
  if (type.kind === "null") return value === null || value === undefined;
  if ("logical" in type && type.logical !== null && value instanceof Date)
    return /date|timestamp/.test(type.logical.name);
  switch (typeof value) {
    case "boolean":
      return type.kind === "boolean";
    case "number":
      if (type.kind === "int") return (value | 0) === value;
      return type.kind === "long" ? Number.isSafeInteger(value) : type.kind === "double";
    case "bigint":
      return type.kind === "long" && isLong(value);
    case "string":
      return type.kind === "enum" ? type.symbols.includes(value) : type.kind === "string";
    default:
      if (value instanceof Uint8Array)
        return type.kind === "bytes" || (type.kind === "fixed" && type.size === value.length);
      if (Array.isArray(value)) return type.kind === "array";
      return type.kind === "record" && hasFields(type, value);
  }
}

function hasFields({ fields }: AvroRecord, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const names = new Set(fields.map(({ name }) => name));
  return (
    Object.keys(value).every((name) => names.has(name)) &&
    fields.every((field) => field.default !== undefined || Object.hasOwn(value, field.name))
  );
}

function namedBranch(
  branches: readonly AvroType[],
  value: unknown,
): { branch: number; value: unknown } | null {
  if (typeof value !== "object" || value === null) return null;
  const [entry, ...more] = Object.entries(value);
  if (entry === undefined || more.length > 0) return null;
  const branch = branches.findIndex((type) => ("name" in type ? type.name : type.kind) === entry[0]);
  return branch < 0 ? null : { branch, value: entry[1] };
}

function writeRecord({ name, fields }: AvroRecord, value: unknown, out: ByteSink, depth: number): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw misfit(value, `a ${name}`);
  for (const field of fields) {
    const given = Object.hasOwn(value, field.name)
      ? (value as Record<string, unknown>)[field.name]
      : undefined;
    const chosen =
      given === undefined && field.default !== undefined ? defaultOf(field.type, field.default) : given;
    at(field.name, () => writeAvroValue(field.type, chosen, out, depth + 1));
  }
}

/** The number that is written for a whole number, an instant or a time. */
function wholeOf({ logical, kind }: AvroPrimitive, value: unknown): number | bigint {
  const name = logical?.name ?? "";
  if (name.startsWith("time-")) return timeOf(name, value);
  if (name !== "" && (value instanceof Date || typeof value === "string")) return instantOf(name, value);
  const whole = typeof value === "string" && /^-?\d{1,19}$/.test(value) ? BigInt(value) : value;
  if (typeof whole === "bigint" && isLong(whole)) return smallest(whole);
  if (typeof whole === "number" && Number.isSafeInteger(whole)) return whole;
  throw misfit(value, kind === "int" ? "an int" : "a long");
}

function timeOf(name: string, value: unknown): number {
  const ms = coerce(value, { name: "duration", optional: false });
  if (ms instanceof Failed) throw misfit(value, "a time of day");
  return Math.round(name === "time-micros" ? (ms as number) * 1000 : (ms as number));
}

function instantOf(name: string, value: unknown): number | bigint {
  const ms = coerce(value, { name: "datetime", optional: false });
  if (ms instanceof Failed) throw misfit(value, "an instant");
  if (name === "date") return Math.floor((ms as number) / DAY_MS);
  const units = BigInt(ms as number) * (unitsPerMs[name.slice(name.lastIndexOf("-") + 1)] ?? 1n);
  if (!isLong(units)) throw misfit(value, `a ${name}`);
  return smallest(units);
}

function smallest(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function isLong(value: bigint): boolean {
  return value < LONG_END && value >= -LONG_END;
}

function decimalOf(
  { precision, scale }: { readonly precision: number; readonly scale: number },
  value: unknown,
): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  return decimalBytes(unscaled(precision, scale, value));
}

function unscaled(precision: number, scale: number, value: unknown): bigint {
  const isNumeric = typeof value === "number" || typeof value === "bigint" || typeof value === "string";
  const integer = isNumeric ? unscaledOf(value, precision, scale) : null;
  if (integer === null)
    throw misfit(value, `a decimal of ${precision} digits, ${scale} of them behind the point`);
  return integer;
}

function fixedBytes({ name, size, logical }: AvroFixed, value: unknown): Uint8Array {
  if (logical?.name === "decimal" && !(value instanceof Uint8Array))
    return fixedDecimalBytes(unscaled(logical.precision, logical.scale, value), size);
  if (logical?.name === "duration" && !(value instanceof Uint8Array)) return durationBytes(value);
  const isUuid = logical?.name === "uuid" && typeof value === "string" && /^[0-9a-f-]{36}$/i.test(value);
  const bytes = isUuid ? Buffer.from(value.replaceAll("-", ""), "hex") : bytesOf(value);
  if (bytes.length !== size) throw misfit(value, `a ${name}, which has ${size} bytes`);
  return bytes;
}

function durationBytes(value: unknown): Uint8Array {
  const { months, days, milliseconds } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const words = [months, days, milliseconds];
  if (!words.every((word) => typeof word === "number" && word >>> 0 === word))
    throw misfit(value, "an object of months, days and milliseconds");
  const bytes = Buffer.alloc(12);
  words.forEach((word, i) => bytes.writeUInt32LE(word as number, 4 * i));
  return bytes;
}

function bytesOf(value: unknown): Uint8Array {
  const bytes = coerce(value, { name: "bytes", optional: false });
  if (bytes instanceof Failed) throw misfit(value, "bytes");
  return bytes as Uint8Array;
}

function textOf({ logical }: AvroPrimitive, value: unknown): string {
  if (logical?.name === "towpath-json") return stableJson(encodable(value, 0));
  const text = coerce(value, { name: "str", optional: false });
  if (text instanceof Failed) throw misfit(value, "a text");
  return text as string;
}

function entriesOf(value: unknown): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw misfit(value, "an object");
  return Object.entries(value);
}

function writeCount(count: number, out: ByteSink): void {
  writeLong(count, out);
}

/** Appends a long. */
export function writeLong(value: number | bigint, out: ByteSink): void {
  out.reserve(AVRO_LONG_BYTES_MAX);
  out.used =
    typeof value === "number"
      ? writeAvroLong(out.bytes, out.used, value)
      : writeAvroBigInt(out.bytes, out.used, value);
}

/** Appends bytes behind their length. */
function writeBytes(bytes: Uint8Array, out: ByteSink): void {
  writeLong(bytes.length, out);
  writeRaw(bytes, out);
}

function writeRaw(bytes: Uint8Array, out: ByteSink): void {
  out.reserve(bytes.length);
  out.bytes.set(bytes, out.used);
  out.used += bytes.length;
}

const scratch = new DataView(new ArrayBuffer(8));

/** Appends a float (32 bits) or a double. */
export function writeFloat(kind: "float" | "double", value: number, out: ByteSink): void {
  const count = kind === "float" ? 4 : 8;
  if (kind === "float") scratch.setFloat32(0, value, true);
  else scratch.setFloat64(0, value, true);
  out.reserve(count);
  for (let i = 0; i < count; i++) out.bytes[out.used++] = scratch.getUint8(i);
}

/** Writes a part, and tells a misfit where it stood. */
function at(place: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (error instanceof AvroMisfit) {
      const rest = error.path === "" || error.path.startsWith("[") ? error.path : `.${error.path}`;
      error.path = `${place}${rest}`;
    }
    throw error;
  }
}

function misfit(value: unknown, what: string): AvroMisfit {
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : typeof value !== "object" || value === null
        ? String(value)
        : Array.isArray(value)
          ? "an array"
          : `${value instanceof Uint8Array ? "bytes" : value instanceof Date ? "a Date" : "an object"}`;
  const shown = text.length <= 60 ? text : `${text.slice(0, 59)}…`;
  return new AvroMisfit(`${shown} is not ${what}`);
}
