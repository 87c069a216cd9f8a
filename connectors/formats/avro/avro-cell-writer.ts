/** Cells of a batch to Avro's bytes, each by what its column and its field are. */
import { assert } from "../../../lib/base/assert.ts";
import { readCell } from "../../../lib/data/cell.ts";
import { type Column, NULL, type TextColumn, VALUE } from "../../../lib/data/column.ts";
import { type ColumnType, formatType, type TypeName } from "../../../lib/data/type.ts";
import { TowpathError } from "../../../lib/errors.ts";
import type { ByteSink } from "../../../lib/io/formatter.ts";
import { AVRO_LONG_BYTES_MAX, writeAvroLong } from "../../../lib/kernels/avro-write.ts";
import { writeBytes as copyBytes } from "../../../lib/kernels/json-write.ts";
import { writeAvroValue, writeFloat, writeLong } from "./avro-encode.ts";
import type { AvroType } from "./avro-schema.ts";

/** Appends the cell of a row. Throws AvroMisfit. */
export type WriteAvroCell = (column: Column, row: number, out: ByteSink) => void;

/** Throws TP_BAD_SCHEMA where no value of the column can be written as the field's type says. */
export function avroCellWriter(name: string, type: ColumnType, avro: AvroType): WriteAvroCell {
  const branches = avro.kind === "union" ? avro.branches : [avro];
  const values = branches.filter(({ kind }) => kind !== "null");
  if (!values.some((branch) => canHold(branch, type.name)))
    throw new TowpathError(
      "TP_BAD_SCHEMA",
      `the column ${JSON.stringify(name)} of type ${formatType(type)} cannot be written as the Avro schema's field`,
      {
        hint: `Cast it before, or change the field's type: docs/formats.md says what a ${type.name} can be.`,
      },
    );
  const nullBranch = branches.findIndex(({ kind }) => kind === "null");
  const isNullable = avro.kind === "union" && values.length === 1 && nullBranch >= 0;
  const inner = isNullable ? values[0] : avro;
  const writeValue = directWriter(type.name, inner) ?? valueWriter(type, inner);
  const valueBranch = 1 - nullBranch;
  return (column, row, out) => {
    const tag = column.tags === null ? VALUE : column.tags[row];
    assert(tag === VALUE || tag === NULL, "a failed cell reached an output");
    if (!isNullable) {
      if (tag === NULL) writeAvroValue(avro, null, out);
      else writeValue(column, row, out);
    } else if (tag === NULL) writeLong(nullBranch, out);
    else {
      writeLong(valueBranch, out);
      writeValue(column, row, out);
    }
  };
}

/** Which types of a field take a column's values; json and any are looked at value by value. */
function canHold(avro: AvroType, type: TypeName): boolean {
  const { kind } = avro;
  const logical = "logical" in avro ? (avro.logical?.name ?? "") : "";
  switch (type) {
    case "int":
    case "bigint":
      return (
        kind === "int" || kind === "long" || kind === "float" || kind === "double" || logical === "decimal"
      );
    case "float":
      return kind === "float" || kind === "double" || logical === "decimal";
    case "bool":
      return kind === "boolean";
    case "str":
      return kind === "string" || kind === "enum" || logical === "decimal" || logical === "uuid";
    case "pointer":
      return kind === "string" || logical === "uuid";
    case "bytes":
      return kind === "bytes" || kind === "fixed";
    case "datetime":
      return /date|timestamp/.test(logical) || kind === "long" || kind === "string";
    case "duration":
      return logical.startsWith("time-") || kind === "double" || kind === "float";
    default:
      return true;
  }
}

/** Straight from the column's arrays; null where a value has to be made. */
function directWriter(type: TypeName, avro: AvroType): WriteAvroCell | null {
  const logical = "logical" in avro ? (avro.logical?.name ?? "") : "";
  switch (avro.kind) {
    case "long":
      if (type === "int" || (type === "datetime" && (logical === "" || logical.endsWith("timestamp-millis"))))
        return writeNumber;
      return null;
    case "double":
      return type === "int" || type === "float" || type === "duration" ? writeDouble : null;
    case "string":
      if (type === "str" && logical !== "towpath-json") return writeText;
      return type === "json" && logical === "towpath-json" ? writeText : null;
    case "bytes":
      return type === "bytes" ? writeText : null;
    default:
      return null;
  }
}

const writeNumber: WriteAvroCell = (column, row, out) => {
  if (column.layout !== "number") return;
  out.reserve(AVRO_LONG_BYTES_MAX);
  out.used = writeAvroLong(out.bytes, out.used, column.values[row]);
};

const writeDouble: WriteAvroCell = (column, row, out) => {
  if (column.layout === "number") writeFloat("double", column.values[row], out);
};

const writeText: WriteAvroCell = (column, row, out) => {
  const { bytes, starts, ends } = column as TextColumn;
  const start = starts[row];
  const end = ends[row];
  out.reserve(end - start + AVRO_LONG_BYTES_MAX);
  out.used = writeAvroLong(out.bytes, out.used, end - start);
  out.used = copyBytes(out.bytes, out.used, bytes, start, end);
};

/** By way of a JS value. Whole numbers are what is written, whatever a logical type says, as they are when read. */
function valueWriter(type: ColumnType, avro: AvroType): WriteAvroCell {
  const isWhole = type.name === "int" || type.name === "bigint" || type.name === "float";
  const aimed = isWhole ? withoutInstant(avro) : avro;
  return (column, row, out) => {
    const value = readCell(column, type, row);
    writeAvroValue(aimed, type.name === "datetime" ? instantFor(aimed, value as number) : value, out);
  };
}

function withoutInstant(avro: AvroType): AvroType {
  if (avro.kind === "union") return { ...avro, branches: avro.branches.map(withoutInstant) };
  return avro.kind === "int" || avro.kind === "long" ? { ...avro, logical: null } : avro;
}

/** A long without a logical type gets milliseconds, a text ISO 8601. */
function instantFor(avro: AvroType, ms: number): unknown {
  if (avro.kind === "string") return new Date(ms).toISOString();
  return avro.kind === "long" && avro.logical === null ? ms : new Date(ms);
}
