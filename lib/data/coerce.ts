import { validate as isUuid } from "uuid";
import type { ErrorCode } from "../errors.ts";
import { DATETIME_MAX_MS, parseIsoDatetime } from "../kernels/iso-datetime.ts";
import { type ColumnType, formatType } from "./type.ts";
import { JSON_DEPTH_MAX } from "./value.ts";

/** Why a value does not have a column's type: a code, and a sentence without the column's name. */
export class Failed {
  readonly code: ErrorCode;
  readonly detail: string;

  constructor(detail: string, code: ErrorCode = "TP_ROW_BAD_VALUE") {
    this.code = code;
    this.detail = detail;
  }
}

/**
 * A JS value as a value of a column's type, ready for `writeCell`; `Failed` where it is none. Never throws.
 *
 * - int: safe integers. float: numbers, and the texts "NaN", "Infinity", "-Infinity". -0 becomes 0.
 * - str: well-formed text. bool: booleans. bytes: a Uint8Array, or base64 text (RFC 4648, padding optional).
 * - json: null (inside), booleans, finite numbers, texts, arrays and plain objects, at most JSON_DEPTH_MAX deep.
 * - bigint: bigints, safe integers, decimal text.
 * - datetime: a Date, ISO 8601 text (UTC where no zone is given), or milliseconds since 1970; whole milliseconds,
 *   rounded towards the past.
 * - duration: milliseconds, or "250ms", "10s", "5m", "1h", "2d". pointer: its UUID text.
 * - any: booleans, numbers, bigints, texts, bytes, dates, what json takes (copied), and tuples: arrays of all that but dates.
 * - null and undefined: null where the type is optional, else failed.
 *
 * @example
 * coerce("1h", { name: "duration", optional: false }) // 3600000
 */
export function coerce(value: unknown, type: ColumnType): unknown {
  if (value === null || value === undefined) {
    return type.optional ? null : new Failed(`null is not allowed in a column of type ${type.name}`);
  }
  const result = converters[type.name](value);
  return result === undefined ? new Failed(`${describe(value)} is not ${article(type)}`) : result;
}

/**
 * A text (a csv cell) as a value of a column's type; `Failed` where it is none. Never throws.
 *
 * - The empty text is null where the type is optional, in str columns too: csv has no other way to say null.
 *   Where it is not optional it is the empty text (str, any), no bytes (bytes), and else failed.
 * - int: sign and digits. float: a decimal number, with or without exponent, or NaN, Infinity, -Infinity; no spaces.
 * - bool: true, false, 1, 0 in any case. json: JSON text. datetime, duration: as in `coerce`, or milliseconds.
 * - any: the text itself.
 */
export function coerceText(text: string, type: ColumnType): unknown {
  if (text === "" && type.optional) return null;
  const result = textConverters[type.name](text);
  if (result === null) return coerce(null, type);
  return result === undefined ? new Failed(`${describe(text)} is not ${article(type)}`) : result;
}

/** Returns undefined where the value does not fit and there is no more to say than that. */
type Converter<T> = (value: T) => unknown;

const converters: Record<ColumnType["name"], Converter<unknown>> = {
  int: (value) => (typeof value === "number" ? safeInteger(value) : undefined),
  float: (value) => (typeof value === "number" ? value + 0 : specialFloat(value)),
  str: wellFormed,
  bool: (value) => (typeof value === "boolean" ? value : undefined),
  bytes: (value) =>
    value instanceof Uint8Array ? value : typeof value === "string" ? base64(value) : undefined,
  json: (value) => plainCopy(value, 0),
  bigint: toBigInt,
  datetime: toDatetime,
  duration: toDuration,
  pointer: (value) => (isUuid(value) ? (value as string).toLowerCase() : undefined),
  any: (value) => (isAtom(value) ? value : tupleCopy(value, 0)),
};

const textConverters: Record<ColumnType["name"], Converter<string>> = {
  ...converters,
  int: (text) => (INTEGER.test(text) ? safeInteger(Number(text), text) : undefined),
  float: (text) => (DECIMAL.test(text) ? finite(Number(text), text) : specialFloat(text)),
  bool: (text) => (/^(true|1)$/i.test(text) ? true : /^(false|0)$/i.test(text) ? false : undefined),
  json: jsonText,
  datetime: (text) => toDatetime(DECIMAL.test(text) ? Number(text) : text),
  duration: (text) => toDuration(DECIMAL.test(text) ? Number(text) : text),
  any: (text) => text,
};

const INTEGER = /^[+-]?\d+$/;
/** What `coerceText` takes as a number. */
const DECIMAL = /^[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const DURATION = /^([+-]?\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `text` is what was written, where rounding may have changed it. */
function safeInteger(value: number, text = String(value)): unknown {
  if (Number.isSafeInteger(value)) return value + 0;
  if (!Number.isInteger(value) && Math.abs(value) < 2 ** 53) return undefined;
  return new Failed(`${cut(text)} is not a safe integer`, "TP_INT_RANGE");
}

/** Digits that a float cannot hold are an error rather than a silent Infinity. */
function finite(value: number, text: string): unknown {
  return Number.isFinite(value) ? value + 0 : new Failed(`${cut(text)} is beyond the range of a float`);
}

function specialFloat(value: unknown): number | undefined {
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : undefined;
}

/** Half a surrogate pair has no UTF-8: writing it would silently make it U+FFFD. */
function wellFormed(value: unknown): unknown {
  if (typeof value !== "string") return undefined;
  if (!LONE_SURROGATE.test(value)) return value;
  return new Failed(`${describe(value)} holds half a surrogate pair`, "TP_ROW_BAD_ENCODING");
}

function base64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const rest = (text.length - padding) % 4;
  if (rest === 1 || (padding > 0 && rest + padding !== 4)) return undefined;
  return Buffer.from(text, "base64");
}

function toBigInt(value: unknown): unknown {
  if (typeof value === "bigint") return value;
  if (typeof value === "string") return INTEGER.test(value) ? BigInt(value) : undefined;
  if (typeof value !== "number") return undefined;
  const integer = safeInteger(value);
  return typeof integer === "number" ? BigInt(integer) : integer;
}

function toDatetime(value: unknown): number | undefined {
  let ms = Number.NaN;
  if (typeof value === "number") ms = Math.floor(value);
  else if (value instanceof Date) ms = value.getTime();
  else if (typeof value === "string" && value.length <= 64) {
    const bytes = Buffer.from(value);
    ms = parseIsoDatetime(bytes, 0, bytes.length);
  }
  return ms >= -DATETIME_MAX_MS && ms <= DATETIME_MAX_MS ? ms + 0 : undefined;
}

function toDuration(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : undefined;
  const match = typeof value === "string" ? DURATION.exec(value) : null;
  const ms = match === null ? Number.NaN : Number(match[1]) * unitsMs[match[2]];
  return Number.isFinite(ms) ? ms + 0 : undefined;
}

function jsonText(text: string): unknown {
  if (isDeeper(text, JSON_DEPTH_MAX)) return tooDeep();
  try {
    return plainCopy(JSON.parse(text), 0);
  } catch {
    return new Failed(`${describe(text)} is not JSON`);
  }
}

/** Values that an `any` column holds as they are. */
function isAtom(value: unknown): boolean {
  return (
    typeof value === "bigint" ||
    typeof value === "number" ||
    value instanceof Uint8Array ||
    value instanceof Date
  );
}

/** A copy of a tuple, whose items may be what JSON has not; of anything else a plain copy. */
function tupleCopy(value: unknown, depth: number): unknown {
  if (typeof value === "number") return value + 0;
  if (typeof value === "bigint" || value instanceof Uint8Array) return value;
  if (!Array.isArray(value)) return plainCopy(value, depth);
  return depth >= JSON_DEPTH_MAX ? tooDeep() : arrayCopy(value, depth, tupleCopy);
}

/**
 * A copy of a JSON value that nobody else can change; Failed where it is none. Names such as `__proto__` are data.
 * The depth limit also ends cycles.
 */
function plainCopy(value: unknown, depth: number): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    return Number.isFinite(value) ? value + 0 : new Failed(`JSON has no ${value}`);
  }
  if (typeof value !== "object") return new Failed(`JSON has no ${describe(value)}`);
  if (depth >= JSON_DEPTH_MAX) return tooDeep();
  return Array.isArray(value) ? arrayCopy(value, depth, plainCopy) : objectCopy(value, depth);
}

function arrayCopy(array: readonly unknown[], depth: number, itemCopy: typeof plainCopy): unknown {
  const copy: unknown[] = [];
  for (const item of array) {
    const copied = itemCopy(item, depth + 1);
    if (copied instanceof Failed) return copied;
    copy.push(copied);
  }
  return copy;
}

function objectCopy(object: object, depth: number): unknown {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return new Failed(`JSON has no ${describe(object)}`);
  }
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(object)) {
    if (item === undefined) continue;
    const copied = plainCopy(item, depth + 1);
    if (copied instanceof Failed) return copied;
    if (name !== "__proto__") copy[name] = copied;
    else
      Object.defineProperty(copy, name, {
        value: copied,
        enumerable: true,
        writable: true,
        configurable: true,
      });
  }
  return copy;
}

function tooDeep(): Failed {
  return new Failed(`a JSON value is nested deeper than ${JSON_DEPTH_MAX} levels`, "TP_ROW_TOO_DEEP");
}

/** Whether more than `limit` brackets are open somewhere in a JSON text, well-formed or not; strings are skipped. */
export function isDeeper(text: string, limit: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (quoted) {
      if (unit === 92) i++;
      else if (unit === 34) quoted = false;
    } else if (unit === 34) quoted = true;
    else if (unit === 91 || unit === 123) {
      if (++depth > limit) return true;
    } else if (unit === 93 || unit === 125) depth--;
  }
  return false;
}

const LENGTH_MAX = 80;

/** Short and on one line: JSON.stringify leaves some control characters and line separators as they are. */
function cut(given: string): string {
  const text = given.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "\ufffd");
  return text.length <= LENGTH_MAX ? text : `${text.slice(0, LENGTH_MAX - 1)}…`;
}

/** A value in a message: short, on one line, whatever it is. */
function describe(value: unknown): string {
  if (typeof value === "string") return cut(JSON.stringify(value.slice(0, LENGTH_MAX)));
  if (typeof value === "bigint") return cut(`${value}n`);
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return "an array";
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" && name !== "Object" && name !== "" ? `a ${cut(name)}` : "an object";
}

function article(type: ColumnType): string {
  const text = formatType(type);
  return `${/^[aeiou]/.test(text) ? "an" : "a"} ${text}`;
}
