/**
 * Errors as rows: printed, or sent to a dead letter topic, while the rest goes on.
 *
 *     npx tsx examples/bytewax-style/error-handling.ts
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 npx tsx examples/bytewax-style/error-handling.ts
 *
 * The first command uses a broker inside the process, sends some messages, shows what came of them and ends; the second
 * runs until Ctrl-C.
 */
import * as pw from "towpath";
import { openBroker } from "../support/broker.ts";
import { send, show } from "../support/messages.ts";

await using broker = await openBroker(["in-topic", "out-topic", "dead-letters"]);
const brokers = broker.settings;
if (broker.isEmbedded)
  await send(brokers, "in-topic", [
    { key: "a", value: '{"n":1}' },
    { key: "b", value: '{"n":' },
    { key: "c", value: '{"n":3}' },
  ]);

const { oks, errs } = pw.kafka.input({ brokers, topics: ["in-topic"], tail: !broker.isEmbedded });
// Prints what the client meets, and ends the run with it. Without a line that uses errs the run would end too.
pw.kafka.logErrors(errs, { raise: true });

const read = (bytes: Uint8Array | null): unknown => bytes && JSON.parse(Buffer.from(bytes).toString());
const records = pw.kafka.deserializeValue(oks, read);
// The key, the value and the headers as they came, and headers that say why and from where.
pw.kafka.output(records.errs, { brokers, topic: "dead-letters" });

const written = pw.kafka.serializeValue(records.oks, (value) => Buffer.from(JSON.stringify({ seen: value })));
pw.kafka.output(written.oks, { brokers, topic: "out-topic" });
await pw.run({ monitoring: "none" });

if (broker.isEmbedded) await show(brokers, "out-topic", "dead-letters");
