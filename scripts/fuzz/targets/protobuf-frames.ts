import { ProtobufParser } from "../../../connectors/formats/protobuf/protobuf-parser.ts";
import { protobufCodec } from "../../../connectors/serde/codecs.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import type { RegisteredSchema, SchemaLookup } from "../../../lib/io/schema-lookup.ts";
import { parse } from "../../../test/connectors/formats/packed.ts";
import { expectEachOnce, messageCase, tried } from "../messages.ts";
import { mutated } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";

/** Each with a value of its first message. */
const written: readonly (readonly [string, unknown])[] = [
  [
    'syntax = "proto3"; package n; message Row { int64 a = 1; string b = 2; optional double name = 3; }',
    { a: -1e9, b: "é𝄞 text", name: 1.5 },
  ],
  [
    `syntax = "proto3";
     message Row { E a = 1; repeated sint32 b = 2; map<string, Row> name = 3; bytes constructor = 4; }
     enum E { A = 0; B = 1; }`,
    { a: "B", b: [1, -2, 3], name: { x: { b: [1] } }, constructor: Buffer.from([1, 2]) },
  ],
  [
    `syntax = "proto3"; import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto";
     message Row {
       google.protobuf.Timestamp a = 1; oneof o { string b = 2; fixed64 name = 3; } google.protobuf.Int64Value constructor = 9;
     }`,
    { a: new Date(1e12), name: 7, constructor: 3 },
  ],
  [
    'syntax = "proto2"; message Row { required float a = 1; optional Row b = 2; repeated fixed32 name = 3 [packed = true]; }',
    { a: 1, b: { a: 2 }, name: [1, 2] },
  ],
  ['syntax = "proto3"; message', null],
];

const schemas = written.map(
  ([text], i): RegisteredSchema => ({ id: i + 1, type: "PROTOBUF", text, references: [] }),
);
const lookup: SchemaLookup = {
  get: (id) => schemas[id - 1],
  fetch: async (id) => schemas[id - 1] ?? null,
};

const codec = protobufCodec(undefined);
const resolved = schemas.map((schema, i) => (written[i][1] === null ? null : codec.resolve(schema)));

const seeds = resolved.map((schema, i) => {
  const out = new ByteWriter();
  out.append(Uint8Array.of(0, 0, 0, 0, i + 1));
  if (schema !== null) codec.encode(schema, written[i][1], out, true);
  return Uint8Array.from(out.view());
});
const tokens = ["\x00", "\x02", "\x08", "\x0a", "\x0b", "\x0c", "\x12\x7f", "\x1a\x02", "\x7f"];

/** Framed Protobuf of several schemas: each message is a row, or refused with its place; nothing else is thrown. */
export const protobufFrames: FuzzTarget = {
  name: "protobuf-frames",
  make(rng) {
    const parts: Uint8Array[] = [Uint8Array.of(rng.below(256))];
    for (let i = rng.between(1, 4); i > 0; i--) parts.push(mutated(rng, seeds, tokens), Uint8Array.of(0x1e));
    return Buffer.concat(parts);
  },
  run(bytes) {
    const { columns, needed, messages } = messageCase(bytes);
    expectEachOnce(parse(new ProtobufParser(columns, { lookup }), columns, messages, needed), messages);
    for (let i = 0; i < messages.length; i++) {
      const payload = messages.bytes.slice(i === 0 ? 0 : messages.ends[i - 1], messages.ends[i]);
      for (const schema of resolved) {
        if (schema === null) continue;
        const value = tried(() => codec.decode(schema, payload, 5, true));
        if (value === undefined) continue;
        tried(() => {
          const out = new ByteWriter();
          codec.encode(schema, value, out, false);
          codec.decode(schema, Uint8Array.from(out.view()), 0, false);
        });
      }
    }
  },
};
