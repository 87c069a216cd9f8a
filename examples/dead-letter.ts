/**
 * Messages that cannot be read go to a topic of their own, with the reason, and the rest goes on.
 *
 *     npx tsx examples/dead-letter.ts
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 npx tsx examples/dead-letter.ts
 *
 * A rejected message keeps its key, payload and headers, so that it can be mended and sent again; the headers tp-… say
 * what was wrong and where it stood. It is in the topic payments-rejected before the commit that lacks it is visible
 * anywhere. The first command uses a broker inside the process, sends the messages below, shows both topics and ends; the
 * second runs until Ctrl-C.
 */
import * as pw from "towpath";
import { openBroker } from "./support/broker.ts";
import { Producer } from "./support/producer.ts";
import { rehearse } from "./support/rehearsal.ts";

const [input, output, rejected] = ["payments", "totals", "payments-rejected"];
await using broker = await openBroker([input, output, rejected]);

const payments = pw.kafka.read(broker.settings, {
  topicNames: [input],
  format: "json",
  schema: pw.schema({ account: "str", amount: "float" }),
  onError: { deadLetter: rejected },
});
const totals = payments
  .groupBy((c) => c.account)
  .reduce((c) => ({ account: c.account, total: pw.reducers.sum(c.amount), payments: pw.reducers.count() }));
pw.kafka.write(totals, broker.settings, { topicName: output });

const messages = [
  '{"account":"A","amount":10}',
  '{"account":"B","amount":"ten"}',
  '{"account":"A","amount":2.5}',
  '{"account":"B"',
  '{"amount":3}',
  '{"account":"B","amount":1}',
  "*COMMIT*",
];

/** Prints the dead letters, as the program that mends them would read them; resolves after `count` of them. */
function printRejected(count: number): Promise<unknown> {
  return pw.graph(async () => {
    const done = new AbortController();
    const letters = pw.kafka.read(broker.settings, {
      topicNames: [rejected],
      format: "raw",
      encoding: "utf8",
      withMetadata: true,
      commit: { marker: null, everyRows: 1 },
    });
    let seen = 0;
    pw.subscribe(letters, {
      onChange({ row: { data, _metadata } }) {
        const { headers } = _metadata as { headers: readonly { name: string; value: string }[] };
        const header = Object.fromEntries(headers.map(({ name, value }) => [name, value]));
        console.log(`${rejected} → ${data}`);
        console.log(`  ${header["tp-error-code"]}: ${header["tp-error-detail"]}`);
        console.log(
          `  ${header["tp-topic"]}, partition ${header["tp-partition"]}, offset ${header["tp-offset"]}`,
        );
        if (++seen === count) done.abort();
      },
    });
    await pw.run({ signal: done.signal, monitoring: "none" });
  });
}

if (broker.isEmbedded) {
  await rehearse({
    settings: broker.settings,
    async send() {
      await using producer = await Producer.connect(broker.settings);
      for (const message of messages) await producer.send(input, message);
      await printRejected(3);
    },
    topic: output,
    isLast: () => true,
  });
} else {
  console.log(`Totals of ${input} to ${output}, what cannot be read to ${rejected}, until Ctrl-C.`);
  await pw.run();
}
