import type { Columns } from "../../../lib/data/schema.ts";
import type { Formatter } from "../../../lib/io/formatter.ts";
import type { Parser } from "../../../lib/io/parser.ts";
import type { FormatDefinition } from "../format.ts";
import { ProtobufFormatter, type ProtobufFormatterOptions } from "./protobuf-formatter.ts";
import { ProtobufParser, type ProtobufParserOptions } from "./protobuf-parser.ts";

/** Protobuf messages, framed with the ids of their schemas in a registry, or bare. */
export const protobuf = {
  name: "protobuf",
  parser: {
    create: (columns: Columns, options?: ProtobufParserOptions): Parser =>
      new ProtobufParser(columns, options),
  },
  formatter: {
    create: (columns: Columns, options?: ProtobufFormatterOptions): Formatter =>
      new ProtobufFormatter(columns, options),
  },
} as const satisfies FormatDefinition;
