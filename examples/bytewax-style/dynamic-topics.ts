/**
 * A topic for each message: the sink has none of its own.
 *
 *     npx tsx examples/bytewax-style/dynamic-topics.ts
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 npx tsx examples/bytewax-style/dynamic-topics.ts
 *
 * The first command uses a broker inside the process, sends some messages, shows what came of them and ends; the second
 * runs until Ctrl-C.
 */
import * as pw from "towpath";
import { openBroker } from "../support/broker.ts";
import { send, show } from "../support/messages.ts";

await using broker = await openBroker(["in-topic", "out-topic-1", "out-topic-2"]);
const brokers = broker.settings;
if (broker.isEmbedded)
  await send(brokers, "in-topic", [
    { key: "1", value: "one" },
    { key: "2", value: "two" },
    { key: "1", value: "three" },
  ]);

const messages = pw.kafka.source({ brokers, topics: "in-topic", tail: !broker.isEmbedded });
const topicOf = (key: Buffer | null): string => `out-topic-${key ?? 1}`;
const routed = messages.select((x) =>
  pw.kafka.message({ key: x.key, value: x.value, topic: pw.apply(topicOf, x.key, { type: "str" }) }),
);
// A message without a topic, for a sink without one, would end the run, naming its row.
pw.kafka.output(routed, pw.kafka.sink({ brokers, topic: null }));
await pw.run({ monitoring: "none" });

if (broker.isEmbedded) await show(brokers, "out-topic-1", "out-topic-2");
