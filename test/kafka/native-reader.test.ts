/** The native packed reader on librdkafka's mock cluster: what it reads. */
import { setTimeout as sleep } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  decodeHeaders,
  FLAG_HEADERS,
  FLAG_NULL_KEY,
  FLAG_NULL_PAYLOAD,
  PAYLOAD_SLACK,
  packedBuffers,
} from "../../connectors/kafka/native/packed-buffers.ts";
import { fromStart, type MockHost, mockHost, numbered, values } from "../support/kafka/mock-host.ts";
import { type FullMessage, packedConsumer, readUntil, send } from "../support/kafka/packed-consumer.ts";

const PARTITION_EOF = -191;

let host: MockHost;
beforeAll(async () => {
  host = await mockHost();
});
afterAll(() => host[Symbol.asyncDispose]());

describe("contents", () => {
  it("are byte-exact: null, empty, zero bytes, all bytes, keys, headers, timestamps", async () => {
    const topic = host.freshTopic();
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
    await send(host.settings, topic, sent);
    await using packed = await packedConsumer(host.settings);
    packed.consumer.assign(fromStart(topic));
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

  it("carry flags for what is missing and what is there", async () => {
    const topic = host.freshTopic();
    const value = Buffer.from("v");
    await send(host.settings, topic, [
      { partition: 0, value, key: "k" },
      { partition: 0, value: null, key: "k" },
      { partition: 0, value: Buffer.alloc(0) },
      { partition: 0, value: null, key: Buffer.from("k"), headers: [{ a: "b" }] },
    ]);
    await using packed = await packedConsumer(host.settings);
    packed.consumer.assign(fromStart(topic));
    const buffers = packedBuffers({ messages: 4, bytes: 100, keys: true, headers: true });
    const flags: number[] = [];
    const enough = (all: readonly unknown[]) => {
      flags.push(...buffers.flags.subarray(0, buffers.count));
      return all.length === 4;
    };
    await readUntil(packed.reader, enough, buffers);
    expect(flags).toEqual([0, FLAG_NULL_PAYLOAD, FLAG_NULL_KEY, FLAG_NULL_PAYLOAD | FLAG_HEADERS]);
  });

  it("come in the order of each partition, several partitions and topics at once", async () => {
    const topics = [host.freshTopic(3), host.freshTopic(4)];
    for (const topic of topics) await send(host.settings, topic, numbered(12_000, 3));
    await using packed = await packedConsumer(host.settings);
    packed.consumer.assign(topics.flatMap((topic) => fromStart(topic, 3)));
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
    const topic = host.freshTopic();
    await send(host.settings, topic, [
      { partition: 0, value: Buffer.from("v"), key: "k", headers: [{ a: "b" }] },
    ]);
    await using packed = await packedConsumer(host.settings);
    packed.consumer.assign(fromStart(topic));
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
    const topic = host.freshTopic(2);
    await send(host.settings, topic, numbered(10, 1));
    await using packed = await packedConsumer({ ...host.settings, "enable.partition.eof": true });
    const { reader } = packed;
    packed.consumer.assign(fromStart(topic, 2));
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
    await send(host.settings, topic, [{ partition: 0, value: Buffer.from("more") }]);
    const second = await readUntil(reader, (_, events) => events.length >= 1);
    expect(values(second.messages)).toEqual(["more"]);
    expect(second.events[0]).toMatchObject({ code: PARTITION_EOF, offset: 11 });
  });

  it("tell of offsets that the broker does not have", async () => {
    const topic = host.freshTopic();
    await send(host.settings, topic, numbered(3));
    await using packed = await packedConsumer(host.settings, { "auto.offset.reset": "error" });
    packed.consumer.assign([{ topic, partition: 0, offset: 1_000 }]);
    const { events } = await readUntil(packed.reader, (_, all) => all.length > 0);
    expect(events[0].code).toBe(rdkafka.CODES.ERRORS.ERR__AUTO_OFFSET_RESET);
    expect(packed.reader.toppars[events[0].toppar]).toEqual({ topic, partition: 0 });
  });
});

describe("buffers", () => {
  it("that are full leave the rest for the next take, and one that is too small for a message grows", async () => {
    const topic = host.freshTopic(2);
    const sent = Array.from({ length: 5_000 }, (_, i) => ({
      partition: i % 2,
      value: Buffer.alloc(i % 97 === 0 ? 900 : i % 50, i),
      key: i % 31 === 0 ? Buffer.alloc(300, i) : `k${i}`,
    }));
    await send(host.settings, topic, sent);
    await using packed = await packedConsumer(host.settings);
    packed.consumer.assign(fromStart(topic, 2));
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
    expect(buffers.payload.bytes.length).toBe(900 + PAYLOAD_SLACK);
    expect(buffers.keys?.bytes.length).toBe(300 + PAYLOAD_SLACK);
  });

  it("bound a take by the smallest of them and by what was asked", async () => {
    const topic = host.freshTopic();
    await send(host.settings, topic, numbered(50));
    await using packed = await packedConsumer(host.settings);
    packed.consumer.assign(fromStart(topic));
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
    const topic = host.freshTopic();
    await send(host.settings, topic, numbered(100));
    await using packed = await packedConsumer(host.settings);
    const { reader } = packed;
    reader.setGeneration(1);
    packed.consumer.assign(fromStart(topic));
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
    const topic = host.freshTopic();
    await using packed = await packedConsumer(host.settings);
    const { reader } = packed;
    let wakes = 0;
    reader.onReadable(() => wakes++);
    packed.consumer.assign(fromStart(topic));
    await sleep(300);
    const buffers = packedBuffers({ messages: 100, bytes: 10_000 });
    while (reader.take(buffers, 100) > 0);
    wakes = 0;
    await send(host.settings, topic, numbered(10));
    await sleep(300);
    await send(host.settings, topic, numbered(10));
    await sleep(300);
    expect(wakes).toBe(1);
    const { messages } = await readUntil(reader, (all) => all.length >= 20, buffers);
    expect(messages).toHaveLength(20);
    reader.take(buffers, 100);
    wakes = 0;
    reader.detach();
    await send(host.settings, topic, numbered(10));
    await sleep(300);
    expect(wakes).toBe(0);
  });

  it("say at once what was there before, and the latest callback gets them", async () => {
    const topic = host.freshTopic();
    await send(host.settings, topic, numbered(10));
    await using packed = await packedConsumer(host.settings);
    packed.consumer.assign(fromStart(topic));
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
