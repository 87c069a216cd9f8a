/** The columns that Avro's schemas make of `pw.kafka.read`. Checked by tsc, never run. */
import * as pw from "towpath";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function expect<_ extends true>(): void;

const settings = { "bootstrap.servers": "host:9092" };
const topicNames = ["orders"];
const schemaRegistry = { url: "http://localhost:8081" };

const literal = pw.kafka.read(settings, {
  topicNames,
  format: "avro",
  avro: {
    schema: {
      type: "record",
      name: "Order",
      fields: [
        { name: "id", type: "long" },
        { name: "on", type: ["null", "boolean"] },
        { name: "price", type: { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 } },
        { name: "at", type: ["null", { type: "long", logicalType: "timestamp-micros" }], default: null },
        { name: "size", type: { type: "enum", name: "Size", symbols: ["S", "L"] } },
        { name: "hash", type: { type: "fixed", name: "Hash", size: 16 } },
        { name: "mean", type: ["int", "double"] },
        { name: "either", type: ["int", "string"] },
        { name: "tags", type: { type: "array", items: "string" } },
      ],
    },
  },
});
expect<
  Equal<
    pw.RowOf<typeof literal>,
    {
      id: number;
      on: boolean | null;
      price: string;
      at: number | null;
      size: string;
      hash: Buffer;
      mean: number;
      either: unknown;
      tags: unknown;
    }
  >
>();
// @ts-expect-error there is no such field
literal.amount;

const typed = pw.kafka.read(settings, {
  topicNames,
  format: "avro",
  schemaRegistry,
  schema: pw.schema({ id: "int", note: "str?" }),
});
expect<Equal<pw.RowOf<typeof typed>, { id: number; note: string | null }>>();

const named = pw.kafka.read(settings, { topicNames, format: "avro", schemaRegistry, valueColumns: ["id"] });
expect<Equal<pw.RowOf<typeof named>, { id: unknown }>>();

const text: string = '{"type":"record","name":"R","fields":[]}';
const late = pw.kafka.read(settings, {
  topicNames,
  format: "avro",
  avro: { schema: text },
  withMetadata: true,
});
late.col("whatever");

pw.kafka.write(typed, settings, {
  topicName: "out",
  envelope: "upsert",
  key: "id",
  format: "avro",
  schemaRegistry,
  avro: { subjectNameStrategy: ({ topic, field }) => `${topic}.${field}`, autoRegister: false },
});
// @ts-expect-error updates are json
pw.kafka.write(typed, settings, { topicName: "out", format: "avro", schemaRegistry });
