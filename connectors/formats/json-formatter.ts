import { assert } from "../../lib/base/assert.ts";
import type { Batch } from "../../lib/data/batch.ts";
import { type Column, NULL, type TextColumn, VALUE } from "../../lib/data/column.ts";
import type { Columns } from "../../lib/data/schema.ts";
import type { TypeName } from "../../lib/data/type.ts";
import { JSON_DEPTH_MAX, stableJson } from "../../lib/data/value.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { ByteSink, Formatter, RecordOptions } from "../../lib/io/formatter.ts";
import { ISO_DATETIME_BYTES_MAX, writeIsoDatetime } from "../../lib/kernels/iso-datetime.ts";
import {
  writeBytes,
  writeJsonBase64,
  writeJsonNumber,
  writeJsonText,
  writeJsonUuid,
  writeJsonUuidOfWords,
} from "../../lib/kernels/json-write.ts";
import { NUMBER_BYTES_MAX, writeAscii, writeInteger } from "../../lib/kernels/number-write.ts";
import { refuseReserved } from "./reserved-columns.ts";

/** Fields that the writer adds to the columns. */
const DIFF = -1;
const TIME = -2;
const ROW_KEY = -3;
/** A key's text in quotes. */
const UUID_BYTES = 38;

/** One name of a record: the bytes before its value, and where the value comes from (a column, DIFF, TIME, ROW_KEY). */
interface Field {
  readonly prefix: Uint8Array;
  readonly from: number;
  readonly type: TypeName;
}

/**
 * Writes `{…columns, "diff": 1 | -1, "time": t}` with names in the order of fast-json-stable-stringify: the record is
 * what that package makes of it after the encodings of docs/output.md. Throws TP_COLUMN_RESERVED for columns called
 * `diff` or `time`, or `key` where the row's key is written.
 */
export class JsonFormatter implements Formatter {
  readonly #fields: readonly Field[];
  /** The bytes of the time written last, which a whole commit shares. */
  readonly #time = { bytes: new Uint8Array(NUMBER_BYTES_MAX), length: 0, value: Number.NaN };

  constructor(columns: Columns, options: RecordOptions = {}) {
    refuseReserved(columns, options);
    const { changes = true, includeKey = false, positions } = options;
    const sources = columns.map(({ name, type }, i) => ({
      name,
      from: positions?.[i] ?? i,
      type: type.name,
    }));
    if (changes)
      sources.push({ name: "diff", from: DIFF, type: "int" }, { name: "time", from: TIME, type: "int" });
    if (includeKey) sources.push({ name: "key", from: ROW_KEY, type: "pointer" });
    sources.sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#fields = sources.map(({ name, from, type }, i) => ({
      prefix: Buffer.from(`${i === 0 ? "{" : ","}${JSON.stringify(name)}:`),
      from,
      type,
    }));
  }

  formatInto(batch: Batch, row: number, diff: number, out: ByteSink): void {
    if (this.#time.value !== batch.time) this.#setTime(batch.time);
    const fields = this.#fields;
    for (let i = 0; i < fields.length; i++) {
      const { prefix, from, type } = fields[i];
      out.reserve(prefix.length + NUMBER_BYTES_MAX);
      out.used = writeBytes(out.bytes, out.used, prefix, 0, prefix.length);
      if (from >= 0) writeJsonCell(batch.columns[from], type, row, out);
      else if (from === DIFF) out.used = writeInteger(out.bytes, out.used, diff);
      else if (from === ROW_KEY) writeRowKey(batch, row, out);
      else out.used = writeBytes(out.bytes, out.used, this.#time.bytes, 0, this.#time.length);
    }
    out.reserve(1);
    out.bytes[out.used++] = 125;
  }

  #setTime(value: number): void {
    this.#time.value = value;
    this.#time.length = writeInteger(this.#time.bytes, 0, value);
  }
}

/** The key of a row, in quotes. */
export function writeRowKey(batch: Batch, row: number, out: ByteSink): void {
  const words = batch.keys.words();
  const at = 4 * row;
  out.reserve(UUID_BYTES);
  out.used = writeJsonUuidOfWords(
    out.bytes,
    out.used,
    words[at],
    words[at + 1],
    words[at + 2],
    words[at + 3],
  );
}

/** There must be room for NUMBER_BYTES_MAX; for longer values it makes room. */
function writeJsonCell(column: Column, type: TypeName, row: number, out: ByteSink): void {
  const tag = column.tags === null ? VALUE : column.tags[row];
  if (tag !== VALUE) {
    assert(tag === NULL, "a failed cell reached an output");
    out.used = writeAscii(out.bytes, out.used, "null");
  } else if (column.layout === "number") writeNumberCell(column.values[row], type, out);
  else if (column.layout === "text") writeTextCell(column, type, row, out);
  else writeString(stableJson(encodable(column.values[row], 0)), out);
}

function writeNumberCell(value: number, type: TypeName, out: ByteSink): void {
  if (type === "bool") out.used = writeAscii(out.bytes, out.used, value === 0 ? "false" : "true");
  else if (type === "datetime" && Number.isFinite(value)) {
    out.reserve(ISO_DATETIME_BYTES_MAX + 2);
    out.bytes[out.used++] = 34;
    out.used = writeIsoDatetime(out.bytes, out.used, value);
    out.bytes[out.used++] = 34;
  } else out.used = writeJsonNumber(out.bytes, out.used, value);
}

function writeTextCell(column: TextColumn, type: TypeName, row: number, out: ByteSink): void {
  const { bytes } = column;
  const start = column.starts[row];
  const end = column.ends[row];
  out.reserve((end - start) * 6 + 40);
  switch (type) {
    case "json":
      out.used = writeBytes(out.bytes, out.used, bytes, start, end);
      break;
    case "bytes":
      out.used = writeJsonBase64(out.bytes, out.used, bytes, start, end);
      break;
    case "pointer":
      out.used = writeJsonUuid(out.bytes, out.used, bytes, start);
      break;
    default:
      out.used = writeJsonText(out.bytes, out.used, bytes, start, end);
  }
}

function writeString(text: string, out: ByteSink): void {
  out.reserve(text.length * 3);
  out.used += Buffer.from(out.bytes.buffer, out.bytes.byteOffset).write(text, out.used);
}

/** A dynamic value as JSON can hold it: what JSON lacks becomes text. */
export function encodable(value: unknown, depth: number): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Date)
    return Number.isFinite(value.getTime()) ? value.toISOString() : String(Number.NaN);
  if (depth > JSON_DEPTH_MAX) {
    throw new TowpathError("TP_ROW_TOO_DEEP", `a value is nested deeper than ${JSON_DEPTH_MAX} levels`);
  }
  if (Array.isArray(value)) return value.map((item) => encodable(item, depth + 1));
  const entries = Object.entries(value).map(([name, item]) => [name, encodable(item, depth + 1)]);
  return Object.fromEntries(entries);
}
