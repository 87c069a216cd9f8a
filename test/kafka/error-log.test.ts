/** Failures of a run over Kafka: named by place, not acknowledged, or reported and written as a table. */
import { randomUUID } from "node:crypto";
import rdkafka from "node-rdkafka";
import * as pw from "towpath";
import { expect, it } from "vitest";
import { connect, consume, disconnect, produce } from "../support/kafka/clients.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { describeIngests } from "../support/kafka/reading.ts";

const schema = pw.schema({ a: "int", b: "int" });
const quiet = { monitoring: "none" } as const;

const commit = { value: "*COMMIT*" };
const pair = (a: unknown, b: unknown) => ({ value: JSON.stringify({ a, b }) });

describeIngests("a cell that fails", ["mock", "real"], (broker) => {
  it("ends the run by topic, partition and offset, with nothing of its commit written", async () => {
    const [topic, out] = [await broker.freshTopic(1), await broker.freshTopic(1)];
    await produce(broker.settings, topic, [pair(4, 2), commit, pair(6, 2), pair(1, 0), commit]);
    const running = pw.graph(() => {
      const t = pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "json",
        schema,
        mode: "static",
      });
      pw.kafka.write(t.select({ q: t.a.floorDiv(t.b) }), broker.settings, { topicName: out });
      return pw.run(quiet);
    });
    await expect(running).rejects.toMatchObject({
      code: "TP_VALUE_FAILED",
      where: expect.stringContaining(`row from topic ${topic}, partition 0, offset 3 with a=1, b=0`),
    });
    const [message, ...others] = await consume(broker.settings, out, { count: 1 });
    expect(JSON.parse(String(message?.value))).toMatchObject([{ q: 2, diff: 1 }]);
    expect(others).toEqual([]);
  });
});

describeOnBrokers("the place of a row that fails", ["mock"], (broker) => {
  it("is known of rows with a primary key too, also of those that replace others", async () => {
    const topic = await broker.freshTopic(1);
    const row = (id: number, b: number) => ({ value: JSON.stringify({ id, b }) });
    await produce(broker.settings, topic, [row(1, 1), row(2, 1), commit, row(1, 2), row(2, 0), commit]);
    const keyed = pw.schema({ id: pw.column({ type: "int", primaryKey: true }), b: "int" });
    const running = pw.graph(() => {
      const t = pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "json",
        schema: keyed,
        mode: "static",
      });
      pw.subscribe(t.select({ q: t.id.floorDiv(t.b) }), { onChange() {} });
      return pw.run(quiet);
    });
    await expect(running).rejects.toMatchObject({
      where: expect.stringContaining(`row from topic ${topic}, partition 0, offset 4 with id=2, b=0`),
    });
  });
});

describeOnBrokers("errors as a table", ["real"], (broker) => {
  it("are written to Kafka: what failed and what was skipped, in order", async () => {
    const [topic, out] = [await broker.freshTopic(1), await broker.freshTopic(1)];
    const bad = { value: "{" };
    await produce(broker.settings, topic, [
      pair(4, 2),
      bad,
      pair(1, 0),
      commit,
      pair("x", 1),
      pair(8, 2),
      commit,
    ]);
    const summary = await pw.graph(() => {
      const t = pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "json",
        schema,
        mode: "static",
        onError: "skip",
        name: "pairs",
      });
      const quotients = t.select({ q: t.a.floorDiv(t.b) }).removeErrors();
      pw.subscribe(quotients, { onChange() {} });
      pw.kafka.write(pw.errorLog(), broker.settings, { topicName: out });
      return pw.run({ ...quiet, onError: "report" });
    });
    expect(summary).toMatchObject({ errors: 1, sources: { pairs: { rejected: 2 } } });
    const messages = await consume(broker.settings, out, { count: 2 });
    const entries = messages.map(({ value }) => JSON.parse(String(value)) as pw.LogEntry[]);
    expect(entries.map((rows) => rows.map(({ operator, code, origin }) => [operator, code, origin]))).toEqual(
      [
        [
          ["select", "TP_VALUE_FAILED", `topic ${topic}, partition 0, offset 2`],
          ["pairs", "TP_ROW_BAD_JSON", `topic ${topic}, partition 0, offset 1`],
        ],
        [["pairs", "TP_ROW_BAD_VALUE", `topic ${topic}, partition 0, offset 4`]],
      ],
    );
  });

  it("keep the offsets of a commit that fails from being committed", async () => {
    const topic = await broker.freshTopic(1);
    const group = randomUUID();
    const settings = {
      ...broker.settings,
      "group.id": group,
      "enable.auto.commit": true,
      "auto.commit.interval.ms": 50,
    };
    await produce(broker.settings, topic, [pair(4, 2), commit, pair(1, 0), commit]);
    const running = pw.graph(() => {
      const t = pw.kafka.read(settings, { topicNames: [topic], format: "json", schema, mode: "static" });
      pw.subscribe(t.select({ q: t.a.floorDiv(t.b) }), { onChange() {} });
      return pw.run(quiet);
    });
    await expect(running).rejects.toMatchObject({ code: "TP_VALUE_FAILED" });
    expect(await committed(settings, topic)).toBeLessThanOrEqual(2);
  });
});

/** The committed offset of partition 0; 0 where there is none. */
async function committed(settings: Readonly<Record<string, unknown>>, topic: string): Promise<number> {
  const consumer = new rdkafka.KafkaConsumer({ ...settings, "enable.auto.commit": false }, {});
  await connect(consumer);
  try {
    return await new Promise((resolve, reject) => {
      consumer.committed([{ topic, partition: 0 }], 10_000, (error, offsets) => {
        if (error) reject(error);
        else resolve(offsets[0]?.offset ?? 0);
      });
    });
  } finally {
    await disconnect(consumer);
  }
}
