/**
 * The sum of a stream of numbers, kept current in the topic sum.
 *
 *     npx tsx examples/realtime-kafka.ts
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 npx tsx examples/realtime-kafka.ts
 *
 * The first uses a broker inside the process, sends the stream itself, shows the result and ends. The second runs until
 * it is stopped (Ctrl-C); examples/generating-kafka-stream.ts sends the stream from another shell.
 */
import * as pw from "towpath";
import { generateStream, paceFromEnvironment } from "./generating-kafka-stream.ts";
import { openBroker } from "./support/broker.ts";
import { rehearse } from "./support/rehearsal.ts";

await using broker = await openBroker(["connector_example", "sum"]);
const rdkafkaSettings = {
  ...broker.settings,
  "group.id": process.env.KAFKA_GROUP_ID ?? "realtime-kafka",
  "session.timeout.ms": "6000",
};

// Each message is a line of CSV; a message *COMMIT* makes those before it one update.
const t = pw.kafka.read(rdkafkaSettings, {
  topicNames: ["connector_example"],
  valueColumns: ["value"],
  format: "csv",
});

// The sum does not know where its numbers come from.
const values = t.select({ value: pw.apply((text) => Number.parseInt(text, 10), t.value) });
const sum = values.reduce({ sum: pw.reducers.sum(values.value) });

// Each update that changes the sum is one message: the old sum with diff -1, the new one with diff 1.
pw.kafka.write(sum, rdkafkaSettings, { topicName: "sum", format: "json" });

if (broker.isEmbedded) {
  await rehearse({
    settings: broker.settings,
    send: () => generateStream(broker.settings, paceFromEnvironment({ startMs: 0, intervalMs: 200 })),
    topic: "sum",
    isLast: (message) => message.includes('"sum":45'),
  });
} else {
  console.log("Summing connector_example into sum until Ctrl-C.");
  await pw.run();
}
