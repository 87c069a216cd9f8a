/** Orders as Avro, framed as Confluent's serializers do it, and the registry that has their schema. */
import { encodeAvro } from "../../../connectors/formats/avro/avro-codec.ts";
import { parseAvroSchema } from "../../../connectors/formats/avro/avro-schema.ts";
import type { RegisteredSchema, SchemaLookup } from "../../../lib/io/schema-lookup.ts";

const ID = 1;
const regions = ["north", "south", "east", "west", "centre"];

const schema = {
  type: "record",
  name: "Order",
  namespace: "shop",
  fields: [
    { name: "id", type: "long" },
    { name: "customer", type: "int" },
    { name: "region", type: "string" },
    { name: "amount", type: "double" },
    { name: "at", type: ["null", { type: "long", logicalType: "timestamp-millis" }], default: null },
  ],
};

const registered: RegisteredSchema = { id: ID, type: "AVRO", text: JSON.stringify(schema), references: [] };

export const orderRegistry: SchemaLookup = {
  get: () => registered,
  fetch: async () => registered,
};

/** Different messages that a topic repeats. */
export function orderMessages(count: number): Buffer[] {
  const type = parseAvroSchema(schema);
  return Array.from({ length: count }, (_, i) => {
    const order = {
      id: 1_000_000 + i,
      customer: (i * 7919) % 100_000,
      region: regions[i % regions.length],
      amount: amountOf(i),
      at: i % 50 === 0 ? null : 1_700_000_000_000 + i * 1_000,
    };
    return Buffer.concat([Buffer.from([0, 0, 0, 0, ID]), encodeAvro(type, order)]);
  });
}

/** Halves add up exactly in any order. */
export function amountOf(i: number): number {
  return (i % 199) / 2;
}
