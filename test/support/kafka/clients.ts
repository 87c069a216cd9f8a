/** The plainest node-rdkafka clients, for tests that look at a broker from outside. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import type { ClientSettings } from "./broker.ts";

/** A message to send; `partition` -1 leaves the choice to the partitioner. */
export interface Outgoing {
  readonly value: string | Buffer | null;
  readonly key?: string | null;
  readonly partition?: number;
}

/** Sends messages and waits until every one is acknowledged; throws at the first that is not. */
export async function produce(
  settings: ClientSettings,
  topic: string,
  messages: readonly Outgoing[],
): Promise<void> {
  const producer = new rdkafka.Producer({ ...settings, "linger.ms": 1, dr_cb: true }, { acks: -1 });
  await connect(producer);
  try {
    const delivered = new Promise<void>((resolve, reject) => {
      let waiting = messages.length;
      if (waiting === 0) resolve();
      producer.on("delivery-report", (error) => {
        if (error) reject(new Error(error.message));
        else if (--waiting === 0) resolve();
      });
    });
    producer.setPollInterval(10);
    for (const { value, key = null, partition = -1 } of messages) {
      await enqueue(producer, () => {
        producer.produce(topic, partition, payload(value), key);
      });
    }
    await delivered;
  } finally {
    await disconnect(producer);
  }
}

/** node-rdkafka sends a Buffer without memory of its own, such as `Buffer.from("")`, as null. */
const emptyPayload = Buffer.alloc(1).subarray(0, 0);

function payload(value: Outgoing["value"]): Buffer | null {
  if (value === null) return null;
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return bytes.length === 0 ? emptyPayload : bytes;
}

/** Hands over one message, again and again while the client's queue is full. */
async function enqueue(producer: rdkafka.Producer, send: () => void): Promise<void> {
  for (;;) {
    try {
      send();
      return;
    } catch (error) {
      if ((error as rdkafka.LibrdKafkaError).code !== rdkafka.CODES.ERRORS.ERR__QUEUE_FULL) throw error;
      producer.poll();
      await sleep(5);
    }
  }
}

/** Reads `count` messages of a topic's `partitions` from the beginning; throws after `timeoutMs` (default 20 s). */
export async function consume(
  settings: ClientSettings,
  topic: string,
  { partitions = 1, count, timeoutMs = 20_000 }: { partitions?: number; count: number; timeoutMs?: number },
): Promise<rdkafka.Message[]> {
  const conf = { ...settings, "group.id": `test-${randomUUID()}`, "enable.auto.commit": false };
  const consumer = new rdkafka.KafkaConsumer({ ...conf, "fetch.wait.max.ms": 10 }, {});
  await connect(consumer);
  try {
    consumer.setDefaultConsumeTimeout(50);
    consumer.assign(Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0 })));
    const received: rdkafka.Message[] = [];
    const deadline = performance.now() + timeoutMs;
    while (received.length < count) {
      received.push(...(await take(consumer, count - received.length)));
      if (performance.now() > deadline) {
        throw new Error(`only ${received.length} of ${count} messages of ${topic} within ${timeoutMs} ms`);
      }
    }
    return received;
  } finally {
    await disconnect(consumer);
  }
}

function take(consumer: rdkafka.KafkaConsumer, count: number): Promise<rdkafka.Message[]> {
  return new Promise((resolve, reject) => {
    consumer.consume(count, (error, messages) =>
      error ? reject(new Error(error.message)) : resolve(messages),
    );
  });
}

/** The offsets [low, high) that a partition holds. */
export async function watermarks(
  settings: ClientSettings,
  topic: string,
  partition = 0,
): Promise<{ low: number; high: number }> {
  const producer = new rdkafka.Producer({ ...settings });
  await connect(producer);
  try {
    return await new Promise((resolve, reject) => {
      producer.queryWatermarkOffsets(topic, partition, 10_000, (error, offsets) =>
        error
          ? reject(new Error(error.message))
          : resolve({ low: offsets.lowOffset, high: offsets.highOffset }),
      );
    });
  } finally {
    await disconnect(producer);
  }
}

/** The number of partitions of a topic; 0 when the broker does not have it. */
export async function partitionCount(settings: ClientSettings, topic: string): Promise<number> {
  // A consumer: asked by a producer, some brokers would create the topic.
  const consumer = new rdkafka.KafkaConsumer({ ...settings, "group.id": "test-metadata" }, {});
  await connect(consumer);
  try {
    const metadata = await new Promise<rdkafka.Metadata>((resolve, reject) => {
      consumer.getMetadata({ topic, timeout: 10_000 }, (error, data) =>
        error ? reject(new Error(error.message)) : resolve(data),
      );
    });
    return metadata.topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
  } finally {
    await disconnect(consumer);
  }
}

type AnyClient = rdkafka.Client<string>;

/** Connects; rejects with librdkafka's words, and with the error events before them, which tell the reason. */
export function connect(client: AnyClient, timeout = 10_000): Promise<rdkafka.Metadata> {
  const events = new Set<string>();
  client.on("event.error", (error: rdkafka.LibrdKafkaError) => events.add(error.message));
  return new Promise((resolve, reject) => {
    client.connect({ timeout }, (error, metadata) => {
      if (error) reject(new Error([error.message, ...events].join("; ")));
      else resolve(metadata);
    });
  });
}

/** Disconnects. */
export function disconnect(client: AnyClient): Promise<void> {
  return new Promise((resolve) => {
    client.disconnect(() => resolve());
  });
}
