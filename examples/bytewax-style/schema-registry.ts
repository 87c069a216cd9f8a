/**
 * Avro with a schema registry: messages name their schemas, so that none needs to be given to read them.
 *
 *     npx tsx examples/bytewax-style/schema-registry.ts
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 SCHEMA_REGISTRY_URL=http://127.0.0.1:8081 npx tsx examples/bytewax-style/schema-registry.ts
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

/** Sends readings whose keys and values are Avro; their schemas are registered as in-topic-key and in-topic-value. */
async function sendReadings(): Promise<void> {
  const sensor = { type: "record", name: "Sensor", fields: [{ name: "id", type: "string" }] } as const;
  const reading = { type: "record", name: "Reading", fields: [{ name: "celsius", type: "double" }] } as const;
  await pw.graph(() => {
    const rows = pw.input(pw.schema({ key: "json", value: "json?" }), { appendOnly: true });
    const { oks } = pw.kafka.serialize(rows, {
      key: pw.serde.avro({ registry, schema: sensor }),
      value: pw.serde.avro({ registry, schema: reading }),
      topic: "in-topic",
    });
    pw.kafka.output(oks, { brokers, topic: "in-topic" });
    rows.insert({ key: { id: "a" }, value: { celsius: 21.5 } });
    rows.insert({ key: { id: "b" }, value: null });
    rows.close();
    return pw.run({ monitoring: "none" });
  });
}

if (broker.isEmbedded) await sendReadings();

const { oks, errs } = pw.kafka.input({ brokers, topics: ["in-topic"], tail: !broker.isEmbedded });
const readings = pw.kafka.deserialize(oks, {
  key: pw.serde.avro({ registry }),
  value: pw.serde.avro({ registry }),
});
pw.subscribe(readings.oks, { name: "inspect", onChange: ({ row }) => console.log(row.key, row.value) });
for (const [name, table] of Object.entries({ errs, read: readings.errs }))
  pw.kafka.logErrors(table, { name });
await pw.run({ monitoring: "none" });
