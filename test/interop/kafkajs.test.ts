/** kafkajs reads what we wrote and writes what we read, by a protocol of its own rather than librdkafka's. */
import { Kafka, logLevel } from "kafkajs";
import * as pw from "towpath";
import { expect, it } from "vitest";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { readAll } from "../support/kafka/reading.ts";

describeOnBrokers("kafkajs", ["real"], (broker) => {
  const client = () =>
    new Kafka({ brokers: [broker.settings["bootstrap.servers"] as string], logLevel: logLevel.NOTHING });

  it("writes messages that we read byte by byte, compressed or not", async () => {
    const topic = await broker.freshTopic(1);
    const producer = client().producer();
    await producer.connect();
    const message = { key: Buffer.from([0, 255]), value: Buffer.from([1, 0, 2]), timestamp: "1700000000123" };
    const headers = { h: [Buffer.from("1"), Buffer.from([200])] };
    // 1 is gzip.
    for (const compression of [0, 1]) {
      const messages = [
        { ...message, headers },
        { key: "gone", value: null },
      ];
      await producer.send({ topic, compression, messages });
    }
    await producer.disconnect();
    const brokers = broker.settings;
    const read = () =>
      pw.kafka
        .source({ brokers, topics: topic, tail: false })
        .select((c) => ({ key: c.key, value: c.value, headers: c.headers, offset: c.offset }));
    const { rows } = await readAll(read);
    const sent = [
      {
        key: message.key,
        value: message.value,
        headers: [
          ["h", Buffer.from("1")],
          ["h", Buffer.from([200])],
        ],
      },
      { key: Buffer.from("gone"), value: null, headers: [] },
    ];
    expect(rows).toMatchObject([...sent, ...sent].map((row, offset) => ({ ...row, offset })));
  });

  it("reads the messages and the tables that we write, keys to the partitions that it would choose", async () => {
    const topic = await broker.freshTopic(5);
    const words = Array.from({ length: 40 }, (_, i) => ({ row: { word: `w${i}` } }));
    await pw.graph(() => {
      const table = pw.debug.tableFromRows(pw.schema({ word: "str" }), words);
      const counts = table.groupBy(table.word).reduce({ word: table.word, count: pw.reducers.count() });
      pw.kafka.write(counts, broker.settings, { topicName: topic, envelope: "upsert" });
      return pw.run({ monitoring: "none" });
    });
    const consumer = client().consumer({ groupId: `kafkajs-${topic}` });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const read = new Map<string, { readonly partition: number; readonly value: string }>();
    await new Promise<void>((resolve, reject) => {
      const eachMessage = async ({
        partition,
        message,
      }: {
        partition: number;
        message: pw.Row;
      }): Promise<void> => {
        read.set(String(message.key), { partition, value: String(message.value) });
        if (read.size === words.length) resolve();
      };
      consumer.run({ eachMessage: eachMessage as never }).catch(reject);
    });
    await consumer.disconnect();
    expect(read.get("w7")?.value).toBe('{"count":1,"word":"w7"}');
    // kafkajs and we both choose as the Java clients do (murmur2).
    const again = await broker.freshTopic(5);
    const producer = client().producer();
    await producer.connect();
    await producer.send({ topic: again, messages: [...read.keys()].map((key) => ({ key, value: "x" })) });
    await producer.disconnect();
    const { rows } = await readAll(() =>
      pw.kafka
        .source({ brokers: broker.settings, topics: again, tail: false })
        .select((c) => ({ key: c.key, partition: c.partition })),
    );
    expect(rows).toHaveLength(words.length);
    for (const { key, partition } of rows as { key: Uint8Array; partition: number }[]) {
      expect(read.get(Buffer.from(key).toString())?.partition).toBe(partition);
    }
  });
});
