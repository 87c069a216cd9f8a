/** How the messages of one writer's schema fill the columns of a source. */
import { coerce, Failed } from "../../../lib/data/coerce.ts";
import type { ColumnSchema, Columns } from "../../../lib/data/schema.ts";
import type { ColumnType } from "../../../lib/data/type.ts";
import { AVRO_NULL, AVRO_UNION } from "../../../lib/kernels/avro-wire.ts";
import { fallbackOf, strictFallbackOf } from "../cells.ts";
import { encodable } from "../json-formatter.ts";
import { columnName } from "../message.ts";
import { asRecord } from "./avro-columns.ts";
import { textOf } from "./avro-converted.ts";
import { defaultOf } from "./avro-default.ts";
import { type AvroReading, AvroResolver, aimAt, fieldsTaken } from "./avro-reading.ts";
import type { AvroField, AvroRecord, AvroType } from "./avro-schema.ts";

export interface AvroLayout {
  /** In the order of the bytes. */
  readonly fields: readonly LayoutField[];
  /** Those of the source, with the defaults that the reader's schema adds. */
  readonly columns: Columns;
  /** Whether a column that a message lacks is null only where that is its default. */
  readonly isStrict: boolean;
  /** By column: what it is where no field fills it; undefined where it has to be filled. */
  readonly fallbacks: readonly unknown[];
  /** By column: why it cannot be read, null where it can. */
  readonly failures: readonly (Failed | null)[];
}

export interface LayoutField {
  /** The column that the field fills, -1 where none. */
  readonly column: number;
  readonly reading: AvroReading;
}

/**
 * Fields fill the columns of their names; with a reader's schema those that Avro's resolution says, by its names, aliases
 * and defaults. What cannot be is a failure of that column, so that it harms only those who read it.
 */
export function layOut(writer: AvroType, reader: AvroType | null, columns: Columns): AvroLayout {
  const written = asRecord(writer);
  const read = reader === null ? written : asRecord(reader);
  const taken = fieldsTaken(written, read);
  const resolver = new AvroResolver();
  const fields = written.fields.map((field): LayoutField => {
    const wanted = taken.get(field.name);
    const column = columns.findIndex(({ name }) => name === wanted?.name);
    const reading = resolver.resolve(
      field.type,
      column < 0 || wanted === undefined ? field.type : wanted.type,
    );
    return { column, reading: column < 0 ? reading : aimAt(reading, columns[column].type.name) };
  });
  const isStrict = reader !== null;
  const withDefaults = isStrict ? columns.map((column) => completed(column, read)) : columns;
  const fallbacks = withDefaults.map(isStrict ? strictFallbackOf : fallbackOf);
  const failures = columns.map(({ name }, i) => {
    const field = fields.find(({ column }) => column === i);
    if (field === undefined)
      return fallbacks[i] === undefined
        ? new Failed(`${columnName(name)} is missing in the schema`, "TP_ROW_MISSING_COLUMN")
        : null;
    const { failure } = field.reading;
    return failure === null ? null : new Failed(`${columnName(name)}: ${failure}`, "TP_ROW_SCHEMA_MISMATCH");
  });
  return { fields, columns: withDefaults, isStrict, fallbacks, failures };
}

/** A column with the default of the reader's field, unless it has one of its own. */
function completed(column: ColumnSchema, { fields }: AvroRecord): ColumnSchema {
  if (column.default !== undefined) return column;
  const field: AvroField | undefined = fields.find(({ name }) => name === column.name);
  if (field?.default === undefined) return column;
  const value = defaultOf(field.type, field.default);
  const fallback = cellOf(value, column.type);
  return fallback instanceof Failed ? column : { ...column, default: fallback };
}

/** What was read as a value of a column's type, or Failed. */
export function cellOf(value: unknown, type: ColumnType): unknown {
  if (value instanceof Uint8Array) {
    if (type.name === "str") return coerce(textOf(value, 0), type);
    return coerce(type.name === "json" ? encodable(value, 0) : value, type);
  }
  if (typeof value === "bigint") {
    if (type.name === "float") return Number(value);
    if (type.name === "json") return coerce(String(value), type);
    return type.name === "int"
      ? new Failed(`${value} is not a safe integer`, "TP_INT_RANGE")
      : coerce(value, type);
  }
  if (typeof value === "string" && type.name === "bytes") return Buffer.from(value);
  if (typeof value === "number" && type.name === "json") return coerce(encodable(value, 0), type);
  if (typeof value !== "object" || value === null) return coerce(value, type);
  const isNested = type.name === "json" || (type.name === "any" && !(value instanceof Date));
  return coerce(isNested ? encodable(value, 0) : value, type);
}

/** The branch of a union that is not null, and the byte that says null; null where the union is no such one. */
export function nullableOf(
  reading: AvroReading,
): { readonly reading: AvroReading; readonly nullByte: number } | null {
  const { kind, parts } = reading;
  if (kind !== AVRO_UNION || parts.length !== 2) return null;
  const at = parts.findIndex((part) => part.kind === AVRO_NULL && part.failure === null);
  return at < 0 ? null : { reading: parts[1 - at], nullByte: 2 * at };
}
