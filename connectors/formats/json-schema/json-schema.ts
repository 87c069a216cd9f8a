import type { Columns } from "../../../lib/data/schema.ts";
import type { Formatter } from "../../../lib/io/formatter.ts";
import type { Parser } from "../../../lib/io/parser.ts";
import type { FormatDefinition } from "../format.ts";
import { JsonSchemaFormatter, type JsonSchemaFormatterOptions } from "./json-schema-formatter.ts";
import { JsonSchemaParser, type JsonSchemaParserOptions } from "./json-schema-parser.ts";

/** JSON that a schema of a registry, or one that is given, vouches for. */
export const jsonSchema = {
  name: "jsonschema",
  parser: {
    create: (columns: Columns, options?: JsonSchemaParserOptions): Parser =>
      new JsonSchemaParser(columns, options),
  },
  formatter: {
    create: (columns: Columns, options?: JsonSchemaFormatterOptions): Formatter =>
      new JsonSchemaFormatter(columns, options),
  },
} as const satisfies FormatDefinition;
