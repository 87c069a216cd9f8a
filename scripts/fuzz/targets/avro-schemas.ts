import { readAvroMessage } from "../../../connectors/formats/avro/avro-careful.ts";
import { avroReading, decodeAvro, encodeAvro } from "../../../connectors/formats/avro/avro-codec.ts";
import { columnsOfAvro } from "../../../connectors/formats/avro/avro-columns.ts";
import { layOut } from "../../../connectors/formats/avro/avro-layout.ts";
import { AvroParser } from "../../../connectors/formats/avro/avro-parser.ts";
import { parseAvroSchema } from "../../../connectors/formats/avro/avro-schema.ts";
import { packed, parse, readEach } from "../../../test/connectors/formats/packed.ts";
import { expectSame, splitMessages, tried } from "../messages.ts";
import { mutated, texts } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";

const seeds = texts(
  '{"type":"record","name":"a.R","aliases":["S"],"fields":[{"name":"x","type":"long","default":1},{"name":"y","type":["null","a.R"],"default":null}]}\x1e\x02\x02\x04\x00',
  '{"type":"record","name":"R","fields":[{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"],"default":"A"}},{"name":"m","type":{"type":"map","values":{"type":"array","items":"null"}}}]}\x1e\x02\x02\x02k\x04\x00\x00',
  '{"type":"record","name":"R","fields":[{"name":"d","type":{"type":"bytes","logicalType":"decimal","precision":4,"scale":2},"default":"\\u00ff"},{"name":"f","type":{"type":"fixed","name":"F","size":12,"logicalType":"duration"}}]}\x1e\x02\x0102345678901x',
  '{"type":"record","name":"__proto__","fields":[{"name":"__proto__","type":"string"},{"name":"constructor","type":{"type":"long","logicalType":"timestamp-nanos"}}]}\x1e\x02x\x08',
  '["null",{"type":"record","name":"E","fields":[]},{"type":"array","items":"E"}]\x1e\x04\x7e\x00',
  '"string"\x1e\x06abc',
);
const tokens = [
  '"null"',
  '"type":"record"',
  '"type":"array","items":',
  '"size":1e9',
  '"precision":99999',
  '"aliases":["x"]',
  '"namespace":"n"',
  "\x7e",
  "\u00ff\u00ff",
];
const reader = parseAvroSchema({
  type: "record",
  name: "R",
  fields: [
    { name: "x", type: ["null", "double"], default: null },
    { name: "__proto__", type: "bytes", default: "" },
  ],
});

/** Avro schemas of anybody, each with messages: refused, or read without a crash, and by both paths alike. */
export const avroSchemas: FuzzTarget = {
  name: "avro-schemas",
  make: (rng) => mutated(rng, seeds, tokens),
  run(bytes) {
    const [text, ...payloads] = splitMessages(bytes);
    const schema = Buffer.from(text).toString();
    const type = parseAvroSchema(schema);
    const messages = packed(payloads);
    const columns = columnsOfAvro(type);
    const needed = columns.map(() => true);
    const fast = parse(new AvroParser(columns, { schema }), columns, messages, needed);
    const layout = layOut(type, type, columns);
    expectSame(
      fast,
      readEach({ columns, needed, messages }, (i, rows) => readAvroMessage(layout, messages, i, 0, rows)),
    );
    const [as, itself] = [avroReading(type, reader), avroReading(type, type)];
    for (const payload of payloads) {
      tried(() => decodeAvro(as, payload));
      tried(() => decodeAvro(itself, encodeAvro(type, decodeAvro(itself, payload))));
    }
  },
};
