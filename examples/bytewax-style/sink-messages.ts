/**
 * All that a message can say: key, value, headers, partition and timestamp.
 *
 *     npx tsx examples/bytewax-style/sink-messages.ts
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 npx tsx examples/bytewax-style/sink-messages.ts
 *
 * The first command uses a broker inside the process, sends some messages, shows what came of them and ends; the second
 * runs until Ctrl-C.
 */
import * as pw from "towpath";
import { openBroker } from "../support/broker.ts";
import { send, show } from "../support/messages.ts";

await using broker = await openBroker(["in-topic", "out-topic"]);
const brokers = broker.settings;
if (broker.isEmbedded) await send(brokers, "in-topic", [{ key: "a", value: "some_value" }]);

// A small batchSize hands messages on sooner, a large one in fewer commits; 1,000 is the default.
const messages = pw.kafka.source({ brokers, topics: "in-topic", tail: !broker.isEmbedded, batchSize: 100 });
const sent = messages.select((x) =>
  pw.kafka.message({
    key: null,
    value: x.value,
    headers: [
      ["from", x.topic],
      ["key", x.key],
      ["key", "again"],
    ],
    partition: 0,
    timestamp: x.timestamp,
  }),
);
pw.kafka.output(sent, { brokers, topic: "out-topic" });
await pw.run({ monitoring: "none" });

if (broker.isEmbedded) await show(brokers, "out-topic");
