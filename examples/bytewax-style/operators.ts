/**
 * The same by operators, which keep messages and errors apart: Bytewax's kop.input and kop.output.
 *
 *     npx tsx examples/bytewax-style/operators.ts
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 npx tsx examples/bytewax-style/operators.ts
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
    { key: "b", value: "two" },
  ]);

const { oks, errs } = pw.kafka.input({ brokers, topics: ["in-topic"], tail: !broker.isEmbedded });
const upper = (value: Buffer | null): string | null => value?.toString().toUpperCase() ?? null;
const processed = oks.select((x) =>
  pw.kafka.message({ key: x.key, value: pw.apply(upper, x.value, { type: "str?" }) }),
);
pw.kafka.output(processed, { brokers, topic: "out-topic" });
pw.kafka.logErrors(errs);
await pw.run({ monitoring: "none" });

if (broker.isEmbedded) await show(brokers, "out-topic");
