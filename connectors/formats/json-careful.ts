/**
 * The careful path of reading json: what a message means and what is wrong with it, by JSON.parse. The scanner
 * (lib/kernels/json-scan.ts) takes a subset of it, with the same result.
 */

import { coerce, Failed, isDeeper } from "../../lib/data/coerce.ts";
import { writeCell } from "../../lib/data/column-builder.ts";
import type { RowBuilder } from "../../lib/data/row-builder.ts";
import type { ColumnSchema, Columns } from "../../lib/data/schema.ts";
import type { ColumnType } from "../../lib/data/type.ts";
import { JSON_DEPTH_MAX } from "../../lib/data/value.ts";
import type { PackedMessages } from "../../lib/io/parser.ts";
import { skipJsonSpace, skipJsonValue, skipName } from "../../lib/kernels/json-skip.ts";
import { columnName, decodeMessage, encodingDetail, excerpt, lossyText, startOf } from "./message.ts";

/**
 * Appends the rows of one message, an object or an array of objects; returns what is wrong with it, or null. After an
 * error some rows may have been appended: the caller takes them back. `fallbacks` by position in `columns`.
 */
export function readJsonMessage(
  columns: Columns,
  fallbacks: readonly unknown[],
  messages: PackedMessages,
  message: number,
  rows: RowBuilder,
): Failed | null {
  const start = startOf(messages, message);
  const bytes = messages.bytes.subarray(start, messages.ends[message]);
  const text = decodeMessage(bytes, 0, bytes.length);
  if (text === null) return new Failed(encodingDetail(bytes, 0, bytes.length), "TP_ROW_BAD_ENCODING");
  if (isDeeper(text, JSON_DEPTH_MAX)) {
    return new Failed(`the message is nested deeper than ${JSON_DEPTH_MAX} levels`, "TP_ROW_TOO_DEEP");
  }
  const content = parse(text);
  if (content instanceof Failed) return content;
  const objects: readonly unknown[] = Array.isArray(content) ? content : [content];
  for (let ordinal = 0; ordinal < objects.length; ordinal++) {
    const where = Array.isArray(content) ? `in item ${ordinal} of the array, ` : "";
    const object = objects[ordinal];
    if (typeof object !== "object" || object === null || Array.isArray(object)) {
      const given = excerpt(JSON.stringify(object) ?? "", 0);
      return new Failed(`${where}${given} stands where an object was expected`, "TP_ROW_BAD_JSON");
    }
    for (let i = 0; i < columns.length; i++) {
      const builder = rows.columns[i];
      if (builder === null) continue;
      const raw = (): string => memberText(text, ordinal, columns[i].name);
      const value = cellOf(object, columns[i], fallbacks[i], raw);
      if (value instanceof Failed) return new Failed(`${where}${value.detail}`, value.code);
      writeCell(builder, columns[i].type, rows.length, value);
    }
    rows.endRow(messages.partitions[message], messages.offsets[message], ordinal);
  }
  return null;
}

/** JSON.parse makes own properties of all names, `__proto__` too, so `hasOwn` sees data and nothing else. */
function cellOf(object: object, column: ColumnSchema, fallback: unknown, raw: () => string): unknown {
  const { name, type } = column;
  if (!Object.hasOwn(object, name)) {
    if (fallback !== undefined) return fallback;
    return new Failed(
      `${columnName(name)} is missing in ${excerpt(JSON.stringify(object), 0)}`,
      "TP_ROW_MISSING_COLUMN",
    );
  }
  const value = fromJson((object as Record<string, unknown>)[name], type, raw);
  return value instanceof Failed ? new Failed(`${columnName(name)}: ${value.detail}`, value.code) : value;
}

/**
 * A parsed JSON value as a value of a column's type, or Failed. `raw` gives the text that it was parsed from: a number
 * that parsing rounded must not pass for an integer, and a bigint column can hold it.
 */
export function fromJson(value: unknown, type: ColumnType, raw: () => string): unknown {
  if (typeof value !== "number") return coerce(value, type);
  if (!Number.isSafeInteger(value) && type.name === "bigint") {
    const text = raw();
    return coerce(/^-?\d+$/.test(text) ? text : value, type);
  }
  if (
    !Number.isSafeInteger(value) &&
    type.name === "int" &&
    (Number.isInteger(value) || !Number.isFinite(value))
  ) {
    return new Failed(`${short(raw())} is not a safe integer`, "TP_INT_RANGE");
  }
  if (!Number.isFinite(value)) return new Failed(`${short(raw())} is beyond the range of a float`);
  return coerce(value, type);
}

function short(number: string): string {
  return number.length <= 80 ? number : `${number.slice(0, 79)}…`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return new Failed(syntaxDetail(text, error), "TP_ROW_BAD_JSON");
  }
}

/** The engine's own message names no place in some cases, so the place is found by our scanner. */
function syntaxDetail(text: string, error: unknown): string {
  if (text.trim() === "") return "the message is not JSON: it is empty";
  const bytes = Buffer.from(text);
  const end = bytes.length;
  const valueEnd = skipJsonValue(bytes, 0, end, JSON_DEPTH_MAX);
  const at = valueEnd < 0 ? -1 - valueEnd : skipJsonSpace(bytes, valueEnd, end);
  if (at >= end && valueEnd >= 0) return `the message is not JSON: ${excerpt(String(error), 0)}`;
  const position = lossyText(bytes, 0, at).length;
  const what = at >= end ? "it ends too early, after" : `unexpected character at position ${position} of`;
  return `the message is not JSON: ${what} ${excerpt(text, position)}`;
}

/** The text of a member's value in a message that JSON.parse took; of several with its name, the last. */
export function memberText(text: string, ordinal: number, name: string): string {
  const bytes = Buffer.from(text);
  const end = bytes.length;
  let at = skipJsonSpace(bytes, 0, end);
  if (bytes[at] === 91) {
    at = skipJsonSpace(bytes, at + 1, end);
    for (let i = 0; i < ordinal; i++) {
      at = skipJsonSpace(bytes, skipJsonValue(bytes, at, end, JSON_DEPTH_MAX), end);
      at = skipJsonSpace(bytes, at + 1, end);
    }
  }
  let found = "";
  at = skipJsonSpace(bytes, at + 1, end);
  while (bytes[at] !== 125) {
    const nameEnd = skipName(bytes, at, end);
    const isWanted = JSON.parse(bytes.toString("utf8", at, nameEnd - 1)) === name;
    const valueAt = skipJsonSpace(bytes, nameEnd, end);
    at = skipJsonValue(bytes, valueAt, end, JSON_DEPTH_MAX);
    if (isWanted) found = bytes.toString("utf8", valueAt, at);
    at = skipJsonSpace(bytes, at, end);
    if (bytes[at] === 44) at = skipJsonSpace(bytes, at + 1, end);
  }
  return found;
}
