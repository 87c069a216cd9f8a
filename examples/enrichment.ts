/**
 * Orders enriched with their customers, each of which may still change, or not be known yet.
 *
 *     npx tsx examples/enrichment.ts
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 npx tsx examples/enrichment.ts
 *
 * When a customer is corrected, the topic enriched takes back what was said of their orders and says it anew, in one
 * message. The first command uses a broker inside the process, sends the messages below, shows the result and ends; the
 * second runs until Ctrl-C.
 */
import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { openBroker } from "./support/broker.ts";
import { Producer } from "./support/producer.ts";
import { rehearse } from "./support/rehearsal.ts";

await using broker = await openBroker(["orders", "customers", "enriched"]);

const orders = pw.kafka.read(broker.settings, {
  topicNames: ["orders"],
  format: "json",
  schema: pw.schema({ id: "int", customer: "int", amount: "float" }),
});

// With a primary key a later message replaces the row of its key.
const customers = pw.kafka.read(broker.settings, {
  topicNames: ["customers"],
  format: "json",
  schema: pw.schema({ id: pw.column({ type: "int", primaryKey: true }), name: "str", segment: "str" }),
});

// Every order is there at once; its customer's columns are null until somebody knows them.
const enriched = orders
  .joinLeft(customers, (order, customer) => order.customer.eq(customer.id))
  .select((order, customer) => ({
    order: order.id,
    amount: order.amount,
    customer: customer.name,
    segment: pw.coalesce(customer.segment, "unknown"),
  }));

pw.kafka.write(enriched, broker.settings, { topicName: "enriched" });

/** Messages by topic, each line a commit. */
const history: readonly (readonly [topic: string, ...rows: object[]])[] = [
  ["customers", { id: 1, name: "Ada", segment: "retail" }],
  ["orders", { id: 100, customer: 1, amount: 9.5 }, { id: 101, customer: 2, amount: 20 }],
  ["customers", { id: 2, name: "Grace", segment: "wholesale" }],
  ["customers", { id: 1, name: "Ada", segment: "wholesale" }],
];

async function sendHistory(): Promise<void> {
  await using producer = await Producer.connect(broker.settings);
  for (const [topic, ...rows] of history) {
    for (const row of rows) {
      const message = JSON.stringify(row);
      await producer.send(topic, message);
      console.log(`${topic} ← ${message}`);
    }
    await producer.send(topic, "*COMMIT*");
    // Two topics have no order among themselves: one commit is given the time to arrive before the next.
    await sleep(300);
  }
}

if (broker.isEmbedded) {
  await rehearse({
    settings: broker.settings,
    send: sendHistory,
    topic: "enriched",
    isLast: (message) => message.includes('"customer":"Ada","diff":1,"order":100,"segment":"wholesale"'),
  });
} else {
  console.log("Enriching orders with customers into enriched until Ctrl-C.");
  await pw.run();
}
