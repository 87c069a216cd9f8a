/**
 * The native reader on random messages, buffers and changes of assignment: byte for byte what node-rdkafka's own
 * consumer reads. TOWPATH_FUZZ_SEED repeats a run, TOWPATH_FUZZ_ROUNDS lengthens it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attach, type Reader } from "../../connectors/kafka/native/index.ts";
import { type PackedBuffers, packedBuffers } from "../../connectors/kafka/native/packed-buffers.ts";
import { connect, disconnect } from "../support/kafka/clients.ts";
import { type MixedMessage, mixedMessages, sendMixed } from "../support/kafka/mixed-messages.ts";
import { fromStart, type MockHost, mockHost } from "../support/kafka/mock-host.ts";
import { messagesOf, packedConsumer, type ReadMessage } from "../support/kafka/packed-consumer.ts";
import { Rng, seedFrom } from "../support/rng.ts";

const seed = seedFrom("TOWPATH_FUZZ_SEED");
const rounds = Number(process.env.TOWPATH_FUZZ_ROUNDS ?? 3);
const PARTITIONS = 9;
const PATIENCE_MS = 60_000;

let host: MockHost;
beforeAll(async () => {
  host = await mockHost();
});
afterAll(() => host[Symbol.asyncDispose]());

/** Without copies of megabytes in a failure's message. */
function digest({ value, key, headers }: Pick<ReadMessage, "value" | "key" | "headers">): string {
  const text = (bytes: Buffer | null): string =>
    bytes === null ? "null" : bytes.length < 100 ? bytes.toString("hex") : fingerprint(bytes);
  return [value, key, ...headers.flatMap(({ name, value: bytes }) => [Buffer.from(name), bytes])]
    .map(text)
    .join(" ");
}

/** FNV-1a of the bytes, and how many there are. */
function fingerprint(bytes: Buffer): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return `${bytes.length} bytes ${(hash >>> 0).toString(16)}`;
}

/** What node-rdkafka's consumer reads, by partition. It does not tell an empty header value from null. */
async function readPlain(topic: string, count: number): Promise<ReadMessage[][]> {
  const consumer = new rdkafka.KafkaConsumer(
    { "group.id": "plain", "enable.auto.commit": false, "fetch.wait.max.ms": 10, ...host.settings },
    { "auto.offset.reset": "earliest" },
  );
  await connect(consumer);
  consumer.assign(fromStart(topic, PARTITIONS));
  consumer.setDefaultConsumeTimeout(100);
  const read: ReadMessage[][] = Array.from({ length: PARTITIONS }, () => []);
  const deadline = performance.now() + PATIENCE_MS;
  for (let found = 0; found < count && performance.now() < deadline; ) {
    const some = await new Promise<rdkafka.Message[]>((resolve, reject) => {
      consumer.consume(500, (error, messages) => (error ? reject(error) : resolve(messages)));
    });
    found += some.length;
    for (const message of some) read[message.partition].push(plainMessage(message));
  }
  await disconnect(consumer);
  return read;
}

function plainMessage(message: rdkafka.Message): ReadMessage {
  const { topic, partition, offset, timestamp = -1, value, key, headers = [] } = message;
  return {
    topic,
    partition,
    offset,
    timestamp,
    value,
    key: key as Buffer | null,
    headers: headers.flatMap((header) =>
      Object.entries(header).map(([name, bytes]) => ({ name, value: bytes as unknown as Buffer })),
    ),
  };
}

/** Buffers that are often too small: for one of the messages, by a byte, or for any. */
function someBuffers(rng: Rng, sent: readonly MixedMessage[]): PackedBuffers {
  const size = rng.pick(sent).value?.length ?? 0;
  const bytes = rng.pick([1, 64, 4_096, Math.max(1, size - 1), size, size + 1, 1 << 20]);
  return packedBuffers({
    messages: rng.pick([1, 2, 17, 1_000, 5_000]),
    bytes: Math.max(1, bytes),
    keys: true,
    headers: true,
  });
}

/** Reads everything with changing buffers, and checks each message; the assignment changes `changes` times meanwhile. */
class Reading {
  readonly #rng: Rng;
  readonly #sent: readonly MixedMessage[];
  readonly #wanted: readonly (readonly ReadMessage[])[];
  readonly #next: number[];
  #generation = 0;

  constructor(rng: Rng, sent: readonly MixedMessage[], wanted: readonly (readonly ReadMessage[])[]) {
    this.#rng = rng;
    this.#sent = sent;
    this.#wanted = wanted;
    this.#next = wanted.map(() => 0);
  }

  async run(consumer: rdkafka.KafkaConsumer, reader: Reader, topic: string, changes: number): Promise<void> {
    let buffers = someBuffers(this.#rng, this.#sent);
    let left = changes;
    const deadline = performance.now() + PATIENCE_MS;
    while (!this.#isDone() || left > 0) {
      const count = reader.take(buffers, this.#rng.pick([1, 3, 1_000, 10_000]));
      this.#check(reader, messagesOf(reader, buffers));
      if (count === 0) await sleep(1);
      if (this.#rng.chance(0.1)) buffers = someBuffers(this.#rng, this.#sent);
      if (left > 0 && (this.#isDone() || this.#rng.chance(0.01))) {
        left--;
        this.#assignAnew(consumer, reader, topic);
      }
      if (performance.now() > deadline) throw new Error(`only got to ${this.#next.join()}`);
    }
  }

  #isDone(): boolean {
    return this.#wanted.every((messages, partition) => this.#next[partition] === messages.length);
  }

  #assignAnew(consumer: rdkafka.KafkaConsumer, reader: Reader, topic: string): void {
    const places = this.#wanted.map((messages, partition) => {
      const offset = this.#rng.below(messages.length + 1);
      this.#next[partition] = offset;
      return { topic, partition, offset };
    });
    consumer.unassign();
    consumer.assign(places);
    reader.setGeneration(++this.#generation);
  }

  #check(reader: Reader, messages: readonly ReadMessage[]): void {
    const isCurrent = reader.generation === this.#generation;
    for (const message of messages) {
      const { partition, offset, timestamp } = message;
      if (isCurrent) {
        if (offset !== this.#next[partition])
          throw new Error(`${partition}: offset ${offset} came, not ${this.#next[partition]}`);
        this.#next[partition]++;
      }
      const wanted = this.#wanted[partition][offset];
      if (digest(message) !== digest(wanted) || timestamp !== wanted.timestamp)
        throw new Error(`${partition}:${offset} is ${digest(message)}, not ${digest(wanted)}`);
    }
  }
}

describe("the native reader", () => {
  it.each(Array.from({ length: rounds }, (_, i) => [seed + i]))(
    "reads random messages as node-rdkafka does (TOWPATH_FUZZ_SEED=%s)",
    async (own) => {
      const rng = new Rng(own);
      const topic = host.freshTopic(PARTITIONS);
      const sent = mixedMessages(rng, 4_000, PARTITIONS);
      await sendMixed(host.settings, topic, sent);
      const plain = await readPlain(topic, sent.length);
      const wanted = plain.map((messages, partition) => {
        const own = sent.filter((message) => message.partition === partition);
        expect(messages.map(({ offset }) => offset)).toEqual(own.map((_, i) => i));
        // What node-rdkafka reads is what was sent, but for null header values, which only the packed reader tells apart.
        return messages.map((message, i) => {
          const emptied = own[i].headers.map(({ name, value }) => ({
            name,
            value: value ?? Buffer.alloc(0),
          }));
          if (digest(message) !== digest({ ...own[i], headers: emptied }))
            throw new Error(
              `${partition}:${i} was ${digest(own[i])}, but plain reading gave ${digest(message)}`,
            );
          return { ...message, headers: own[i].headers };
        });
      });
      await using packed = await packedConsumer(host.settings);
      packed.consumer.assign(fromStart(topic, PARTITIONS));
      await new Reading(rng, sent, wanted).run(packed.consumer, packed.reader, topic, rng.below(4));
    },
    180_000,
  );

  it(`leaves no memory behind when readers open, take and close (TOWPATH_CYCLES)`, async () => {
    const cycles = Number(process.env.TOWPATH_CYCLES ?? 20_000);
    const topic = host.freshTopic(PARTITIONS);
    await sendMixed(host.settings, topic, mixedMessages(new Rng(seed), 2_000, PARTITIONS));
    await using packed = await packedConsumer(host.settings);
    packed.reader.detach();
    const memory: number[] = [];
    let taken = 0;
    for (let cycle = 0; cycle < cycles; cycle++) {
      if (cycle % 500 === 0) {
        packed.consumer.unassign();
        packed.consumer.assign(fromStart(topic, PARTITIONS));
      }
      const reader = attach(packed.consumer);
      if (reader === null) throw new Error("no reader");
      reader.onReadable(() => {});
      const buffers = packedBuffers({ messages: 50, bytes: 1 << 14, keys: true, headers: true });
      taken += reader.take(buffers, cycle % 50);
      reader.detach();
      if (cycle % 50 === 0) await sleep(0);
      if (cycle % Math.ceil(cycles / 20) === 0) memory.push(process.memoryUsage().rss / (1 << 20));
    }
    expect(taken).toBeGreaterThan(cycles / 500);
    const [settled, last] = [Math.max(...memory.slice(5, 12)), Math.max(...memory.slice(12))];
    expect(last - settled, memory.map(Math.round).join(" MB, ")).toBeLessThan(30);
  }, 1_200_000);
});
