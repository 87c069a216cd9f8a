import type { Columns } from "../../../lib/data/schema.ts";
import type { TypeName } from "../../../lib/data/type.ts";
import { TowpathError } from "../../../lib/errors.ts";
import type { RecordOptions } from "../../../lib/io/formatter.ts";

const types: Readonly<Record<TypeName, string>> = {
  int: "int64",
  float: "double",
  str: "string",
  bool: "bool",
  bytes: "bytes",
  json: "google.protobuf.Value",
  // Of any size, as decimal text.
  bigint: "string",
  datetime: "google.protobuf.Timestamp",
  duration: "google.protobuf.Duration",
  pointer: "string",
  any: "google.protobuf.Value",
};

const imports: Readonly<Record<string, string>> = {
  "google.protobuf.Value": "google/protobuf/struct.proto",
  "google.protobuf.Timestamp": "google/protobuf/timestamp.proto",
  "google.protobuf.Duration": "google/protobuf/duration.proto",
};

/**
 * The text of a .proto file with one message that has the columns as fields, numbered in their order, and what the
 * writer adds behind them. `name` may have a package. Throws TP_BAD_SCHEMA for columns whose names are none in Protobuf.
 */
export function protoOfColumns(columns: Columns, name: string, options: RecordOptions): string {
  const { changes = true, includeKey = false } = options;
  const fields = columns.map(({ name: column, type }) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(column) || column === "__proto__") throw badName(column);
    return { label: type.optional ? "optional " : "", type: types[type.name], name: column };
  });
  if (changes) {
    fields.push({ label: "", type: "sint32", name: "diff" }, { label: "", type: "int64", name: "time" });
  }
  if (includeKey) fields.push({ label: "", type: "string", name: "key" });
  const point = name.lastIndexOf(".");
  const needed = new Set(fields.flatMap(({ type }) => imports[type] ?? []));
  return [
    'syntax = "proto3";',
    ...(point < 0 ? [] : [`package ${name.slice(0, point)};`]),
    ...[...needed].map((file) => `import "${file}";`),
    `message ${name.slice(point + 1)} {`,
    ...fields.map((field, i) => `  ${field.label}${field.type} ${field.name} = ${i + 1};`),
    "}",
    "",
  ].join("\n");
}

function badName(column: string): TowpathError {
  return new TowpathError("TP_BAD_SCHEMA", `column ${JSON.stringify(column)} cannot be a field of Protobuf`, {
    hint: `Rename it to letters, digits and "_": .rename({ ${JSON.stringify(column)}: "${column.replace(/\W/g, "_")}" }).`,
  });
}
