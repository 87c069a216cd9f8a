import { assert } from "../../lib/base/assert.ts";
import { decodeText } from "../../lib/data/cell.ts";
import { type Column, NULL, type TextColumn, VALUE } from "../../lib/data/column.ts";
import type { TypeName } from "../../lib/data/type.ts";
import { stableJson } from "../../lib/data/value.ts";
import type { ByteSink } from "../../lib/io/formatter.ts";
import { ISO_DATETIME_BYTES_MAX, writeIsoDatetime } from "../../lib/kernels/iso-datetime.ts";
import { writeBytes, writeJsonUuid } from "../../lib/kernels/json-write.ts";
import { NUMBER_BYTES_MAX, writeAscii, writeNumber } from "../../lib/kernels/number-write.ts";
import { encodable } from "./json-formatter.ts";

/** Room for any cell but texts and bytes. */
const CELL_BYTES = Math.max(NUMBER_BYTES_MAX, ISO_DATETIME_BYTES_MAX, 38);

/**
 * Appends a cell by itself, as message keys and header values have it: a text as its UTF-8, bytes as they are, anything
 * else as its JSON without quotes. json may say bytes as `{ "base64": "…" }`, as the column `_metadata` does, and a json
 * text is that text. Returns false for null, and for json's null: nothing is appended then.
 */
export function writeCellText(column: Column, type: TypeName, row: number, out: ByteSink): boolean {
  const tag = column.tags === null ? VALUE : column.tags[row];
  if (tag !== VALUE) {
    assert(tag === NULL, "a failed cell reached an output");
    return false;
  }
  if (column.layout === "value") return writeDynamic(column.values[row], out);
  if (column.layout === "number") {
    out.reserve(CELL_BYTES);
    writeNumberText(column.values[row], type, out);
    return true;
  }
  return writeText(column, type, row, out);
}

/** There must be room for CELL_BYTES. */
export function writeNumberText(value: number, type: TypeName, out: ByteSink): void {
  if (type === "bool") out.used = writeAscii(out.bytes, out.used, value === 0 ? "false" : "true");
  else if (!Number.isFinite(value)) out.used = writeAscii(out.bytes, out.used, String(value));
  else if (type === "datetime") out.used = writeIsoDatetime(out.bytes, out.used, value);
  else out.used = writeNumber(out.bytes, out.used, value);
}

function writeText({ bytes, starts, ends }: TextColumn, type: TypeName, row: number, out: ByteSink): boolean {
  const start = starts[row];
  const end = ends[row];
  if (type === "json") return writeDynamic(JSON.parse(decodeText(bytes, start, end)), out);
  out.reserve(Math.max(end - start, CELL_BYTES));
  if (type === "pointer") {
    const at = out.used;
    const after = writeJsonUuid(out.bytes, at, bytes, start);
    // The quotes are JSON's.
    out.bytes.copyWithin(at, at + 1, after - 1);
    out.used = after - 2;
  } else out.used = writeBytes(out.bytes, out.used, bytes, start, end);
  return true;
}

/** bigint, any, and what json says. */
export function writeDynamic(value: unknown, out: ByteSink): boolean {
  if (value === null || value === undefined) return false;
  const bytes = value instanceof Uint8Array ? value : (base64Of(value) ?? Buffer.from(textOf(value)));
  out.reserve(bytes.length);
  out.bytes.set(bytes, out.used);
  out.used += bytes.length;
  return true;
}

function textOf(value: unknown): string {
  const plain = encodable(value, 0);
  return typeof plain === "string" ? plain : stableJson(plain);
}

/** The bytes of `{ "base64": "…" }`; null for anything else. */
function base64Of(value: unknown): Buffer | null {
  if (typeof value !== "object" || value === null) return null;
  const entries = Object.entries(value);
  if (entries.length !== 1 || entries[0][0] !== "base64" || typeof entries[0][1] !== "string") return null;
  const bytes = Buffer.from(entries[0][1], "base64");
  // Anything that is not base64 itself is an ordinary object.
  return bytes.toString("base64") === entries[0][1] ? bytes : null;
}
