/** Sessions with a primary key, chosen partitions and a bounded backlog, on brokers. */
import { setTimeout as sleep } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import * as pw from "towpath";
import { expect, it } from "vitest";
import { graph } from "../../lib/plan/plan.ts";
import { produce } from "../support/kafka/clients.ts";
import type { TestBroker } from "../support/kafka/describe-on-brokers.ts";
import { produceExactly } from "../support/kafka/produce-exactly.ts";
import { describeIngests, type Row, readAll, startReading, valuesOf } from "../support/kafka/reading.ts";

const COMMIT = "*COMMIT*";

function at(partition: number, ...values: string[]) {
  return values.map((value) => ({ value, partition }));
}

function raw(broker: TestBroker, topics: string[], options: Partial<pw.kafka.ReadOptions>) {
  return () =>
    pw.kafka.read(broker.settings, {
      topicNames: topics,
      format: "raw",
      encoding: "utf8",
      ...options,
    } as pw.kafka.ReadOptions & { format: "raw" });
}

/** The rows that are there after all changes, by their text. */
function present(rows: readonly Row[]): string[] {
  const counts = new Map<string, number>();
  for (const { diff = 1, ...row } of rows) {
    const text = JSON.stringify(row);
    counts.set(text, (counts.get(text) ?? 0) + Number(diff));
  }
  return [...counts]
    .flatMap(([text, count]) => (count === 0 ? [] : [`${count === 1 ? "" : count}${text}`]))
    .sort();
}

describeIngests("sessions", ["mock", "real"], (broker) => {
  it("upsert replaces rows, and messages without payload end them, by keys of any form", async () => {
    const topic = await broker.freshTopic();
    const Orders = pw.schema({ id: pw.column({ type: "int", primaryKey: true }), note: "str?" });
    await produce(broker.settings, topic, [
      ...[1, 2, 3, 4].map((id) => ({ value: JSON.stringify({ id, note: "a" }) })),
      { value: COMMIT },
      { value: '{"id":1,"note":"b"}', key: "ignored" },
      { value: null, key: "2" },
      { value: null, key: '{"note":"z","id":3}' },
      { value: null, key: "77" },
      { value: '{"id":4,"note":"a"}' },
      { value: COMMIT },
      { value: null, key: "1" },
      { value: '{"id":1,"note":"c"}' },
      { value: COMMIT },
    ]);
    const { commits } = await readAll(() =>
      pw.kafka.read(broker.settings, { topicNames: [topic], format: "json", schema: Orders, mode: "static" }),
    );
    expect(commits.slice(1).map(({ rows }) => rows.map((row) => JSON.stringify(row)).sort())).toEqual([
      [
        '{"id":1,"note":"a","diff":-1}',
        '{"id":1,"note":"b"}',
        '{"id":2,"note":"a","diff":-1}',
        '{"id":3,"note":"a","diff":-1}',
      ],
      ['{"id":1,"note":"b","diff":-1}', '{"id":1,"note":"c"}'],
    ]);
  });

  it("csv rows are ended by keys too, of texts and of several columns", async () => {
    const [one, two] = [await broker.freshTopic(), await broker.freshTopic()];
    await produce(broker.settings, one, [
      { value: "id,v" },
      ...["a,1", "5,2", "é,3"].map((value) => ({ value })),
      { value: null, key: "5" },
      { value: null, key: '"é"' },
      { value: COMMIT },
    ]);
    await produce(broker.settings, two, [
      { value: "v,region,id" },
      ...["1,eu,7", "2,us,7"].map((value) => ({ value })),
      { value: null, key: '{"id":"7","region":"eu"}' },
      { value: COMMIT },
    ]);
    const read = (topic: string, valueColumns: string[], primaryKey: string[]) =>
      readAll(() =>
        pw.kafka.read(broker.settings, {
          topicNames: [topic],
          format: "csv",
          valueColumns,
          primaryKey,
          mode: "static",
        }),
      );
    expect((await read(one, ["id", "v"], ["id"])).rows).toEqual([{ id: "a", v: "1" }]);
    expect((await read(two, ["region", "id", "v"], ["id", "region"])).rows).toEqual([
      { region: "us", id: "7", v: "2" },
    ]);
  });

  it("a key that names no row is a bad row, and so is a missing payload without a primary key", async () => {
    const topic = await broker.freshTopic();
    await produceExactly(broker.settings, topic, [
      { value: Buffer.from('{"id":1}') },
      { value: null, key: Buffer.from([0xff]) },
    ]);
    const read = (primaryKey: string[] | undefined) =>
      readAll(() =>
        pw.kafka.read(broker.settings, {
          topicNames: [topic],
          format: "json",
          valueColumns: ["id"],
          mode: "static",
          ...(primaryKey === undefined ? {} : { primaryKey }),
        }),
      );
    const where = `topic ${topic}, partition 0, offset 1`;
    await expect(read(["id"])).rejects.toMatchObject({ code: "TP_ROW_BAD_KEY", where });
    await expect(read(undefined)).rejects.toMatchObject({ code: "TP_ROW_NULL", where });
    const { rows } = await readAll(raw(broker, [topic], { mode: "static" }));
    expect(rows).toEqual([{ data: '{"id":1}' }, { data: null }]);
  });

  it("insert ends the run at a duplicate", async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, at(0, '{"id":1}', COMMIT, '{"id":2}', '{"id":1}', COMMIT));
    const reading = startReading(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "json",
        schema: pw.schema({ id: pw.column({ type: "int", primaryKey: true }) }),
        session: "insert",
        mode: "static",
      }),
    );
    await expect(reading.done).rejects.toMatchObject({
      code: "TP_ROW_DUPLICATE_KEY",
      detail: "a row with id 1 is there already",
      where: `topic ${topic}, partition 0, offset 3`,
    });
    expect(reading.rows).toEqual([{ id: 1 }]);
  });

  it("a key in two partitions is told once, and the higher partition wins within a commit", async () => {
    const topic = await broker.freshTopic(3);
    await produce(broker.settings, topic, [
      ...at(2, '{"id":1,"v":"p2"}'),
      ...at(0, '{"id":1,"v":"p0"}', '{"id":2,"v":"p0"}'),
      ...at(1, '{"id":1,"v":"p1"}', '{"id":2,"v":"p1"}'),
    ]);
    const { rows, logs } = await readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "json",
        valueColumns: ["id", "v"],
        primaryKey: ["id"],
        mode: "static",
      }),
    );
    expect(present(rows)).toEqual(['{"id":1,"v":"p2"}', '{"id":2,"v":"p1"}']);
    expect(logs.filter((line) => line.includes("several partitions: id "))).toHaveLength(1);
  });
});

describeIngests("chosen partitions", ["mock", "real"], (broker) => {
  it("by list and by share, all of them once", async () => {
    const topic = await broker.freshTopic(5);
    for (let p = 0; p < 5; p++) await produce(broker.settings, topic, at(p, `p${p}`));
    const read = async (partitions: pw.kafka.PartitionChoice) =>
      valuesOf((await readAll(raw(broker, [topic], { partitions, mode: "static" }))).rows, "data");
    expect(await read([3, 1])).toEqual(["p1", "p3"]);
    expect(await read({ index: 0, of: 2 })).toEqual(["p0", "p2", "p4"]);
    expect(await read({ index: 1, of: 2 })).toEqual(["p1", "p3"]);
  });

  it("scope aligned waits for the chosen ones only", async () => {
    const topic = await broker.freshTopic(3);
    await produce(broker.settings, topic, [...at(0, "a", COMMIT), ...at(1, "b", COMMIT), ...at(2, "c")]);
    const reading = startReading(raw(broker, [topic], { partitions: [0, 1], commit: { scope: "aligned" } }));
    await reading.until(({ rows }) => rows.length === 2);
    await reading.stop();
    expect(valuesOf(reading.rows, "data")).toEqual(["a", "b"]);
  });

  it("a partition that a topic lacks is named", async () => {
    const [wide, narrow] = [await broker.freshTopic(3), await broker.freshTopic(1)];
    await expect(
      readAll(raw(broker, [wide, narrow], { partitions: [2], mode: "static" })),
    ).rejects.toMatchObject({
      code: "TP_BAD_ARGUMENT",
      detail: "partitions: there is no partition 2",
      where: `topic ${narrow}`,
    });
    const offsets = { [wide]: { 0: 0, 2: 0 } };
    await readAll(raw(broker, [wide], { partitions: [1], startFrom: { offsets }, mode: "static" }));
  });

  it("a share without any partition is told; a static run ends, a streaming one waits", async () => {
    const topic = await broker.freshTopic(2);
    await produce(broker.settings, topic, at(0, "a", COMMIT));
    const none = { partitions: { index: 2, of: 3 } };
    const { rows, logs } = await readAll(raw(broker, [topic], { ...none, mode: "static" }));
    expect(rows).toEqual([]);
    expect(logs.join()).toContain(`none of the 2 partitions of ${topic} is in the share {"index":2,"of":3}`);
    const reading = startReading(raw(broker, [topic], none));
    await reading.until(({ logs: lines }) =>
      lines.some((line) => line.includes("until one comes into being")),
    );
    await sleep(300);
    expect((await reading.stop()).reason).toBe("stopped");
    expect(reading.rows).toEqual([]);
  });
});

describeIngests("chosen partitions that come into being", ["real"], (broker) => {
  it("a share takes its part of them, and scope aligned waits for them from then on", async () => {
    const topic = await broker.freshTopic(1);
    const settings = { ...broker.settings, "topic.metadata.refresh.interval.ms": "200" };
    const share = { partitions: { index: 0, of: 2 }, commit: { scope: "aligned" } } as const;
    const reading = startReading(raw({ ...broker, settings }, [topic], share));
    await produce(broker.settings, topic, at(0, "a0", COMMIT));
    await reading.until(({ rows }) => rows.length === 1);
    const admin = rdkafka.AdminClient.create({ ...broker.settings });
    await new Promise<void>((resolve, reject) => {
      admin.createPartitions(topic, 4, 10_000, (error) => (error ? reject(error) : resolve()));
    });
    admin.disconnect();
    await reading.until(({ logs }) => logs.some((line) => line.includes(`${topic}, partition 2`)));
    for (const p of [0, 1, 3]) await produce(broker.settings, topic, at(p, `b${p}`, COMMIT));
    await sleep(500);
    expect(reading.rows).toHaveLength(1);
    await produce(broker.settings, topic, at(2, "b2", COMMIT));
    await reading.until(({ rows }) => rows.length === 3);
    await reading.stop();
    expect(reading.commits.map(({ rows }) => valuesOf(rows, "data"))).toEqual([["a0"], ["b0", "b2"]]);
    expect(reading.logs.join()).not.toMatch(/partition [13]/);
  });
});

describeIngests("maxBacklogRows", ["real"], (broker) => {
  it("holds reading until the outputs have delivered, and lets a larger commit in alone", async () => {
    const topic = await broker.freshTopic();
    const commits = Array.from({ length: 6 }, (_, i) => at(0, ...Array(10).fill(`${i}`), COMMIT));
    await produce(broker.settings, topic, commits.flat());
    const output = await broker.freshTopic();
    const copy = (
      mode: "streaming" | "static",
      flushEveryMs: number,
      onCommit = () => {},
      signal?: AbortSignal,
    ) =>
      graph(() => {
        const t = raw(broker, [topic], { maxBacklogRows: 15, name: "t", mode })();
        pw.kafka.write(t, broker.settings, {
          topicName: output,
          format: "json",
          commitFrequencyInMessages: 1_000,
          flushEveryMs,
        });
        pw.subscribe(t, { onTimeEnd: onCommit });
        return pw.run({ ...(signal === undefined ? {} : { signal }), monitoring: "none" });
      });
    let seen = 0;
    const ending = new AbortController();
    const onCommit = () => {
      if (++seen === 2) setTimeout(() => ending.abort(), 500);
    };
    const { sources } = await copy("streaming", 60_000, onCommit, ending.signal);
    // Two commits of ten reach the bound of fifteen; the output has not sent them yet.
    expect(sources.t.commits).toBe(2);
    const whole = await copy("static", 30);
    expect(whole.sources.t.commits).toBe(6);
    const { rows } = await readAll(raw(broker, [topic], { maxBacklogRows: 1, mode: "static" }));
    expect(rows).toHaveLength(60);
  });
});
