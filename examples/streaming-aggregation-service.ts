/**
 * A service that answers from a table which is kept current: orders come in by Kafka, totals by region go out by HTTP.
 *
 *     npx tsx examples/streaming-aggregation-service.ts
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 PORT=8080 npx tsx examples/streaming-aggregation-service.ts
 *
 * GET / is a page that shows the table live, /totals and /totals/:region are its rows as JSON, /events its commits as
 * server-sent events. Every answer is of one whole commit; a client that reads slowly, or not at all, holds up nobody.
 *
 * The first command sends itself orders for RUN_SECONDS (20; 0: until Ctrl-C), and is its own first client. The second
 * one reads the topic orders of that broker until Ctrl-C: messages {"region": "…", "amount": …}, with *COMMIT* between.
 */
import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { EventStream } from "./service/event-stream.ts";
import { startService, type Total } from "./service/server.ts";
import { openBroker } from "./support/broker.ts";
import { Producer } from "./support/producer.ts";

const topic = "orders";
const { PORT, RUN_SECONDS = "20" } = process.env;

await using broker = await openBroker([topic]);
const orders = pw.kafka.read(broker.settings, {
  topicNames: [topic],
  format: "json",
  schema: pw.schema({ region: "str", amount: "float" }),
});
const byRegion = orders.groupBy(orders.region).reduce({
  region: orders.region,
  orders: pw.reducers.count(),
  total: pw.reducers.sum(orders.amount),
});

// Two views of one table: what it is now, and every commit of it.
const totals = pw.materialize(byRegion);
const commits = byRegion.updates();

const ending = new AbortController();
const running = pw.run({ signal: ending.signal, monitoring: broker.isEmbedded ? "none" : "auto" });
const events = new EventStream<Total>();
const following = events.follow(commits);
await using service = await startService(totals, events, {
  port: Number(PORT ?? 8080),
  orElseAny: PORT === undefined,
});
console.log(`Totals by region: ${service.url}`);

if (broker.isEmbedded) {
  const own = [sendOrders(ending.signal), printFirstEvents(4)];
  try {
    await Promise.race([running, Promise.all(own)]);
  } finally {
    ending.abort();
    await Promise.allSettled(own);
  }
}
await running;
await following;
console.log("The last totals:");
for (const { region, orders, total } of totals.current.sortBy((row) => row.region).values()) {
  console.log(`  ${region}: ${orders} orders, ${total.toFixed(2)}`);
}

/** A commit of some orders every 200 ms. */
async function sendOrders(signal: AbortSignal): Promise<void> {
  await using producer = await Producer.connect(broker.settings);
  const regions = ["Africa", "America", "Asia", "Europe", "Oceania"];
  const end = performance.now() + (Number(RUN_SECONDS) || Infinity) * 1_000;
  while (performance.now() < end && !signal.aborted) {
    for (let i = 0; i < 5; i++) {
      const region = regions[Math.floor(regions.length * Math.random() ** 1.5)];
      const amount = Math.round(1 + 9_999 * Math.random() ** 3) / 100;
      await producer.send(topic, JSON.stringify({ region, amount }));
    }
    await producer.send(topic, "*COMMIT*");
    await sleep(200);
  }
}

/** What a client of /events gets. */
async function printFirstEvents(count: number): Promise<void> {
  const response = await fetch(`${service.url}/events`, { signal: ending.signal });
  let text = "";
  let printed = 0;
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const pieces = `${text}${part}`.split("\n\n");
    text = pieces.pop() ?? "";
    for (const event of pieces.slice(0, count - printed)) console.log(`\n${event}`);
    printed += pieces.length;
    if (printed >= count) return;
  }
}
