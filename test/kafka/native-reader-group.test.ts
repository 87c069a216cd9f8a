/** The native packed reader in a consumer group, through rebalances and a broker restart. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type rdkafka from "node-rdkafka";
import { describe, expect, it } from "vitest";
import { FLAG_LOG_APPEND_TIME, packedBuffers } from "../../connectors/kafka/native/packed-buffers.ts";
import { startKafka } from "../support/kafka/broker.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import {
  messagesOf,
  type PackedConsumer,
  packedConsumer,
  type ReadMessage,
  readUntil,
  send,
} from "../support/kafka/packed-consumer.ts";
import { sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";

const PARTITIONS = 4;

function values(round: string, count: number) {
  return Array.from({ length: count * PARTITIONS }, (_, i) => ({
    partition: i % PARTITIONS,
    value: Buffer.from(`${round}-${i}`),
  }));
}

function owned(packed: PackedConsumer): number[] {
  return packed.consumer
    .assignments()
    .map(({ partition }) => partition)
    .sort();
}

/** Polls both readers until `holds`; messages that come meanwhile are collected. */
async function settle(readers: PackedConsumer[], seen: ReadMessage[][], holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  const buffers = packedBuffers({ messages: 1_000, bytes: 1 << 20 });
  while (!holds()) {
    for (const [i, { reader }] of readers.entries()) {
      reader.take(buffers, 1_000);
      seen[i].push(...messagesOf(reader, buffers));
    }
    if (performance.now() > deadline)
      throw new Error(`the group did not settle: ${readers.map(owned).join(" | ")}`);
    await sleep(10);
  }
}

describeOnBrokers("a group read by packed readers", ["mock", "real"], (broker) => {
  for (const strategy of ["cooperative-sticky", "range,roundrobin"]) {
    it(`hands partitions over and back without a gap (${strategy})`, { timeout: 120_000 }, async () => {
      const topic = await broker.freshTopic(PARTITIONS);
      const settings = {
        ...broker.settings,
        "group.id": `g-${randomUUID()}`,
        "partition.assignment.strategy": strategy,
        "session.timeout.ms": 6_000,
        "heartbeat.interval.ms": 200,
        "metadata.max.age.ms": 500,
        rebalance_cb: true,
      };
      await send(broker.settings, topic, values("one", 100));
      await using first = await packedConsumer(settings);
      first.consumer.subscribe([topic]);
      const seen: ReadMessage[][] = [[], []];
      await settle([first], seen, () => seen[0].length >= 400);
      expect(owned(first)).toEqual([0, 1, 2, 3]);
      first.consumer.commitSync([0, 1, 2, 3].map((partition) => ({ topic, partition, offset: 100 })));

      const second = await packedConsumer(settings);
      second.consumer.subscribe([topic]);
      const both = [first, second];
      await settle(both, seen, () => owned(first).length === 2 && owned(second).length === 2);
      await send(broker.settings, topic, values("two", 50));
      const fresh = () => seen.flat().filter(({ value }) => value?.toString().startsWith("two")).length;
      await settle(both, seen, () => fresh() >= 200);
      expectGapless(seen.flat(), 150);
      for (const [i, packed] of both.entries()) {
        const readers = new Set(
          seen[i].filter(({ offset }) => offset >= 100).map(({ partition }) => partition),
        );
        expect([...readers].sort()).toEqual(owned(packed));
      }

      first.consumer.commitSync([0, 1, 2, 3].map((partition) => ({ topic, partition, offset: 150 })));
      await second[Symbol.asyncDispose]();
      await settle([first], seen, () => owned(first).length === PARTITIONS);
      await send(broker.settings, topic, values("three", 50));
      await settle([first], seen, () => seen.flat().length >= 800);
      expectGapless(seen.flat(), 200);
    });
  }
});

/** Every offset below `count` of every partition was read once. */
function expectGapless(messages: readonly ReadMessage[], count: number): void {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const offsets = messages.filter((m) => m.partition === partition).map(({ offset }) => offset);
    expect(offsets.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
  }
}

const available = sharedBrokerAvailable();
describe.skipIf(!available.ok)(
  `a broker restart${available.ok ? "" : ` (skipped: ${available.reason})`}`,
  () => {
    it("loses and repeats nothing under the packed reader", { timeout: 180_000 }, async () => {
      await using kafka = await startKafka();
      const topic = "restarted";
      await kafka.createTopic(topic, PARTITIONS, { "message.timestamp.type": "LogAppendTime" });
      await using packed = await packedConsumer({ ...kafka.settings, "reconnect.backoff.max.ms": 500 });
      const errors: string[] = [];
      packed.consumer.on("event.error", (error: rdkafka.LibrdKafkaError) => errors.push(error.message));
      packed.consumer.assign([0, 1, 2, 3].map((partition) => ({ topic, partition, offset: 0 })));
      await send(kafka.settings, topic, values("one", 500));
      const buffers = packedBuffers({ messages: 1_000, bytes: 1 << 20 });
      const before = await readUntil(packed.reader, (all) => all.length >= 2_000, buffers);
      expect(buffers.flags[0] & FLAG_LOG_APPEND_TIME).not.toBe(0);
      for (const signal of ["SIGTERM", "SIGKILL"] as const) {
        await kafka.restart(signal);
        await send(kafka.settings, topic, values(signal, 500));
        const after = await readUntil(packed.reader, (all) => all.length >= 2_000);
        before.messages.push(...after.messages);
      }
      expectGapless(before.messages, 1_500);
      const order = before.messages.filter(({ partition }) => partition === 2).map(({ offset }) => offset);
      expect(order).toEqual([...order].sort((a, b) => a - b));
      // Polled by the packed reader, the client still tells node-rdkafka of its troubles.
      expect(errors).not.toEqual([]);
    });
  },
);
