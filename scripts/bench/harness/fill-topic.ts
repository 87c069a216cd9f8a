import { setTimeout as sleep } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import { connect, disconnect } from "../../../test/support/kafka/clients.ts";
import type { TopicData } from "./workload.ts";

/** Fills a topic of one partition. */
export async function fillTopic(
  bootstrap: string,
  { name, head, cycle, messages }: TopicData,
): Promise<void> {
  const producer = new rdkafka.Producer(
    {
      "bootstrap.servers": bootstrap,
      "linger.ms": 20,
      "batch.num.messages": 100_000,
      "batch.size": 900_000,
      "queue.buffering.max.messages": 1_000_000,
    },
    { acks: 1 },
  );
  await connect(producer);
  try {
    for (let i = 0; i < messages; ) {
      const payload = i < head.length ? head[i] : cycle[(i - head.length) % cycle.length];
      try {
        producer.produce(name, 0, payload);
        i++;
      } catch (error) {
        if ((error as rdkafka.LibrdKafkaError).code !== rdkafka.CODES.ERRORS.ERR__QUEUE_FULL) throw error;
        producer.poll();
        await sleep(5);
      }
    }
    await new Promise<void>((resolve, reject) => {
      producer.flush(120_000, (error: unknown) => (error ? reject(error) : resolve()));
    });
  } finally {
    await disconnect(producer);
  }
}
