import { avro } from "./avro/avro.ts";
import { csv } from "./csv.ts";
import type { FormatDefinition } from "./format.ts";
import { json } from "./json.ts";
import { jsonSchema } from "./json-schema/json-schema.ts";
import { protobuf } from "./protobuf/protobuf.ts";
import { raw } from "./raw.ts";
import { updates } from "./updates.ts";

/** All formats, one line each. The suites in test/conformance/ loop over them. */
export const formats = {
  avro,
  csv,
  json,
  jsonschema: jsonSchema,
  protobuf,
  raw,
  updates,
} as const satisfies Record<string, FormatDefinition>;

export type FormatName = keyof typeof formats;
