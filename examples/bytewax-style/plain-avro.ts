/**
 * Avro without a frame: both sides know the schemas, here as the newest ones of a registry.
 *
 *     npx tsx examples/bytewax-style/plain-avro.ts
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 SCHEMA_REGISTRY_URL=http://127.0.0.1:8081 npx tsx examples/bytewax-style/plain-avro.ts
 *
 * The first command uses a broker and a registry inside the process, sends some messages, shows what came of them and ends;
 * the second runs until Ctrl-C.
 */
import * as pw from "towpath";
import { openBroker } from "../support/broker.ts";
import { openRegistry } from "../support/registry.ts";

await using broker = await openBroker(["in-topic"]);
await using server = await openRegistry();
const brokers = broker.settings;
const registry = pw.schemaRegistry({ url: server.url });

if (broker.isEmbedded) {
  const value = { type: "record", name: "Reading", fields: [{ name: "celsius", type: "double" }] };
  await registry.register("sensor_key", { type: "AVRO", text: '"string"', references: [] });
  await registry.register("sensor_value", { type: "AVRO", text: JSON.stringify(value), references: [] });
}

/** The newest schema of a subject, which is what messages are written and read with. */
async function plainAvro(subject: string): Promise<ReturnType<typeof pw.serde.plainAvro>> {
  const newest = await registry.latest(subject);
  if (newest === null) throw new Error(`the registry has no subject ${subject}`);
  return pw.serde.plainAvro({ schema: newest.text });
}

const key = await plainAvro("sensor_key");
const value = await plainAvro("sensor_value");

if (broker.isEmbedded) {
  await pw.graph(() => {
    const rows = pw.input(pw.schema({ key: "str", value: "json" }), { appendOnly: true });
    pw.kafka.output(pw.kafka.serialize(rows, { key, value }).oks, { brokers, topic: "in-topic" });
    rows.insert({ key: "a", value: { celsius: 21.5 } });
    rows.close();
    return pw.run({ monitoring: "none" });
  });
}

const { oks, errs } = pw.kafka.input({ brokers, topics: ["in-topic"], tail: !broker.isEmbedded });
const readings = pw.kafka.deserialize(oks, { key, value });
pw.subscribe(readings.oks, { name: "inspect", onChange: ({ row }) => console.log(row.key, row.value) });
for (const [name, table] of Object.entries({ errs, read: readings.errs }))
  pw.kafka.logErrors(table, { name });
await pw.run({ monitoring: "none" });
