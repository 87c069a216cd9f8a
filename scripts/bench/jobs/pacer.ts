/**
 * Sends words at a steady pace: BOOTSTRAP WORDS_TOPIC RATE SECONDS STAMPS_FILE. Writes when each message was handed to
 * the producer as 64-bit floats, in ms since 1970.
 */
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import { connect, disconnect } from "../../../test/support/kafka/clients.ts";
import { wallClock } from "../harness/clock.ts";
import { words } from "../harness/workload.ts";

const [bootstrap, topic, ...rest] = process.argv.slice(2);
const [rate, seconds] = rest.slice(0, 2).map(Number);
const total = rate * seconds;
const [{ cycle }] = words(total).topics;
const stamps = new Float64Array(total);

const producer = new rdkafka.Producer(
  { "bootstrap.servers": bootstrap, "linger.ms": 1, "queue.buffering.max.messages": 10_000_000 },
  { acks: 1 },
);
await connect(producer);
const startedAt = wallClock();
for (let sent = 0; sent < total; ) {
  const now = wallClock();
  const due = Math.min(total, Math.floor(((now - startedAt) * rate) / 1000));
  for (; sent < due; sent++) {
    stamps[sent] = now;
    producer.produce(topic, 0, cycle[sent % cycle.length]);
  }
  producer.poll();
  await sleep(1);
}
await new Promise<void>((resolve, reject) => {
  producer.flush(30_000, (error: unknown) => (error ? reject(error) : resolve()));
});
await disconnect(producer);
writeFileSync(rest[2], stamps);
console.log(JSON.stringify({ rate: (1000 * total) / (stamps[total - 1] - startedAt) }));
