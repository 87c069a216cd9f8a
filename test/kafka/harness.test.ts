/** The harness itself: what the Kafka suites rest on. */
import { existsSync } from "node:fs";
import rdkafka from "node-rdkafka";
import { describe, expect, it, vi } from "vitest";
import { startKafka } from "../support/kafka/broker.ts";
import {
  connect,
  consume,
  disconnect,
  partitionCount,
  produce,
  watermarks,
} from "../support/kafka/clients.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";

const available = sharedBrokerAvailable();
const whenAvailable = available.ok ? describe : describe.skip;
const why = available.ok ? "" : ` (skipped: ${available.reason})`;

describeOnBrokers("a broker", ["mock", "real"], (broker) => {
  it("keeps what was produced, in order", { timeout: 120_000 }, async () => {
    const topic = await broker.freshTopic();
    const values = Array.from({ length: 1_000 }, (_, i) => `value ${i}`);
    await produce(
      broker.settings,
      topic,
      values.map((value) => ({ value, partition: 0 })),
    );
    const messages = await consume(broker.settings, topic, { count: values.length });
    expect(messages.map(({ value }) => value?.toString())).toEqual(values);
  });

  it("tells null from empty, in keys and values", { timeout: 120_000 }, async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, [
      { value: null, key: "k", partition: 0 },
      { value: "", key: null, partition: 0 },
    ]);
    const [tombstone, empty] = await consume(broker.settings, topic, { count: 2 });
    expect([tombstone?.value, tombstone?.key?.toString()]).toEqual([null, "k"]);
    expect([empty?.value?.length, empty?.key ?? null]).toEqual([0, null]);
  });

  it("gives every topic a name of its own", { timeout: 120_000 }, async () => {
    const topics = [await broker.freshTopic(), await broker.freshTopic()];
    expect(new Set(topics).size).toBe(2);
    for (const topic of topics) expect(await watermarks(broker.settings, topic)).toEqual({ low: 0, high: 0 });
  });
});

describeOnBrokers("SASL_SSL with SCRAM-SHA-256", ["real"], (broker) => {
  it("lets the right password in", { timeout: 120_000 }, async () => {
    const topic = await broker.freshTopic(3);
    expect(await partitionCount(broker.sasl, topic)).toBe(3);
    const sent = Array.from({ length: 30 }, (_, i) => ({ value: `${i}`, partition: i % 3 }));
    await produce({ ...broker.sasl, "security.protocol": "SASL_SSL" }, topic, sent);
    const messages = await consume(broker.sasl, topic, { partitions: 3, count: 30 });
    expect(messages.map(({ value }) => Number(value)).sort((a, b) => a - b)).toEqual(sent.map((_, i) => i));
  });

  it.each([
    ["a wrong password", { "sasl.password": "wrong" }, /authentication/i],
    ["an unknown user", { "sasl.username": "nobody" }, /authentication/i],
    ["a client that does not trust the suite's CA", { "ssl.ca.location": "" }, /ssl error/i],
  ])("refuses %s", { timeout: 120_000 }, async (_, wrong, words) => {
    const settings = Object.fromEntries(
      Object.entries({ ...broker.sasl, ...wrong }).filter(([, value]) => value !== ""),
    );
    // A busy broker may hang up before it says why.
    await vi.waitFor(
      async () => {
        const consumer = new rdkafka.KafkaConsumer({ ...settings, "group.id": "g" }, {});
        await expect(connect(consumer, 6_000)).rejects.toThrow(words);
      },
      { timeout: 60_000 },
    );
  });
});

whenAvailable(`a broker of one's own${why}`, () => {
  it("keeps its data and its port over a restart, graceful or not", { timeout: 120_000 }, async () => {
    await using kafka = await startKafka();
    await kafka.createTopic("kept", 2);
    await produce(kafka.sasl.settings, "kept", [{ value: "before", partition: 1 }]);
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const { pid } = kafka;
      await kafka.restart(signal);
      expect(kafka.pid).not.toBe(pid);
      await produce(kafka.settings, "kept", [{ value: signal, partition: 1 }]);
    }
    expect(await partitionCount(kafka.settings, "kept")).toBe(2);
    expect(await watermarks(kafka.settings, "kept", 1)).toEqual({ low: 0, high: 3 });
  });

  it("serves a client again that was there before the restart", { timeout: 120_000 }, async () => {
    await using kafka = await startKafka();
    await kafka.createTopic("survives");
    const consumer = new rdkafka.KafkaConsumer(
      { ...kafka.settings, "group.id": "g", "reconnect.backoff.max.ms": 500 },
      {},
    );
    await connect(consumer);
    consumer.setDefaultConsumeTimeout(100);
    consumer.assign([{ topic: "survives", partition: 0, offset: 0 }]);
    await kafka.kill("SIGKILL");
    expect(() => process.kill(kafka.pid, 0)).toThrow();
    await kafka.restart();
    await produce(kafka.settings, "survives", [{ value: "hello" }]);
    const received = await firstMessage(consumer);
    expect(received.value?.toString()).toBe("hello");
    await disconnect(consumer);
  });

  it("leaves nothing behind", { timeout: 120_000 }, async () => {
    const kafka = await startKafka({ properties: { "auto.create.topics.enable": "false" } });
    const { dir, pid } = kafka;
    expect(existsSync(dir)).toBe(true);
    await kafka.stop();
    await kafka.stop();
    expect(existsSync(dir)).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it("shows the broker's own words when it does not start", { timeout: 120_000 }, async () => {
    await expect(startKafka({ properties: { "num.io.threads": "none" } })).rejects.toThrow(
      /num\.io\.threads/,
    );
  });
});

async function firstMessage(consumer: rdkafka.KafkaConsumer): Promise<rdkafka.Message> {
  for (;;) {
    const messages = await new Promise<rdkafka.Message[]>((resolve, reject) => {
      consumer.consume(1, (error, batch) => (error ? reject(new Error(error.message)) : resolve(batch)));
    });
    if (messages[0] !== undefined) return messages[0];
  }
}
