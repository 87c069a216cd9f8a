/** `onError: { deadLetter }`: what could not be read is in another topic, byte by byte, before the rest is visible. */
import * as pw from "towpath";
import { expect, it } from "vitest";
import { consume, watermarks } from "../support/kafka/clients.ts";
import type { TestBroker } from "../support/kafka/describe-on-brokers.ts";
import { produceExactly } from "../support/kafka/produce-exactly.ts";
import { describeIngests, readAll, startReading, valuesOf } from "../support/kafka/reading.ts";

const COMMIT = Buffer.from("*COMMIT*");
const Orders = pw.schema({ id: pw.column({ type: "int", primaryKey: true }), n: "int?" });

function reader(
  broker: TestBroker,
  topic: string,
  deadLetter: string,
  more: Partial<pw.kafka.ReadOptions> = {},
) {
  return () =>
    pw.kafka.read(broker.settings, {
      topicNames: [topic],
      format: "json",
      schema: Orders,
      onError: { deadLetter },
      name: "orders",
      ...more,
    } as pw.kafka.ReadOptions & { format: "json" });
}

/** The headers of a message as node-rdkafka hands them out. */
function headersOf(message: { headers?: object[] }): [string, Buffer][] {
  return (message.headers ?? []).flatMap((header) => Object.entries(header) as [string, Buffer][]);
}

describeIngests("dead letters", ["real"], (broker, ingest) => {
  it("hold key, payload and headers as they were, and why and from where", async () => {
    const [topic, letters] = [await broker.freshTopic(2), await broker.freshTopic(1)];
    // node-rdkafka, the plain way, sends headers that are texts only.
    const odd = ingest === "packed" ? Buffer.from([0, 255, 128, 10]) : Buffer.from("ä\n");
    const bad = [
      { value: Buffer.from([0x7b, 0, 255]), key: Buffer.from([255, 0, 1]), partition: 1 },
      { value: Buffer.alloc(0), key: null, partition: 1 },
      { value: null, key: Buffer.alloc(0), partition: 1 },
      { value: null, key: null, partition: 1 },
    ].map((message, i) => ({
      ...message,
      headers: [
        ["a", odd],
        ["a", Buffer.from(String(i))],
      ] as const,
    }));
    await produceExactly(broker.settings, topic, [
      { value: Buffer.from('{"id":1,"n":1}'), partition: 1 },
      ...bad,
      { value: Buffer.from('[{"id":2,"n":2},{"id":3,"n":"x"}]'), key: Buffer.from("k"), partition: 0 },
      { value: COMMIT, partition: 1 },
      { value: COMMIT, partition: 0 },
    ]);
    const { rows, logs } = await readAll(
      reader(broker, topic, letters, { mode: "static", commit: { scope: "aligned" } }),
    );
    expect(rows).toEqual([{ id: 1, n: 1 }]);
    expect(logs.filter((line) => line.includes(`sent a message to ${letters}: TP_ROW_`))).toHaveLength(5);
    const received = await consume(broker.settings, letters, { count: 5 });
    const fromOne = received.filter((message) => String(headersOf(message).at(-3)?.[1]) === "1");
    expect(fromOne.map(({ value, key }) => [value, key])).toEqual(bad.map(({ value, key }) => [value, key]));
    fromOne.forEach((message, i) => {
      const headers = headersOf(message);
      expect(headers.slice(0, 2)).toEqual([
        ["a", odd],
        ["a", Buffer.from(String(i))],
      ]);
      const texts = Object.fromEntries(headers.slice(2).map(([name, value]) => [name, value.toString()]));
      expect(texts).toEqual({
        "tp-error-code": ["TP_ROW_BAD_ENCODING", "TP_ROW_BAD_JSON", "TP_ROW_BAD_KEY", "TP_ROW_BAD_KEY"][i],
        "tp-error-detail": expect.any(String),
        "tp-source": "orders",
        "tp-topic": topic,
        "tp-partition": "1",
        "tp-offset": String(i + 1),
        "tp-timestamp": expect.stringMatching(/^1\d{12}$/),
      });
    });
  });

  it("hold duplicates of an insert session, whole messages of it", async () => {
    const [topic, letters] = [await broker.freshTopic(), await broker.freshTopic()];
    const values = ['{"id":1,"n":1}', '[{"id":2},{"id":1,"n":9}]', '{"id":2,"n":2}', "*COMMIT*", '{"id":2}'];
    await produceExactly(
      broker.settings,
      topic,
      values.map((value) => ({ value: Buffer.from(value), key: Buffer.from("k") })),
    );
    const { rows } = await readAll(
      reader(broker, topic, letters, { mode: "static", session: "insert", commit: { tail: "commit" } }),
    );
    expect(rows).toEqual([
      { id: 1, n: 1 },
      { id: 2, n: 2 },
    ]);
    const received = await consume(broker.settings, letters, { count: 2 });
    expect(received.map(({ value, key }) => [String(value), String(key)])).toEqual([
      [values[1], "k"],
      [values[4], "k"],
    ]);
    expect(headersOf(received[0])[1].map(String)).toEqual([
      "tp-error-detail",
      "a row with id 1 is there already",
    ]);
  });

  it("have arrived when the commit that lacks them is visible, and when a source without any row ends", async () => {
    const [topic, letters] = [await broker.freshTopic(), await broker.freshTopic()];
    const reading = startReading(reader(broker, topic, letters, { commit: { scope: "partition" } }));
    for (let round = 1; round <= 3; round++) {
      const bad = Array.from({ length: 2_000 }, () => ({ value: Buffer.from("bad") }));
      const good = { value: Buffer.from(`{"id":${round}}`) };
      await produceExactly(broker.settings, topic, [...bad, good, { value: COMMIT }]);
      await reading.until(({ rows }) => rows.length === round);
      expect((await watermarks(broker.settings, letters)).high).toBe(round * 2_000);
    }
    expect((await reading.stop()).sources.orders).toMatchObject({ rejected: 6_000, rows: 3 });
    const [empty, others] = [await broker.freshTopic(), await broker.freshTopic()];
    await produceExactly(broker.settings, empty, [{ value: Buffer.from("bad") }]);
    expect((await readAll(reader(broker, empty, others, { mode: "static" }))).rows).toEqual([]);
    expect((await watermarks(broker.settings, others)).high).toBe(1);
  });

  it("hold what is no updates, and the commits around it are whole", async () => {
    const [topic, letters] = [await broker.freshTopic(), await broker.freshTopic()];
    const values = [
      '[{"n":1,"diff":1,"time":2}]',
      '[{"n":2,"diff":1,"time":4},{"n":3,"diff":1}]',
      '[{"n":4,"diff":1,"time":6}]',
    ];
    await produceExactly(
      broker.settings,
      topic,
      values.map((value) => ({ value: Buffer.from(value), key: Buffer.from("k") })),
    );
    const { rows } = await readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "updates",
        schema: pw.schema({ n: "int" }),
        mode: "static",
        onError: { deadLetter: letters },
      }),
    );
    expect(rows).toEqual([{ n: 1 }, { n: 4 }]);
    const [letter] = await consume(broker.settings, letters, { count: 1 });
    expect([String(letter.value), String(letter.key)]).toEqual([values[1], "k"]);
  });

  it("that cannot arrive end the run, and nothing of their commit is visible", async () => {
    const topic = await broker.freshTopic();
    await produceExactly(broker.settings, topic, [
      { value: Buffer.from('{"id":1}') },
      { value: COMMIT },
      { value: Buffer.alloc(900_000, "x") },
      { value: Buffer.from('{"id":2}') },
      { value: COMMIT },
    ]);
    const settings = { ...broker.settings, "message.max.bytes": "100000" };
    const letters = await broker.freshTopic();
    const reading = startReading(() => reader({ ...broker, settings }, topic, letters, { mode: "static" })());
    await expect(reading.done).rejects.toMatchObject({ code: expect.stringMatching(/^TP_KAFKA_/) });
    expect(valuesOf(reading.rows, "id")).toEqual([1]);
  });
});
