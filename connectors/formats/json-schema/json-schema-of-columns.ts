import type { Columns } from "../../../lib/data/schema.ts";
import type { TypeName } from "../../../lib/data/type.ts";
import type { RecordOptions } from "../../../lib/io/formatter.ts";

/** What the json writer makes of values. */
const types: Readonly<Record<TypeName, object>> = {
  int: { type: "integer" },
  float: { oneOf: [{ type: "number" }, { enum: ["NaN", "Infinity", "-Infinity"] }] },
  str: { type: "string" },
  bool: { type: "boolean" },
  bytes: { type: "string", contentEncoding: "base64" },
  json: {},
  bigint: { type: "string", pattern: "^-?[0-9]+$" },
  datetime: { type: "string", format: "date-time" },
  duration: { type: "number" },
  pointer: { type: "string", format: "uuid" },
  any: {},
};

/**
 * A JSON Schema (draft 7) of the records that the json writer makes of rows. It is closed: a column that comes later is
 * compatible where it may be null, which it would not be for an open one.
 */
export function jsonSchemaOfColumns(columns: Columns, title: string, options: RecordOptions): object {
  const { changes = true, includeKey = false } = options;
  const properties = columns.map(({ name, type }): [string, object] => {
    const plain = types[type.name];
    const isAny = Object.keys(plain).length === 0;
    return [name, type.optional && !isAny ? { oneOf: [{ type: "null" }, plain] } : plain];
  });
  if (changes) properties.push(["diff", types.int], ["time", types.int]);
  if (includeKey) properties.push(["key", types.pointer]);
  const required = properties.map(([name]) => name).filter((name) => !isOptional(columns, name));
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title,
    type: "object",
    properties: Object.fromEntries(properties),
    required,
    additionalProperties: false,
  };
}

function isOptional(columns: Columns, name: string): boolean {
  return columns.some((column) => column.name === name && column.type.optional);
}
