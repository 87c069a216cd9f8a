import { randomUUID } from "node:crypto";
import rdkafka from "node-rdkafka";
import { expect, it } from "vitest";
import * as pw from "../../lib/index.ts";
import { connect, disconnect, partitionCount } from "../support/kafka/clients.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import {
  lively,
  openAll,
  sampleSchema,
  samples,
  takeSamples,
  testChannel,
} from "../support/kafka/test-channel.ts";

describeOnBrokers("channels that cannot be used", ["mock", "real"], (broker) => {
  it("name whom a writer waits for when its time is up", async () => {
    const { group, writer } = testChannel(broker.settings);
    const early = writer({ openTimeoutMs: 1_000 });
    await expect(early.open()).rejects.toThrow(
      /TP_CHANNEL_TIMEOUT: it was not open within 1000 ms: it waits for readers, group reader \(any member\)/,
    );
    const [first] = group(3);
    await first?.open();
    const late = writer({ openTimeoutMs: 1_500 });
    await expect(late.open()).rejects.toThrow(/waits for readers, group reader \(member 1, 2 of 3\)/);
  }, 60_000);

  it("say so when the stored offset is none that the broker has", async () => {
    const { name, reader } = testChannel(broker.settings);
    const first = reader();
    await first.open();
    await first.close();
    const stored = new rdkafka.KafkaConsumer({ ...broker.settings, "group.id": `${name}.reader` }, {});
    await connect(stored);
    stored.commitSync({ topic: `${name}.reader`, partition: 0, offset: 7 });
    await disconnect(stored);
    await expect(reader().open()).rejects.toThrow(
      /TP_KAFKA_OFFSET_OUT_OF_RANGE: the group goes on at offset 7, and the broker has offsets 0 to 0/,
    );
    const again = reader({ startFrom: "beginning" });
    await again.open();
    expect(again.position).toBe(0);
  }, 60_000);

  it("notice that a writer is dead by its silence", async () => {
    const { reader, writer } = testChannel(broker.settings);
    const r = reader({ deadAfterMs: 1_500 });
    // Its heartbeat is so slow that it looks dead.
    const w = writer({ heartbeatMs: 60_000, deadAfterMs: 120_000 });
    await openAll(r, w);
    await expect(r.take(1)).rejects.toThrow(
      /TP_CHANNEL_PEER: writer writer is not heard of any more: its last sign came \d+ s ago/,
    );
  }, 60_000);

  it("refuse other partitions and other schemas, name both sides, and change nothing", async () => {
    const { name, uri, reader, writer, group } = testChannel(broker.settings);
    const [r, w] = [reader(), writer()];
    await openAll(r, w);
    await w.write(samples(0, 3));
    await w.flush();
    const before = await topicsOf(name);
    expect(before).toEqual([`${name}.reader 1`, `${name}.status 2`]);
    const [, other] = group(2);
    await expect(other?.open()).rejects.toThrow(
      `TP_CHANNEL_PARTITIONS: topic ${name}.reader has 1 partitions, and this reader is one of a group of 2`,
    );
    const float = { type: "record", name: "Sample", fields: [{ name: "n", type: "float" }] } as const;
    const misfit = pw.channelWriter({ uri, schema: float, name: "other", ...lively });
    await expect(misfit.open()).rejects.toThrow(
      /TP_CHANNEL_SCHEMA: writer other has the schema .*"float".*, but reader reader, member 0 of 1 has .*"int"/,
    );
    await expect(takeSamples(r, 10)).rejects.toThrow(
      /TP_CHANNEL_SCHEMA: reader reader, member 0 of 1 has the schema .*"int".*, but writer other has .*"float"/,
    );
    expect(await topicsOf(name)).toEqual(before);
    await r.close();
    const annotated = JSON.stringify({ doc: "as text", ...sampleSchema, aliases: ["Old"] }, null, 2);
    const agreeing = pw.channelReader({ uri, schema: annotated, startFrom: "beginning", ...lively });
    await agreeing.open();
    expect(await agreeing.take(1)).toEqual([{ n: 0 }]);
    await agreeing.close();
  }, 60_000);

  it("let nobody take a place that is taken", async () => {
    const { reader, writer } = testChannel(broker.settings);
    const [r, w] = [reader(), writer()];
    await openAll(r, w);
    await expect(reader().open()).rejects.toThrow(
      /TP_CHANNEL_TAKEN: reader reader, member 0 of 1 is there already/,
    );
    await expect(writer().open()).rejects.toThrow(/TP_CHANNEL_TAKEN: writer writer is there already/);
    await w.write([{ n: 1 }]);
    expect(await takeSamples(r, 1)).toEqual([1]);
    const twins = [reader({ group: "twins" }), reader({ group: "twins" })];
    const ends = await Promise.allSettled(twins.map((twin) => twin.open()));
    expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  }, 60_000);

  const onlyReal = broker.kind === "real" ? it : () => {};
  onlyReal(
    "pass their security settings to every client, and create topics that are right",
    async () => {
      const name = `c-${randomUUID()}`;
      const { "bootstrap.servers": bootstrap, ...settings } = broker.sasl;
      const options = { uri: `kafka://${bootstrap}/${name}`, schema: sampleSchema, settings, ...lively };
      const r = pw.channelReader({ ...options, index: 0, of: 1 });
      const w = pw.channelWriter(options);
      await openAll(r, w);
      await w.write(samples(0, 10));
      await w.close();
      expect(await takeSamples(r)).toEqual(samples(0, 10).map(({ n }) => n));
      await r.commit();
      await r.close();
      expect(await partitionCount(broker.settings, `${name}.reader`)).toBe(1);
      expect(await partitionCount(broker.settings, `${name}.status`)).toBe(2);
      const wrong = pw.channelReader({ ...options, settings: { ...settings, "sasl.password": "wrong-one" } });
      await expect(wrong.open()).rejects.toMatchObject({ code: "TP_KAFKA_AUTHENTICATION" });
    },
    60_000,
  );

  /** With their numbers of partitions. */
  async function topicsOf(channel: string): Promise<string[]> {
    const client = new rdkafka.Producer({ ...broker.settings });
    await connect(client);
    const metadata = await new Promise<rdkafka.Metadata>((resolve, reject) => {
      client.getMetadata({ allTopics: true, timeout: 10_000 }, (error, data) =>
        error ? reject(new Error(error.message)) : resolve(data),
      );
    });
    await disconnect(client);
    const own = metadata.topics.filter((topic) => topic.name.startsWith(channel));
    return own.map((topic) => `${topic.name} ${topic.partitions.length}`).sort();
  }
});
