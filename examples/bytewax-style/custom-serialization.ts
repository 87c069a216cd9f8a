/**
 * Serialization of one's own: any object with deserialize or serialize will do.
 *
 *     npx tsx examples/bytewax-style/custom-serialization.ts
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 npx tsx examples/bytewax-style/custom-serialization.ts
 *
 * The first command uses a broker inside the process, sends some messages, shows what came of them and ends; the second
 * runs until Ctrl-C.
 */
import * as pw from "towpath";
import { openBroker } from "../support/broker.ts";
import { send, show } from "../support/messages.ts";

const json = {
  // It never answers with a promise, so that rows need not be ready to wait.
  isSync: true,
  serialize: (value: unknown): Uint8Array | null =>
    value === null ? null : Buffer.from(JSON.stringify(value)),
  deserialize: (bytes: Uint8Array | null): unknown => bytes && JSON.parse(Buffer.from(bytes).toString()),
} as const;

await using broker = await openBroker(["in-topic", "out-topic"]);
const brokers = broker.settings;
if (broker.isEmbedded)
  await send(brokers, "in-topic", [
    { key: "a", value: '{"temperature": 21.5}' },
    { key: "b", value: null },
  ]);

const { oks, errs } = pw.kafka.input({ brokers, topics: ["in-topic"], tail: !broker.isEmbedded });
const readings = pw.kafka.deserialize(oks, {
  key: (bytes) => bytes && Buffer.from(bytes).toString(),
  value: json,
});
pw.subscribe(readings.oks, { name: "inspect", onChange: ({ row }) => console.log(row.key, row.value) });

const written = pw.kafka.serialize(readings.oks, { key: json, value: json });
pw.kafka.output(written.oks, { brokers, topic: "out-topic" });
for (const [name, table] of Object.entries({ errs, read: readings.errs }))
  pw.kafka.logErrors(table, { name });
await pw.run({ monitoring: "none" });

if (broker.isEmbedded) await show(brokers, "out-topic");
