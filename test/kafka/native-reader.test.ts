/** The native packed reader on librdkafka's mock cluster. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import rdkafka from "node-rdkafka";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attach, mockBootstraps, mockTopicCreate, pluginPath } from "../../connectors/kafka/native/index.ts";
import { decodeHeaders, packedBuffers } from "../../connectors/kafka/native/packed-buffers.ts";
import { connect, disconnect } from "../support/kafka/clients.ts";
import {
  type FullMessage,
  messagesOf,
  packedConsumer,
  readUntil,
  send,
} from "../support/kafka/packed-consumer.ts";

const PARTITION_EOF = -191;

const host = new rdkafka.Producer(
  { "test.mock.num.brokers": 1, "plugin.library.paths": pluginPath() } as never,
  {},
);
let settings: { "bootstrap.servers": string };

beforeAll(async () => {
  await connect(host);
  settings = { "bootstrap.servers": mockBootstraps(nameOf(host)) };
});
afterAll(() => disconnect(host));

function nameOf(client: unknown): string {
  return (client as { name: string }).name;
}

function freshTopic(partitions = 1): string {
  const topic = `t-${randomUUID()}`;
  mockTopicCreate(nameOf(host), topic, partitions, 1);
  return topic;
}

function assignment(topic: string, partitions = 1) {
  return Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0 }));
}

function numbered(count: number, partitions = 1): FullMessage[] {
  return Array.from({ length: count }, (_, i) => ({
    partition: i % partitions,
    value: Buffer.from(`m${i}`),
  }));
}

function values(messages: readonly { value: Buffer | null }[]): (string | null)[] {
  return messages.map(({ value }) => value?.toString("latin1") ?? null);
}

describe("contents", () => {
  it("are byte-exact: null, empty, zero bytes, all bytes, keys, headers, timestamps", async () => {
    const topic = freshTopic();
    const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const sent: FullMessage[] = [
      { partition: 0, value: Buffer.from("plain"), key: "k", timestamp: 1_700_000_000_123 },
      { partition: 0, value: null, key: "tombstone" },
      { partition: 0, value: Buffer.alloc(0), key: null },
      { partition: 0, value: Buffer.from([0, 0, 0]), key: Buffer.from([0, 255, 0]) },
      { partition: 0, value: every, key: every },
      { partition: 0, value: Buffer.alloc(100_000, 7) },
      { partition: 0, value: Buffer.from("h"), headers: [{ a: "1" }, { a: "" }, { "ü\n": "€\u0001" }] },
      { partition: 0, value: Buffer.from("last") },
    ];
    await send(settings, topic, sent);
    await using packed = await packedConsumer(settings);
    packed.consumer.assign(assignment(topic));
    const { messages } = await readUntil(packed.reader, (all) => all.length >= sent.length);
    expect(messages.map(({ value }) => value)).toEqual(sent.map(({ value }) => value));
    expect(messages.map(({ offset }) => offset)).toEqual(sent.map((_, i) => i));
    expect(messages.map(({ topic: name, partition }) => [name, partition])).toEqual(
      sent.map(() => [topic, 0]),
    );
    expect(messages[0].timestamp).toBe(1_700_000_000_123);
    expect(messages[0].key).toEqual(Buffer.from("k"));
    expect(messages[3].key).toEqual(Buffer.from([0, 255, 0]));
    expect(messages[4].key).toEqual(every);
    expect(messages[5].key).toBeNull();
    expect(messages[6].headers).toEqual([
      { name: "a", value: Buffer.from("1") },
      { name: "a", value: Buffer.alloc(0) },
      { name: "ü\n", value: Buffer.from("€\u0001") },
    ]);
    expect(messages[7].headers).toEqual([]);
  });

  it("come in the order of each partition, several partitions and topics at once", async () => {
    const topics = [freshTopic(3), freshTopic(4)];
    for (const topic of topics) await send(settings, topic, numbered(12_000, 3));
    await using packed = await packedConsumer(settings);
    packed.consumer.assign(topics.flatMap((topic) => assignment(topic, 3)));
    const { messages } = await readUntil(packed.reader, (all) => all.length >= 24_000);
    for (const topic of topics) {
      for (let partition = 0; partition < 3; partition++) {
        const own = messages.filter((m) => m.topic === topic && m.partition === partition);
        expect(own.map(({ offset }) => offset)).toEqual(Array.from({ length: 4_000 }, (_, i) => i));
        expect(values(own)).toEqual(Array.from({ length: 4_000 }, (_, i) => `m${i * 3 + partition}`));
      }
    }
    expect(packed.reader.toppars).toHaveLength(6);
  });

  it("keys and headers cost nothing where they are not asked for", async () => {
    const topic = freshTopic();
    await send(settings, topic, [{ partition: 0, value: Buffer.from("v"), key: "k", headers: [{ a: "b" }] }]);
    await using packed = await packedConsumer(settings);
    packed.consumer.assign(assignment(topic));
    const buffers = packedBuffers({ messages: 10, bytes: 100 });
    const { messages } = await readUntil(packed.reader, (all) => all.length === 1, buffers);
    expect(messages[0]).toMatchObject({ value: Buffer.from("v"), key: null, headers: [] });
    expect(buffers.flags[0]).toBe(0);
  });

  it("headers are decoded with null values apart from empty ones", () => {
    const part = (bytes: number[], ends: number[]) => ({
      bytes: Uint8Array.from(bytes),
      ends: Uint32Array.from(ends),
      used: bytes.length,
    });
    const none = [1, 0, 0, 0, 110, 255, 255, 255, 255];
    const zero = [1, 0, 0, 0, 122, 0, 0, 0, 0];
    const raw = [2, 0, 0, 0, 195, 188, 3, 0, 0, 0, 0, 255, 0];
    const headers = part([...none, ...zero, ...raw], [18, 18, 31]);
    expect(decodeHeaders(headers, 0)).toEqual([
      { name: "n", value: null },
      { name: "z", value: new Uint8Array(0) },
    ]);
    expect(decodeHeaders(headers, 1)).toEqual([]);
    expect(decodeHeaders(headers, 2)).toEqual([{ name: "ü", value: Uint8Array.of(0, 255, 0) }]);
  });
});

describe("events", () => {
  it("say a partition's end, in their place among the messages", async () => {
    const topic = freshTopic(2);
    await send(settings, topic, numbered(10, 1));
    await using packed = await packedConsumer({ ...settings, "enable.partition.eof": true });
    const { reader } = packed;
    packed.consumer.assign(assignment(topic, 2));
    const first = await readUntil(reader, (_, events) => events.length >= 2);
    expect(values(first.messages)).toEqual(values(numbered(10)));
    const ends = first.events.map(({ code, toppar, offset }) => [
      code,
      reader.toppars[toppar].partition,
      offset,
    ]);
    expect(ends.sort()).toEqual([
      [PARTITION_EOF, 0, 10],
      [PARTITION_EOF, 1, 0],
    ]);
    expect(first.events[0].text).toContain("end of partition");
    await send(settings, topic, [{ partition: 0, value: Buffer.from("more") }]);
    const second = await readUntil(reader, (_, events) => events.length >= 1);
    expect(values(second.messages)).toEqual(["more"]);
    expect(second.events[0]).toMatchObject({ code: PARTITION_EOF, offset: 11 });
  });

  it("tell of offsets that the broker does not have", async () => {
    const topic = freshTopic();
    await send(settings, topic, numbered(3));
    await using packed = await packedConsumer(settings, { "auto.offset.reset": "error" });
    packed.consumer.assign([{ topic, partition: 0, offset: 1_000 }]);
    const { events } = await readUntil(packed.reader, (_, all) => all.length > 0);
    expect(events[0].code).toBe(rdkafka.CODES.ERRORS.ERR__AUTO_OFFSET_RESET);
    expect(packed.reader.toppars[events[0].toppar]).toEqual({ topic, partition: 0 });
  });
});

describe("buffers", () => {
  it("that are full leave the rest for the next take, and one that is too small for a message grows", async () => {
    const topic = freshTopic(2);
    const sent = Array.from({ length: 5_000 }, (_, i) => ({
      partition: i % 2,
      value: Buffer.alloc(i % 97 === 0 ? 900 : i % 50, i),
      key: i % 31 === 0 ? Buffer.alloc(300, i) : `k${i}`,
    }));
    await send(settings, topic, sent);
    await using packed = await packedConsumer(settings);
    packed.consumer.assign(assignment(topic, 2));
    const buffers = packedBuffers({ messages: 64, bytes: 128, keys: true, headers: true });
    const { messages } = await readUntil(packed.reader, (all) => all.length >= sent.length, buffers);
    for (const partition of [0, 1]) {
      const own = messages.filter((message) => message.partition === partition);
      const wanted = sent.filter((message) => message.partition === partition);
      expect(own.map(({ value }) => value)).toEqual(wanted.map(({ value }) => value));
      expect(own.map(({ key }) => key?.toString("hex"))).toEqual(
        wanted.map(({ key }) => Buffer.from(key).toString("hex")),
      );
    }
    expect(buffers.payload.bytes.length).toBe(908);
    expect(buffers.keys?.bytes.length).toBe(308);
  });

  it("bound a take by the smallest of them and by what was asked", async () => {
    const topic = freshTopic();
    await send(settings, topic, numbered(50));
    await using packed = await packedConsumer(settings);
    packed.consumer.assign(assignment(topic));
    const buffers = packedBuffers({ messages: 20, bytes: 1_000 });
    buffers.offsets = new Float64Array(7);
    const sizes: number[] = [];
    await readUntil(
      packed.reader,
      (all) => {
        sizes.push(buffers.count);
        return all.length >= 50;
      },
      buffers,
    );
    expect(Math.max(...sizes)).toBe(7);
    expect(() => packed.reader.take({ ...buffers, toppar: new Float64Array(9) } as never, 5)).toThrow(
      "wrong kind",
    );
  });
});

describe("a change of assignment", () => {
  it("hands out what was held before as a batch under the former generation", async () => {
    const topic = freshTopic();
    await send(settings, topic, numbered(100));
    await using packed = await packedConsumer(settings);
    const { reader } = packed;
    reader.setGeneration(1);
    packed.consumer.assign(assignment(topic));
    const buffers = packedBuffers({ messages: 1_000, bytes: 30 });
    await readUntil(reader, (all) => all.length > 0, buffers);
    const before = buffers.offsets[buffers.count - 1];
    expect([reader.generation, reader.hasMore]).toEqual([1, true]);
    packed.consumer.unassign();
    packed.consumer.assign([{ topic, partition: 0, offset: 90 }]);
    reader.setGeneration(2);
    buffers.payload.bytes = new Uint8Array(10_000);
    expect(reader.take(buffers, 1_000)).toBeGreaterThan(0);
    expect([reader.generation, buffers.offsets[0]]).toEqual([1, before + 1]);
    const { messages } = await readUntil(reader, (all) => all.length >= 10, buffers);
    expect(reader.generation).toBe(2);
    expect(messages.map(({ offset }) => offset)).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
  });
});

describe("wake-ups", () => {
  it("come once from empty to not empty, and never after detach", async () => {
    const topic = freshTopic();
    await using packed = await packedConsumer(settings);
    const { reader } = packed;
    let wakes = 0;
    reader.onReadable(() => wakes++);
    packed.consumer.assign(assignment(topic));
    await sleep(300);
    const buffers = packedBuffers({ messages: 100, bytes: 10_000 });
    while (reader.take(buffers, 100) > 0);
    wakes = 0;
    await send(settings, topic, numbered(10));
    await sleep(300);
    await send(settings, topic, numbered(10));
    await sleep(300);
    expect(wakes).toBe(1);
    const { messages } = await readUntil(reader, (all) => all.length >= 20, buffers);
    expect(messages).toHaveLength(20);
    reader.take(buffers, 100);
    wakes = 0;
    reader.detach();
    await send(settings, topic, numbered(10));
    await sleep(300);
    expect(wakes).toBe(0);
  });

  it("say at once what was there before, and the latest callback gets them", async () => {
    const topic = freshTopic();
    await send(settings, topic, numbered(10));
    await using packed = await packedConsumer(settings);
    packed.consumer.assign(assignment(topic));
    await sleep(500);
    let former = 0;
    packed.reader.onReadable(() => former++);
    await new Promise<void>((resolve) => {
      packed.reader.onReadable(resolve);
    });
    expect(packed.reader.take(packedBuffers({ messages: 100, bytes: 10_000 }), 100)).toBe(10);
    expect(former).toBe(0);
  });
});

describe("attaching", () => {
  it("finds the clients made with the plugin, and one reader each", async () => {
    expect(attach("nobody#consumer-999")).toBeNull();
    expect(() => attach(nameOf(host))).toThrow("not a consumer");
    await using packed = await packedConsumer(settings);
    expect(() => attach(packed.consumer as never)).toThrow("already has a reader");
    const plain = new rdkafka.KafkaConsumer({ ...settings, "group.id": "plain" }, {});
    await connect(plain);
    expect(attach(plain as never)).toBeNull();
    await disconnect(plain);
  });

  it("10,000 times reads on where the queue stands", async () => {
    const topic = freshTopic();
    await send(settings, topic, numbered(100));
    await using packed = await packedConsumer(settings);
    packed.consumer.assign(assignment(topic));
    packed.reader.detach();
    const buffers = packedBuffers({ messages: 1, bytes: 100 });
    const read: (string | null)[] = [];
    for (let i = 0; i < 10_000; i++) {
      const reader = attach(nameOf(packed.consumer));
      reader?.onReadable(() => {});
      if (reader?.take(buffers, 1) === 1) read.push(...values(messagesOf(reader, buffers)));
      reader?.detach();
      if (i % 100 === 0) await sleep(1);
    }
    expect(read).toEqual(values(numbered(100)));
  });

  it("two clients at once read apart", async () => {
    const topics = [freshTopic(), freshTopic()];
    await send(settings, topics[0], numbered(1_000));
    await send(settings, topics[1], numbered(2_000));
    await using one = await packedConsumer({ ...settings, "client.id": "same" });
    await using two = await packedConsumer({ ...settings, "client.id": "same" });
    one.consumer.assign(assignment(topics[0]));
    two.consumer.assign(assignment(topics[1]));
    const [first, second] = await Promise.all([
      readUntil(one.reader, (all) => all.length >= 1_000),
      readUntil(two.reader, (all) => all.length >= 2_000),
    ]);
    expect(values(first.messages)).toEqual(values(numbered(1_000)));
    expect(values(second.messages)).toEqual(values(numbered(2_000)));
  });
});

describe("ending", () => {
  it("disconnects with messages still held, and takes nothing afterwards", async () => {
    const topic = freshTopic();
    await send(settings, topic, numbered(100));
    const packed = await packedConsumer(settings);
    packed.consumer.assign(assignment(topic));
    packed.reader.onReadable(() => {});
    const buffers = packedBuffers({ messages: 100, bytes: 30 });
    await readUntil(packed.reader, (all) => all.length > 0, buffers);
    expect(packed.reader.hasMore).toBe(true);
    await disconnect(packed.consumer);
    expect(packed.reader.take(buffers, 100)).toBe(0);
    expect([packed.reader.hasMore, packed.reader.events]).toEqual([false, []]);
  });

  it("survives a client that is destroyed under an attached reader", async () => {
    const topic = freshTopic();
    await send(settings, topic, numbered(100));
    const packed = await packedConsumer(settings);
    packed.reader.detach();
    const reader = attach(nameOf(packed.consumer))!;
    packed.consumer.assign(assignment(topic));
    reader.onReadable(() => {});
    const buffers = packedBuffers({ messages: 100, bytes: 30 });
    await readUntil(reader, (all) => all.length > 0, buffers);
    await disconnect(packed.consumer);
    expect(reader.take(buffers, 100)).toBe(0);
    reader.detach();
    expect(attach(nameOf(packed.consumer))).toBeNull();
  });

  it("collects a reader that nobody detached", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    await using packed = await packedConsumer(settings);
    packed.reader.detach();
    let again: unknown = null;
    (() => attach(nameOf(packed.consumer)))();
    for (let i = 0; i < 50 && again === null; i++) {
      collect();
      await sleep(10);
      try {
        again = attach(nameOf(packed.consumer));
      } catch {
        // Not collected yet: the client still has its reader.
      }
    }
    expect(again).not.toBeNull();
  });

  it("reads in a worker thread, also one that ends without detaching", async () => {
    const topic = freshTopic();
    await send(settings, topic, numbered(500));
    await using packed = await packedConsumer(settings);
    packed.reader.detach();
    packed.consumer.assign(assignment(topic));
    const program = `
      const { parentPort, workerData } = require("node:worker_threads");
      const native = require(workerData.path);
      const reader = native.attach(workerData.name);
      const bytes = new Uint8Array(10_000), rows = 100, figures = new Float64Array(10);
      const ends = new Uint32Array(rows);
      let seen = 0;
      const read = () => {
        for (let n = 1; n > 0 || figures[9] > 0; seen += n) {
          n = native.take(reader, rows, bytes, ends, new Uint8Array(rows), new Int32Array(rows),
            new Float64Array(rows), new Float64Array(rows), figures);
        }
        if (seen >= workerData.wanted) parentPort.postMessage(seen);
      };
      native.onReadable(reader, read);
      setInterval(() => {}, 1000);`;
    const workerData = { path: pluginPath(), name: nameOf(packed.consumer), wanted: 500 };
    const worker = new Worker(program, { eval: true, workerData });
    const seen = await new Promise((resolve, reject) =>
      worker.once("message", resolve).once("error", reject),
    );
    expect(seen).toBe(500);
    await worker.terminate();
    await send(settings, topic, numbered(5));
    const reader = attach(nameOf(packed.consumer));
    expect(reader).not.toBeNull();
    const { messages } = await readUntil(reader!, (all) => all.length >= 5);
    expect(values(messages)).toEqual(values(numbered(5)));
    reader?.detach();
  });
});
