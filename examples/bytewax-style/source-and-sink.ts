/**
 * A source of messages, a function of each, a sink: Bytewax's KafkaSource and KafkaSink.
 *
 *     npx tsx examples/bytewax-style/source-and-sink.ts
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 npx tsx examples/bytewax-style/source-and-sink.ts
 *
 * The first command uses a broker inside the process, sends some messages, shows what came of them and ends; the second
 * runs until Ctrl-C.
 */
import * as pw from "towpath";
import { openBroker } from "../support/broker.ts";
import { send, show } from "../support/messages.ts";

await using broker = await openBroker(["in-topic", "out-topic"]);
const brokers = broker.settings;
if (broker.isEmbedded)
  await send(brokers, "in-topic", [
    { key: "a", value: "one" },
    { key: null, value: "two" },
    { key: "c", value: null },
  ]);

const messages = pw.kafka.source({ brokers, topics: ["in-topic"], tail: !broker.isEmbedded });
const processed = messages.select((x) => pw.kafka.message({ key: x.key, value: x.value }));
pw.kafka.output(processed, pw.kafka.sink({ brokers, topic: "out-topic" }));
await pw.run({ monitoring: "none" });

if (broker.isEmbedded) await show(brokers, "out-topic");
