import type { Columns } from "../../../lib/data/schema.ts";
import type { Formatter } from "../../../lib/io/formatter.ts";
import type { Parser } from "../../../lib/io/parser.ts";
import type { FormatDefinition } from "../format.ts";
import { AvroFormatter, type AvroFormatterOptions } from "./avro-formatter.ts";
import { AvroParser, type AvroParserOptions } from "./avro-parser.ts";

/** Avro records, framed with the ids of their schemas in a registry, or bare. */
export const avro = {
  name: "avro",
  parser: {
    create: (columns: Columns, options?: AvroParserOptions): Parser => new AvroParser(columns, options),
  },
  formatter: {
    create: (columns: Columns, options?: AvroFormatterOptions): Formatter =>
      new AvroFormatter(columns, options),
  },
} as const satisfies FormatDefinition;
