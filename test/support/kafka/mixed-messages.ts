/** Messages of every kind that Kafka can hold, drawn at random, and a sender that leaves nothing of them out. */
import { setTimeout as sleep } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import { pluginPath } from "../../../connectors/kafka/native/index.ts";
import { attachPress, type Press } from "../../../connectors/kafka/native/press.ts";
import { writeHeader } from "../../../connectors/kafka/produce/message-headers.ts";
import {
  FIELDS,
  HEADERS,
  HEADERS_END,
  KEY,
  KEY_END,
  PARTITION,
  VALUE,
  VALUE_END,
} from "../../../connectors/kafka/produce/outbox.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import type { Rng } from "../rng.ts";
import { connect, disconnect } from "./clients.ts";
import { nameOf } from "./mock-host.ts";

export interface MixedMessage {
  readonly partition: number;
  readonly value: Buffer | null;
  readonly key: Buffer | null;
  readonly headers: readonly { readonly name: string; readonly value: Buffer | null }[];
}

/** The mock cluster forgets what is beyond 5 MB of a partition. */
const PARTITION_BYTES_MAX = 4_000_000;
const BIG = 2 << 20;

/** Draws messages for partitions [0, partitions): sizes from 0 B to 2 MB, most of them small. */
export function mixedMessages(rng: Rng, count: number, partitions: number): MixedMessage[] {
  const room = new Float64Array(partitions).fill(PARTITION_BYTES_MAX);
  // Large ones come seldom: librdkafka would have all of them in memory.
  return Array.from({ length: count }, () => {
    const partition = rng.below(partitions);
    const value = rng.chance(0.1) ? null : someValue(rng, room[partition]);
    const key = rng.chance(0.4) ? null : bytesOf(rng, rng.chance(0.2) ? 0 : someSize(rng, 500));
    const headers = rng.chance(0.6) ? [] : someHeaders(rng);
    room[partition] -= (value?.length ?? 0) + 2_000;
    return { partition, value, key, headers };
  });
}

function someValue(rng: Rng, room: number): Buffer {
  if (rng.chance(0.1)) return Buffer.from("*COMMIT*");
  if (rng.chance(0.1)) return Buffer.alloc(0);
  const largest = rng.chance(0.002) ? BIG : rng.chance(0.02) ? 70_000 : 300;
  return bytesOf(
    rng,
    largest === BIG && room > BIG + 1_000_000 ? BIG : someSize(rng, Math.min(largest, 70_000)),
  );
}

/** Sizes at which something turns over come as often as all the others. */
function someSize(rng: Rng, largest: number): number {
  const edges = [1, 7, 8, 9, 63, 64, 127, 128, 255, 256, 1_023, 1_024, 65_535, 65_536];
  return Math.min(largest, rng.chance(0.5) ? rng.pick(edges) : rng.below(largest + 1));
}

function bytesOf(rng: Rng, size: number): Buffer {
  const bytes = Buffer.alloc(size, rng.below(256));
  for (let i = 0; i < Math.min(size, 40); i++) bytes[rng.below(size)] = rng.below(256);
  return bytes;
}

/** Names repeat, also within a message; values are null, empty or any bytes. */
function someHeaders(rng: Rng): MixedMessage["headers"] {
  return Array.from({ length: rng.between(1, 6) }, () => {
    const name = rng.pick(["a", "a", "b", "tp-run", "ü\n", "n".repeat(300)]);
    return { name, value: rng.chance(0.2) ? null : bytesOf(rng, someSize(rng, 200)) };
  });
}

/** Sends them in order, null header values and empty keys included, and waits until the broker has them. */
export async function sendMixed(
  settings: Readonly<Record<string, unknown>>,
  topic: string,
  messages: readonly MixedMessage[],
): Promise<void> {
  const client = new rdkafka.Producer(
    { "linger.ms": 1, "message.max.bytes": 8 << 20, "plugin.library.paths": pluginPath(), ...settings },
    { acks: -1 },
  );
  await connect(client);
  const press = attachPress(nameOf(client));
  if (press === null) throw new Error("the plugin did not see its client");
  try {
    press.topic(topic);
    for (let from = 0; from < messages.length; from += 100)
      await sendSome(press, messages.slice(from, from + 100));
    let delivered = 0;
    while (delivered < messages.length) {
      press.collect((_, count) => {
        delivered += count;
      });
      const failure = press.failure();
      if (failure !== null) throw new Error(failure.text);
      await sleep(2);
    }
  } finally {
    press.detach();
    await disconnect(client);
  }
}

async function sendSome(press: Press, messages: readonly MixedMessage[]): Promise<void> {
  const out = new ByteWriter(1 << 16);
  const fields = new Int32Array(messages.length * FIELDS);
  const append = (bytes: Buffer): void => {
    out.reserve(bytes.length);
    out.bytes.set(bytes, out.used);
    out.used += bytes.length;
  };
  for (const [i, { partition, value, key, headers }] of messages.entries()) {
    const at = i * FIELDS;
    fields[at + PARTITION] = partition;
    fields[at + VALUE] = out.used;
    if (value !== null) append(value);
    fields[at + VALUE_END] = value === null ? -1 : out.used;
    fields[at + KEY] = out.used;
    if (key !== null) append(key);
    fields[at + KEY_END] = key === null ? -1 : out.used;
    fields[at + HEADERS] = out.used;
    for (const { name, value: bytes } of headers) writeHeader(Buffer.from(name), bytes, out);
    fields[at + HEADERS_END] = headers.length === 0 ? -1 : out.used;
  }
  for (let sent = 0; sent < messages.length; ) {
    sent += press.send(out.bytes, fields, sent, messages.length);
    if (press.error !== 0 && press.error !== rdkafka.CODES.ERRORS.ERR__QUEUE_FULL)
      throw new Error(`librdkafka refused a message: ${press.error}`);
    if (sent < messages.length) await sleep(5);
  }
}
