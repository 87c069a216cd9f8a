/** Which columns an Avro schema makes, and which schema writes given columns. */
import type { ColumnSchema, Columns } from "../../../lib/data/schema.ts";
import type { ColumnType, TypeName } from "../../../lib/data/type.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { encodable } from "../json-formatter.ts";
import { defaultOf } from "./avro-default.ts";
import type { AvroField, AvroRecord, AvroType } from "./avro-schema.ts";

/** A schema that is no record is read, and written, as a record with this one field: its bytes are the same. */
const ONLY_FIELD = "value";

export function asRecord(type: AvroType): AvroRecord {
  if (type.kind === "record") return type;
  const fields: AvroField[] = [{ name: ONLY_FIELD, aliases: [], type, default: undefined }];
  return { kind: "record", name: "", aliases: [], fields };
}

/** The columns that a reader's schema makes: docs/formats.md has the table. Throws TP_BAD_SCHEMA. */
export function columnsOfAvro(schema: AvroType): Columns {
  const { fields } = asRecord(schema);
  if (fields.length === 0)
    throw new TowpathError("TP_BAD_SCHEMA", "an Avro schema without fields makes no columns");
  return fields.map(({ name, type, default: given }): ColumnSchema => {
    const column = { name, type: columnTypeOf(type) };
    const value = given === undefined || given === null ? null : defaultOf(type, given);
    if (value === null) return column;
    return { ...column, default: column.type.name === "json" ? encodable(value, 0) : value };
  });
}

function columnTypeOf(type: AvroType): ColumnType {
  if (type.kind !== "union") return { name: typeNameOf(type), optional: type.kind === "null" };
  const others = type.branches.filter(({ kind }) => kind !== "null");
  const optional = others.length < type.branches.length;
  const names = new Set(others.map(typeNameOf));
  const isNumber = [...names].every((name) => name === "int" || name === "float");
  if (names.size === 1 && others.length > 0) return { name: [...names][0], optional };
  return { name: isNumber && names.size > 0 ? "float" : "json", optional };
}

function typeNameOf(type: AvroType): TypeName {
  switch (type.kind) {
    case "boolean":
      return "bool";
    case "int":
    case "long":
      return type.logical === null ? "int" : type.logical.name.startsWith("time-") ? "duration" : "datetime";
    case "float":
    case "double":
      return type.logical === null ? "float" : "duration";
    case "string":
      return type.logical?.name === "towpath-json" ? "json" : "str";
    case "enum":
      return "str";
    case "bytes":
    case "fixed":
      if (type.logical === null) return "bytes";
      return type.logical.name === "duration" ? "json" : "str";
    default:
      return "json";
  }
}

const avroTypes: Readonly<Record<TypeName, unknown>> = {
  int: "long",
  float: "double",
  str: "string",
  bool: "boolean",
  bytes: "bytes",
  json: { type: "string", logicalType: "towpath-json" },
  bigint: { type: "bytes", logicalType: "decimal", precision: 38, scale: 0 },
  datetime: { type: "long", logicalType: "timestamp-millis" },
  duration: { type: "double", logicalType: "towpath-duration" },
  pointer: { type: "string", logicalType: "uuid" },
  any: { type: "string", logicalType: "towpath-json" },
};

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A record's schema that holds the columns. Throws TP_BAD_SCHEMA for a column whose name is none in Avro. */
export function avroOfColumns(columns: Columns, name: string): object {
  const fields = columns.map((column) => {
    if (!NAME.test(column.name)) throw badName(column.name);
    const type = avroTypes[column.type.name];
    return column.type.optional
      ? { name: column.name, type: ["null", type], default: null }
      : { name: column.name, type };
  });
  return { type: "record", name, fields };
}

/** The schema of one column's values. */
export function avroOfColumn({ type }: ColumnSchema): unknown {
  return type.optional ? ["null", avroTypes[type.name]] : avroTypes[type.name];
}

function badName(name: string): TowpathError {
  const renamed = name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=[0-9]|$)/, "_");
  return new TowpathError("TP_BAD_SCHEMA", `the column ${JSON.stringify(name)} has no name in Avro's sense`, {
    hint: `Names there are letters, digits and underscores: .rename({ ${renamed}: table.col(${JSON.stringify(name)}) }).`,
  });
}
