import type { Columns } from "../../lib/data/schema.ts";
import type { Formatter, RecordOptions } from "../../lib/io/formatter.ts";
import type { Parser } from "../../lib/io/parser.ts";
import type { FormatDefinition } from "./format.ts";
import { JsonFormatter } from "./json-formatter.ts";
import { JsonParser } from "./json-parser.ts";

/** Objects by name: one a message, or an array of them. */
export const json = {
  name: "json",
  parser: { create: (columns: Columns): Parser => new JsonParser(columns) },
  formatter: {
    create: (columns: Columns, options?: RecordOptions): Formatter => new JsonFormatter(columns, options),
  },
} as const satisfies FormatDefinition;
