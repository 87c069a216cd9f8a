/** The native packed reader on librdkafka's mock cluster: how it comes and goes. */
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import rdkafka from "node-rdkafka";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attach, pluginPath } from "../../connectors/kafka/native/index.ts";
import { packedBuffers } from "../../connectors/kafka/native/packed-buffers.ts";
import { connect, disconnect } from "../support/kafka/clients.ts";
import { fromStart, type MockHost, mockHost, nameOf, numbered, values } from "../support/kafka/mock-host.ts";
import { messagesOf, packedConsumer, readUntil, send } from "../support/kafka/packed-consumer.ts";

let host: MockHost;
beforeAll(async () => {
  host = await mockHost();
});
afterAll(() => host[Symbol.asyncDispose]());

describe("attaching", () => {
  it("finds the clients made with the plugin, and one reader each", async () => {
    expect(attach("nobody#consumer-999")).toBeNull();
    expect(() => attach(host.name)).toThrow("not a consumer");
    await using packed = await packedConsumer(host.settings);
    expect(() => attach(packed.consumer as never)).toThrow("already has a reader");
    const plain = new rdkafka.KafkaConsumer({ ...host.settings, "group.id": "plain" }, {});
    await connect(plain);
    expect(attach(plain as never)).toBeNull();
    await disconnect(plain);
  });

  it("10,000 times reads on where the queue stands", async () => {
    const topic = host.freshTopic();
    await send(host.settings, topic, numbered(100));
    await using packed = await packedConsumer(host.settings);
    packed.consumer.assign(fromStart(topic));
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
    const topics = [host.freshTopic(), host.freshTopic()];
    await send(host.settings, topics[0], numbered(1_000));
    await send(host.settings, topics[1], numbered(2_000));
    await using one = await packedConsumer({ ...host.settings, "client.id": "same" });
    await using two = await packedConsumer({ ...host.settings, "client.id": "same" });
    one.consumer.assign(fromStart(topics[0]));
    two.consumer.assign(fromStart(topics[1]));
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
    const topic = host.freshTopic();
    await send(host.settings, topic, numbered(100));
    const packed = await packedConsumer(host.settings);
    packed.consumer.assign(fromStart(topic));
    packed.reader.onReadable(() => {});
    const buffers = packedBuffers({ messages: 100, bytes: 30 });
    await readUntil(packed.reader, (all) => all.length > 0, buffers);
    expect(packed.reader.hasMore).toBe(true);
    await disconnect(packed.consumer);
    expect(packed.reader.take(buffers, 100)).toBe(0);
    expect([packed.reader.hasMore, packed.reader.events]).toEqual([false, []]);
  });

  it("survives a client that is destroyed under an attached reader", async () => {
    const topic = host.freshTopic();
    await send(host.settings, topic, numbered(100));
    const packed = await packedConsumer(host.settings);
    packed.reader.detach();
    const reader = attach(nameOf(packed.consumer))!;
    packed.consumer.assign(fromStart(topic));
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
    await using packed = await packedConsumer(host.settings);
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
    const topic = host.freshTopic();
    await send(host.settings, topic, numbered(500));
    await using packed = await packedConsumer(host.settings);
    packed.reader.detach();
    packed.consumer.assign(fromStart(topic));
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
    await send(host.settings, topic, numbered(5));
    const reader = attach(nameOf(packed.consumer));
    expect(reader).not.toBeNull();
    const { messages } = await readUntil(reader!, (all) => all.length >= 5);
    expect(values(messages)).toEqual(values(numbered(5)));
    reader?.detach();
  });
});
