import type { ProtoSchema } from "../../../connectors/formats/protobuf/proto-schema.ts";
import { ProtobufParser } from "../../../connectors/formats/protobuf/protobuf-parser.ts";
import { messageNamed, resolveSchema } from "../../../connectors/formats/protobuf/resolve-proto.ts";
import { protobufCodec } from "../../../connectors/serde/codecs.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import type { SchemaLookup } from "../../../lib/io/schema-lookup.ts";
import { packed, parse } from "../../../test/connectors/formats/packed.ts";
import { expectEachOnce, splitMessages, tried } from "../messages.ts";
import { mutated, texts } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";

/** In place of the first character of a text: what follows is a descriptor. */
const DESCRIPTOR = 0x01;
const COLUMNS_MAX = 6;

/** What is needed of google/protobuf/descriptor.proto to write one. */
const codec = protobufCodec(undefined);
const descriptor = codec.resolve({
  text: `syntax = "proto2";
    message File { optional string name = 1; optional string package = 2; repeated Message message_type = 4; repeated Enum enum_type = 5; optional string syntax = 12; }
    message Message { optional string name = 1; repeated Field field = 2; repeated Message nested_type = 3; optional Options options = 7; }
    message Options { optional bool map_entry = 7; }
    message Field { optional string name = 1; optional int32 number = 3; optional int32 label = 4; optional int32 type = 5; optional string type_name = 6; optional string default_value = 7; optional int32 oneof_index = 9; }
    message Enum { optional string name = 1; repeated Value value = 2; }
    message Value { optional string name = 1; optional int32 number = 2; }`,
  references: [],
});

function described(file: object): Uint8Array {
  const out = new ByteWriter();
  out.append(Uint8Array.of(DESCRIPTOR));
  codec.encode(descriptor, file, out, false);
  out.append(Uint8Array.from(Buffer.from("\x1e\x00\x08\x01")));
  return Uint8Array.from(out.view());
}

const entry = {
  name: "MEntry",
  field: [
    { name: "key", number: 1, label: 1, type: 9 },
    { name: "value", number: 2, label: 1, type: 11, type_name: ".n.Row" },
  ],
  options: { map_entry: true },
};
const seeds = [
  ...texts(
    'syntax = "proto3"; package n; message Row { int64 a = 1; repeated string b = 2; map<int32, Row> m = 3; }\x1e\x00\x08\x02\x12\x01x\x1e\x00\x1a\x04\x08\x01\x12\x00',
    'syntax = "proto2"; message Row { required group G = 1 { optional int32 x = 2 [default = 7]; } enum E { A = 1; } optional E e = 3; extensions 100 to max; }\x1e\x00\x0b\x10\x01\x0c\x18\x01',
    'import "google/protobuf/any.proto"; import "other.proto"; message A { message B { optional A a = 1; oneof o { string s = 2; bytes t = 3; } } }\x1e\x04\x00\x00\x0a\x00',
    'edition = "2023"; // c\nmessage Row { /* c */ repeated fixed64 xs = 1 [packed = true]; reserved 5, "y"; }\x1e\x00\x0a\x0812345678',
  ),
  described({
    name: "f.proto",
    package: "n",
    syntax: "proto3",
    message_type: [
      {
        name: "Row",
        field: [
          { name: "a", number: 1, label: 1, type: 3 },
          { name: "m", number: 2, label: 3, type: 11, type_name: ".n.Row.MEntry" },
          { name: "e", number: 3, label: 1, type: 14, type_name: ".n.E", default_value: "A" },
        ],
        nested_type: [entry],
      },
    ],
    enum_type: [{ name: "E", value: [{ name: "A", number: 0 }] }],
  }),
];
const tokens = [
  "message M {",
  "}",
  "oneof o {",
  "enum E { A = 0; }",
  "repeated ",
  "= 536870911;",
  "= -1;",
  "map<string, bytes>",
  "import public",
  'syntax = "proto3";',
  "option (x) = {",
  "[default = ",
  "/*",
  "\x08\x01",
  "\x0b",
  "\x7f",
];

/** Protobuf schemas of anybody, texts and descriptors, each with messages: refused, or read without a crash. */
export const protobufSchemas: FuzzTarget = {
  name: "protobuf-schemas",
  make: (rng) => mutated(rng, seeds, tokens),
  run(bytes) {
    const [given, ...payloads] = splitMessages(bytes);
    const isDescribed = given[0] === DESCRIPTOR;
    const text = Buffer.from(isDescribed ? given.subarray(1) : given).toString(
      isDescribed ? "base64" : "utf8",
    );
    const schema = resolveSchema({ text, references: [] });
    const columns = columnsOf(schema);
    const registered = { id: 1, type: "PROTOBUF", text, references: [] } as const;
    const lookup: SchemaLookup = { get: () => registered, fetch: async () => registered };
    const messages = packed(
      payloads.map((payload) => Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), payload])),
    );
    expectEachOnce(parse(new ProtobufParser(columns, { lookup }), columns, messages), messages);
    for (const payload of payloads) {
      const value = tried(() => codec.decode(schema, payload, 0, true));
      if (value !== undefined) tried(() => codec.encode(schema, value, new ByteWriter(), true));
    }
  },
};

function columnsOf(schema: ProtoSchema): Columns {
  const { fields } = messageNamed(schema);
  return fields
    .slice(0, COLUMNS_MAX)
    .map(({ name }, i) => ({ name, type: { name: i % 2 === 0 ? "any" : "str", optional: true } }));
}
