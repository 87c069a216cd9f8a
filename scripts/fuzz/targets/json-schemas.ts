import { JsonSchemaParser } from "../../../connectors/formats/json-schema/json-schema-parser.ts";
import { jsonCodec } from "../../../connectors/serde/codecs.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import type { SchemaLookup } from "../../../lib/io/schema-lookup.ts";
import { columnsOf, packed, parse } from "../../../test/connectors/formats/packed.ts";
import { expectEachOnce, splitMessages, tried } from "../messages.ts";
import { mutated, texts } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";

const seeds = texts(
  '{"type":"object","title":"R","properties":{"a":{"type":"integer","minimum":0},"b":{"type":"string","pattern":"^[a-z]+$","maxLength":9}},"required":["a"],"additionalProperties":false}\x1e{"a":1,"b":"x"}\x1e{"a":-1}',
  '{"$schema":"https://json-schema.org/draft/2020-12/schema","$defs":{"t":{"type":"array","items":{"$ref":"#/$defs/t"},"uniqueItems":true}},"$ref":"#/$defs/t"}\x1e[[],[[]]]\x1e{}',
  '{"oneOf":[{"type":"null"},{"type":"object","patternProperties":{"^(a|b)*$":{"type":["number","null"],"multipleOf":0.01}}}]}\x1e{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac":1}\x1enull',
  '{"$schema":"http://json-schema.org/draft-04/schema#","id":"x","definitions":{"__proto__":{"enum":[1,{"a":1}]}},"anyOf":[{"$ref":"#/definitions/__proto__"}],"exclusiveMinimum":true}\x1e1',
  '{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"dependentSchemas":{"a":{"minProperties":2}},"propertyNames":{"format":"email"},"not":{"contains":{"format":"date-time"}}}\x1e{"a":1,"b":"2026-01-01T00:00:00Z"}',
  '{"type":"string","format":"regex"}\x1e"((a+)+)+$"\x1e"["',
);
const tokens = [
  '{"$ref":"#"}',
  '"$ref":"#/x"',
  '"pattern":"^a*b?$"',
  '"pattern":"(a+)+$"',
  '"pattern":"["',
  '"format":"uri"',
  '"format":"idn-hostname"',
  '"multipleOf":0',
  '"items":[{}]',
  '"$id":"y"',
  '"$recursiveRef":"#"',
  '"unevaluatedProperties":false',
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
  "true",
];
const columns = columnsOf({ a: "any?", b: "str?" });
const codec = jsonCodec(true);

/** JSON Schemas of anybody, each with messages: refused, or applied without a crash and in bounded time. */
export const jsonSchemas: FuzzTarget = {
  name: "json-schemas",
  make: (rng) => mutated(rng, seeds, tokens),
  run(bytes) {
    const [text, ...payloads] = splitMessages(bytes);
    const registered = {
      id: 1,
      type: "JSON",
      text: Buffer.from(text).toString(),
      references: [],
    } as const;
    const lookup: SchemaLookup = { get: () => registered, fetch: async () => registered };
    const messages = packed(
      payloads.map((payload) => Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), payload])),
    );
    expectEachOnce(parse(new JsonSchemaParser(columns, { lookup }), columns, messages), messages);
    const schema = codec.resolve(registered);
    for (const payload of payloads) {
      const value = tried(() => codec.decode(schema, payload, 0, false));
      if (value !== undefined) tried(() => codec.encode(schema, value, new ByteWriter(), false));
    }
  },
};
