import { readAvroMessage } from "../../../connectors/formats/avro/avro-careful.ts";
import { encodeAvro } from "../../../connectors/formats/avro/avro-codec.ts";
import { layOut } from "../../../connectors/formats/avro/avro-layout.ts";
import { AvroParser } from "../../../connectors/formats/avro/avro-parser.ts";
import { parseAvroSchema } from "../../../connectors/formats/avro/avro-schema.ts";
import {
  FRAME_BYTES,
  frameFailure,
  frameId,
  unknownSchema,
} from "../../../connectors/formats/confluent-frame.ts";
import { startOf } from "../../../connectors/formats/message.ts";
import { Failed } from "../../../lib/data/coerce.ts";
import type { RegisteredSchema, SchemaLookup } from "../../../lib/io/schema-lookup.ts";
import { parse, readEach } from "../../../test/connectors/formats/packed.ts";
import { expectSame, messageCase } from "../messages.ts";
import { mutated } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";

const record = (...fields: readonly (readonly [string, unknown])[]): object => ({
  type: "record",
  name: "Row",
  fields: fields.map(([name, type]) => ({ name, type })),
});

/** Each with a value. */
const written: readonly (readonly [object | string, unknown])[] = [
  [
    record(["a", "long"], ["b", "string"], ["name", ["null", "double"]]),
    { a: -1e9, b: "é𝄞 text", name: 1.5 },
  ],
  [
    record(
      ["a", { type: "enum", name: "E", symbols: ["A", "B"] }],
      ["b", { type: "array", items: ["null", "long"] }],
      ["__proto__", { type: "map", values: "bytes" }],
      ["constructor", { type: "fixed", name: "F", size: 3 }],
    ),
    JSON.parse('{"a":"B","b":[1,null,2],"__proto__":{"__proto__":"AQI="},"constructor":"AQID"}'),
  ],
  [
    record(
      ["a", { type: "long", logicalType: "timestamp-micros" }],
      ["b", { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 }],
      ["name", { type: "int", logicalType: "date" }],
      ["constructor", ["boolean", { type: "fixed", name: "D", size: 12, logicalType: "duration" }]],
    ),
    { a: new Date(1e12), b: "-12.30", name: new Date(0), constructor: true },
  ],
  [record(["a", record(["name", ["null", "Row"]])], ["name", "float"]), { a: { name: null }, name: 1 }],
  ["long", 2 ** 53 - 1],
  ["{", null],
];

const schemas = written.map(
  ([schema], i): RegisteredSchema => ({
    id: i + 1,
    type: "AVRO",
    text: typeof schema === "string" ? schema : JSON.stringify(schema),
    references: [],
  }),
);
const lookup: SchemaLookup = {
  get: (id) => schemas[id - 1],
  fetch: async (id) => schemas[id - 1] ?? null,
};

const types = written.map(([schema], i) => {
  try {
    return parseAvroSchema(schema);
  } catch (error) {
    const { detail } = error as { readonly detail: string };
    return new Failed(`schema ${i + 1}: ${detail}`, "TP_ROW_SCHEMA_MISMATCH");
  }
});

const seeds = types.map((type, i) =>
  Buffer.concat([
    Buffer.from([0, 0, 0, 0, i + 1]),
    type instanceof Failed ? new Uint8Array() : encodeAvro(type, written[i][1]),
  ]),
);
const tokens = ["\x00", "\x01", "\x02", "\x7f", "\u0080", "\x00\x00\x00\x00\x01", "\x00\x00\x00\x00\x03"];

/** Framed Avro messages of several schemas: both paths of the parser agree. */
export const avroFrames: FuzzTarget = {
  name: "avro-frames",
  make(rng) {
    const parts: Uint8Array[] = [Uint8Array.of(rng.below(256))];
    for (let i = rng.between(1, 4); i > 0; i--) parts.push(mutated(rng, seeds, tokens), Uint8Array.of(0x1e));
    return Buffer.concat(parts);
  },
  run(bytes) {
    const given = messageCase(bytes);
    const { columns, needed, messages } = given;
    const fast = parse(new AvroParser(columns, { lookup }), columns, messages, needed);
    expectSame(
      fast,
      readEach(given, (i, rows) => {
        const start = startOf(messages, i);
        const id = frameId(messages.bytes, start, messages.ends[i]);
        if (id < 0) return frameFailure(messages.bytes, start, messages.ends[i]);
        const type = types[id - 1] ?? unknownSchema(id);
        if (type instanceof Failed) return type;
        return readAvroMessage(layOut(type, null, columns), messages, i, FRAME_BYTES, rows);
      }),
    );
  },
};
