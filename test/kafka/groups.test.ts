/** Members of a consumer group hand partitions over: offsets, state that is made again, members without a partition. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import * as pw from "../../lib/index.ts";
import { produce } from "../support/kafka/clients.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { type Reading, startReading } from "../support/kafka/reading.ts";

const LONG = 40_000;

describeOnBrokers("a consumer group", ["real"], (broker) => {
  const member = (topic: string, group: string, more: object, totals: boolean): Reading =>
    startReading(() => {
      const orders = pw.kafka.read(
        { ...broker.settings, "group.id": group, "heartbeat.interval.ms": 200, ...more },
        {
          topicNames: [topic],
          format: "json",
          schema: pw.schema({ id: pw.column({ type: "int", primaryKey: true }), amount: "int" }),
          assignment: "group",
        },
      );
      if (!totals) return orders;
      return orders.groupBy("id").reduce((c) => ({ id: c.id, sum: pw.reducers.sum(c.amount) }));
    });
  const order = (id: number, amount: number) => ({ value: JSON.stringify({ id, amount }) });
  const marker = { value: "*COMMIT*" };

  for (const strategy of ["range", "cooperative-sticky"]) {
    it(`goes on in another member with the state that there was, ${strategy}`, {
      timeout: 90_000,
    }, async () => {
      const topic = await broker.freshTopic(1);
      const group = randomUUID();
      const more = { "partition.assignment.strategy": strategy };
      await produce(broker.settings, topic, [order(1, 3), order(2, 4), marker]);
      const first = member(topic, group, more, true);
      await first.until(({ rows }) => rows.length === 2, LONG);
      const second = member(topic, group, more, true);
      await second.until(({ logs }) => logs.some((line) => line.includes("no partition")), LONG);
      // Without a marker: the first member drops it, the second reads it.
      await produce(broker.settings, topic, [order(1, 5)]);
      await first.stop();
      await second.until(({ logs }) => logs.some((line) => line.includes("making its state again")), LONG);
      await produce(broker.settings, topic, [marker]);
      await second.until(({ rows }) => rows.length === 2, LONG);
      // The old answer goes: it is known, and was not said again.
      expect(second.rows).toEqual([
        { id: 1, sum: 3, diff: -1 },
        { id: 1, sum: 5 },
      ]);
      await second.stop();
    });
  }

  it("finds its partitions as they were under a static name", { timeout: 90_000 }, async () => {
    const topic = await broker.freshTopic(1);
    const group = randomUUID();
    const more = { "group.instance.id": "one" };
    await produce(broker.settings, topic, [order(1, 3), marker]);
    const first = member(topic, group, more, false);
    await first.until(({ rows }) => rows.length === 1, LONG);
    await first.stop();
    await produce(broker.settings, topic, [order(2, 4), marker]);
    const again = member(topic, group, more, false);
    await again.until(({ rows }) => rows.length === 1, LONG);
    expect(again.rows).toEqual([{ id: 2, amount: 4 }]);
    await again.stop();
  });
});
