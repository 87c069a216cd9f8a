/** A consumer that is read by the packed reader, and what it read as plain objects. */
import { setTimeout as sleep } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import { attach, type PackedEvent, pluginPath, type Reader } from "../../../connectors/kafka/native/index.ts";
import {
  decodeHeaders,
  FLAG_NULL_KEY,
  FLAG_NULL_PAYLOAD,
  type PackedBuffers,
  type PackedPart,
  packedBuffers,
} from "../../../connectors/kafka/native/packed-buffers.ts";
import { connect, disconnect } from "./clients.ts";

export interface PackedConsumer extends AsyncDisposable {
  readonly consumer: rdkafka.KafkaConsumer;
  readonly reader: Reader;
}

/** A message of a packed batch. */
export interface ReadMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly value: Buffer | null;
  readonly key: Buffer | null;
  readonly headers: readonly { name: string; value: Buffer | null }[];
}

/** Connects a consumer and attaches a reader to it. */
export async function packedConsumer(
  settings: Readonly<Record<string, unknown>>,
  topicSettings: Readonly<Record<string, unknown>> = {},
): Promise<PackedConsumer> {
  const consumer = new rdkafka.KafkaConsumer(
    {
      "group.id": "packed",
      "enable.auto.commit": false,
      "enable.auto.offset.store": false,
      "fetch.wait.max.ms": 10,
      "plugin.library.paths": pluginPath(),
      ...settings,
    },
    { "auto.offset.reset": "earliest", ...topicSettings },
  );
  await connect(consumer);
  const reader = attach(consumer);
  if (reader === null) throw new Error("the plugin did not see its client");
  return {
    consumer,
    reader,
    async [Symbol.asyncDispose]() {
      reader.detach();
      if (consumer.isConnected()) await disconnect(consumer);
    },
  };
}

function entry(part: PackedPart, row: number): Buffer {
  return Buffer.from(part.bytes.slice(row === 0 ? 0 : part.ends[row - 1], part.ends[row]));
}

/** The batch as objects. */
export function messagesOf(reader: Reader, buffers: PackedBuffers): ReadMessage[] {
  return Array.from({ length: buffers.count }, (_, row) => {
    const { topic, partition } = reader.toppars[buffers.toppar[row]];
    const flags = buffers.flags[row];
    const { keys, headers } = buffers;
    return {
      topic,
      partition,
      offset: buffers.offsets[row],
      timestamp: buffers.timestamps[row],
      value: flags & FLAG_NULL_PAYLOAD ? null : entry(buffers.payload, row),
      key: keys === null || flags & FLAG_NULL_KEY ? null : entry(keys, row),
      headers:
        headers === null
          ? []
          : decodeHeaders(headers, row).map(({ name, value }) => ({
              name,
              value: value === null ? null : Buffer.from(value),
            })),
    };
  });
}

/** Reads until `enough` says so; throws after 20 s. */
export async function readUntil(
  reader: Reader,
  enough: (messages: ReadMessage[], events: PackedEvent[]) => boolean,
  buffers: PackedBuffers = packedBuffers({ messages: 1_000, bytes: 1 << 20, keys: true, headers: true }),
): Promise<{ messages: ReadMessage[]; events: PackedEvent[] }> {
  const messages: ReadMessage[] = [];
  const events: PackedEvent[] = [];
  const deadline = performance.now() + 20_000;
  while (!enough(messages, events)) {
    const count = reader.take(buffers, buffers.flags.length);
    messages.push(...messagesOf(reader, buffers));
    events.push(...reader.events);
    if (performance.now() > deadline) {
      throw new Error(`only ${messages.length} messages and ${events.length} events within 20 s`);
    }
    if (count === 0) await sleep(2);
  }
  return { messages, events };
}

/** A message to send with everything that node-rdkafka can say. */
export interface FullMessage {
  readonly partition: number;
  readonly value: Buffer | null;
  readonly key?: Buffer | string | null;
  readonly timestamp?: number;
  readonly headers?: readonly Readonly<Record<string, string>>[];
}

/** node-rdkafka sends a Buffer without memory of its own, such as `Buffer.from("")`, as null. */
const empty = Buffer.alloc(1).subarray(0, 0);

/** Sends messages and waits until the broker has them. */
export async function send(
  settings: Readonly<Record<string, unknown>>,
  topic: string,
  messages: readonly FullMessage[],
): Promise<void> {
  const producer = new rdkafka.Producer({ "linger.ms": 1, ...settings }, { acks: -1 });
  await connect(producer);
  for (const { partition, value, key, timestamp, headers } of messages) {
    const payload = value !== null && value.length === 0 ? empty : value;
    producer.produce(
      topic,
      partition,
      payload,
      key,
      timestamp,
      undefined,
      headers as rdkafka.MessageHeader[],
    );
  }
  await new Promise<void>((resolve, reject) => {
    producer.flush(10_000, (error: unknown) => (error ? reject(error) : resolve()));
  });
  await disconnect(producer);
}
