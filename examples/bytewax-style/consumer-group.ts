/**
 * Offsets kept by a consumer group: each run reads on where the last one had got to.
 *
 *     npx tsx examples/bytewax-style/consumer-group.ts
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 npx tsx examples/bytewax-style/consumer-group.ts
 *
 * The first command uses a broker inside the process, sends some messages, shows what came of them and ends; the second
 * runs until Ctrl-C.
 */
import * as pw from "towpath";
import { openBroker } from "../support/broker.ts";
import { send } from "../support/messages.ts";

await using broker = await openBroker(["in-topic"]);
const brokers = broker.settings;

/** Prints what has come since the last run. */
function run(): Promise<unknown> {
  return pw.graph(() => {
    const { oks, errs } = pw.kafka.input({
      brokers,
      topics: ["in-topic"],
      tail: !broker.isEmbedded,
      startingOffset: "stored",
      // Offsets of what has been delivered, every 5 s ("auto.commit.interval.ms") and at the end.
      config: { "group.id": "consumer_group", "enable.auto.commit": "true" },
    });
    pw.kafka.logErrors(errs);
    pw.subscribe(oks, { onChange: ({ row }) => console.log(`offset ${row.offset}: ${row.value}`) });
    return pw.run({ monitoring: "none" });
  });
}

if (broker.isEmbedded) {
  await send(brokers, "in-topic", [{ value: "one" }, { value: "two" }]);
  await run();
  await send(brokers, "in-topic", [{ value: "three" }]);
}
await run();
