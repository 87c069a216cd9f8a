/** Where reading begins and ends: start offsets, watermarks, new partitions, transactions. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import * as pw from "towpath";
import { describe, expect, it } from "vitest";
import { COMMIT as COMMITTED, type Source } from "../../lib/io/source.ts";
import { graph } from "../../lib/plan/plan.ts";
import type { SourceSpec } from "../../lib/plan/specs.ts";
import { nodeOf } from "../../lib/table/table.ts";
import { startKafka } from "../support/kafka/broker.ts";
import { connect, disconnect, produce, watermarks } from "../support/kafka/clients.ts";
import { send } from "../support/kafka/packed-consumer.ts";
import { describeIngests, forceIngest, readAll, startReading, valuesOf } from "../support/kafka/reading.ts";
import { sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";

const COMMIT = "*COMMIT*";

function at(partition: number, ...values: string[]) {
  return values.map((value) => ({ value, partition }));
}

type Settings = Readonly<Record<string, string | number | boolean>>;

function reader(settings: Settings, topic: string, options: Partial<pw.kafka.ReadOptions> = {}) {
  return () =>
    pw.kafka.read(settings, {
      topicNames: [topic],
      format: "raw",
      encoding: "utf8",
      ...options,
    } as { topicNames: string[]; format: "raw"; encoding: "utf8" });
}

describeIngests("starting", ["mock", "real"], (broker) => {
  it("latest reads only what comes after the start", async () => {
    const topic = await broker.freshTopic(2);
    await produce(broker.settings, topic, [...at(0, "old", COMMIT), ...at(1, "old too")]);
    const reading = startReading(reader(broker.settings, topic, { startFrom: "latest" }));
    // The advice about scopes is given once the partitions are assigned.
    await reading.until(({ logs }) => logs.some((line) => line.includes("aligned")));
    await produce(broker.settings, topic, at(1, "new", COMMIT));
    await reading.until(({ rows }) => rows.length > 0);
    await reading.stop();
    expect(reading.rows).toEqual([{ data: "new" }]);
  });

  it("offsets are taken for the partitions that are named, the earliest for the others", async () => {
    const topic = await broker.freshTopic(3);
    const values = [...at(0, "a0", "a1", "a2"), ...at(1, "b0", "b1"), ...at(2, "c0")];
    await produce(broker.settings, topic, values);
    const offsets = { [topic]: { 0: 1, 2: 1 } };
    const { rows } = await readAll(
      reader(broker.settings, topic, { mode: "static", startFrom: { offsets } }),
    );
    expect(valuesOf(rows, "data")).toEqual(["a1", "a2", "b0", "b1"]);
  });

  it("an offset that the broker does not have is an error", async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, at(0, "a", "b"));
    const make = (offset: number, settings: Settings = {}) =>
      reader({ ...broker.settings, ...settings }, topic, {
        mode: "static",
        startFrom: { offsets: { [topic]: [offset] } },
      });
    await expect(readAll(make(3))).rejects.toMatchObject({
      code: "TP_KAFKA_OFFSET_OUT_OF_RANGE",
      where: `topic ${topic}, partition 0`,
    });
    expect((await readAll(make(2))).rows).toEqual([]);
    await expect(
      readAll(reader(broker.settings, topic, { startFrom: { offsets: { [topic]: { 5: 0 } } } })),
    ).rejects.toMatchObject({ code: "TP_BAD_ARGUMENT" });
  });

  it("static mode ends where the topic ended at the start, while more comes", async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, at(0, ...Array.from({ length: 500 }, (_, i) => `${i}`)));
    let going = true;
    const producing = (async () => {
      while (going) await produce(broker.settings, topic, at(0, ...Array(200).fill("more")));
    })();
    const { rows, done } = await readAll(reader(broker.settings, topic, { mode: "static" }));
    going = false;
    await producing;
    expect(rows.length).toBeGreaterThanOrEqual(500);
    expect(rows.slice(0, 500)).toEqual(Array.from({ length: 500 }, (_, i) => ({ data: `${i}` })));
    expect((await done).reason).toBe("ended");
  });

  it("lag says how many messages wait, and 0 at the end", async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, at(0, "a", COMMIT, "b"));
    const reading = startReading(reader(broker.settings, topic));
    await reading.until(({ rows }) => rows.length === 1);
    await sleep(100);
    const summary = await reading.stop();
    expect(summary.sources[topic]).toMatchObject({ rows: 2, commits: 1, lag: 0, pending: 1, rejected: 0 });
  });
});

describeIngests("starting on a broker without times", ["mock"], (broker) => {
  it("a timestamp is refused with the way out", async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, at(0, "a"));
    await expect(
      readAll(reader(broker.settings, topic, { mode: "static", startFrom: { timestamp: 1 } })),
    ).rejects.toMatchObject({ code: "TP_KAFKA_FAILED", hint: expect.stringContaining("embedded") });
  });
});

describeIngests("starting on a real broker", ["real"], (broker) => {
  it("a timestamp finds the first message that is not older", async () => {
    const topic = await broker.freshTopic(2);
    const stamped = [1_000, 2_000, 3_000].map((timestamp) => ({
      partition: 0,
      value: Buffer.from(`a${timestamp}`),
      timestamp,
    }));
    await send(broker.settings, topic, [...stamped, { partition: 1, value: Buffer.from("b"), timestamp: 1 }]);
    const make = (timestamp: number | Date) =>
      reader(broker.settings, topic, { mode: "static", startFrom: { timestamp } });
    expect(valuesOf((await readAll(make(1_500))).rows, "data")).toEqual(["a2000", "a3000"]);
    expect(valuesOf((await readAll(make(new Date(3_000)))).rows, "data")).toEqual(["a3000"]);
    expect((await readAll(make(9_000))).rows).toEqual([]);
  });

  it("committed goes on behind what has been delivered", { timeout: 40_000 }, async () => {
    const topic = await broker.freshTopic(2);
    const settings = { ...broker.settings, "group.id": `g-${randomUUID()}`, "enable.auto.commit": true };
    await produce(broker.settings, topic, [...at(0, "a", COMMIT, "b", COMMIT, "c"), ...at(1, COMMIT, "d")]);
    const driven = await drive(reader(settings, topic, { commit: { scope: "partition" } }));
    const first = await driven.next();
    const second = await driven.next();
    expect(second).toBeGreaterThan(first);
    driven.source.acknowledge(first);
    await driven.source.close();
    const make = reader(settings, topic, {
      mode: "static",
      startFrom: "committed",
      commit: { tail: "commit" },
    });
    expect(valuesOf((await readAll(make)).rows, "data")).toEqual(["b", "c", "d"]);
  });

  it("static mode ends behind transactions, and shows only what they committed", async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, at(0, "plain"));
    await transaction(broker.settings, topic, ["kept"], "commit");
    await transaction(broker.settings, topic, ["dropped"], "abort");
    const { rows, done } = await readAll(reader(broker.settings, topic, { mode: "static" }));
    expect(rows).toEqual([{ data: "plain" }, { data: "kept" }]);
    expect((await done).sources[topic].lag).toBe(0);
  });

  it("static mode does not wait for a transaction that is open", async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, at(0, "plain"));
    const abort = await openTransaction(broker.settings, topic, ["open"]);
    try {
      const { rows } = await readAll(reader(broker.settings, topic, { mode: "static" }));
      expect(rows).toEqual([{ data: "plain" }]);
    } finally {
      await abort("abort");
    }
  });

  it("new partitions are read from their beginning", { timeout: 40_000 }, async () => {
    const topic = await broker.freshTopic(1);
    const settings = { ...broker.settings, "topic.metadata.refresh.interval.ms": 300 };
    const reading = startReading(
      reader(settings, topic, { startFrom: "latest", commit: { scope: "partition" } }),
    );
    await produceUntil(broker.settings, topic, 0, () => reading.rows.length > 0);
    const admin = rdkafka.AdminClient.create({ ...broker.settings });
    await new Promise<void>((resolve, reject) => {
      admin.createPartitions(topic, 3, 10_000, (error) => (error ? reject(error) : resolve()));
    });
    admin.disconnect();
    await sleep(200);
    await produce(broker.settings, topic, [...at(2, "first of 2", COMMIT), ...at(1, "first of 1", COMMIT)]);
    await reading.until(({ rows }) => valuesOf(rows, "data").includes("first of 1"));
    await reading.until(({ rows }) => valuesOf(rows, "data").includes("first of 2"));
    await reading.stop();
    expect(reading.logs.join()).toContain(`new partition: topic ${topic}, partition 2`);
  });
});

const whenAvailable = sharedBrokerAvailable().ok ? describe : describe.skip;

whenAvailable("messages that are deleted before they are read (real Kafka)", () => {
  for (const ingest of ["packed", "plain"] as const) {
    describe(ingest, () => {
      forceIngest(ingest);
      it("fail the run, rather than being skipped", { timeout: 120_000 }, () => readDeleted());
    });
  }
});

async function readDeleted(): Promise<void> {
  await using kafka = await startKafka({
    properties: { "log.retention.check.interval.ms": "300", "log.initial.task.delay.ms": "300" },
  });
  const topic = `t-${randomUUID()}`;
  await kafka.createTopic(topic, 1, { "segment.bytes": "1048576", "retention.bytes": "1048576" });
  const rows = at(0, ...Array<string>(300).fill("x".repeat(10_000)));
  await produce(kafka.settings, topic, rows.slice(0, 80));
  // So little is fetched ahead that the source soon meets what is gone.
  const small = { "queued.max.messages.kbytes": 64, "fetch.message.max.bytes": 20_000 };
  const driven = await drive(reader({ ...kafka.settings, ...small }, topic, { commit: { everyRows: 1 } }));
  try {
    await driven.next();
    // Further than what plain ingest holds: three batches of 4 MiB at most.
    for (let round = 0; (await watermarks(kafka.settings, topic)).low < 1_500; round++) {
      if (round > 30) throw new Error("the broker deletes nothing");
      await produce(kafka.settings, topic, rows);
      await sleep(500);
    }
    await expect(
      (async () => {
        for (;;) await driven.next();
      })(),
    ).rejects.toMatchObject({ code: "TP_KAFKA_OFFSET_OUT_OF_RANGE" });
  } finally {
    await driven.source.close();
  }
}

interface Driven {
  readonly source: Source;
  /** Waits for the next commit, seals and releases it; throws what the source fails with. */
  next(): Promise<number>;
}

/** A source without a run. */
async function drive(make: () => object): Promise<Driven> {
  const source = graph(() => (nodeOf(make()).options as SourceSpec).create([true]));
  let failure: Error | undefined;
  let time = 0;
  await source.open({
    wake() {},
    log() {},
    reject() {},
    signal: new AbortController().signal,
    fail(error) {
      failure = error;
    },
  });
  return {
    source,
    async next() {
      const deadline = performance.now() + 15_000;
      while (source.poll() !== COMMITTED) {
        if (failure !== undefined) throw failure;
        if (performance.now() > deadline) throw new Error("no commit within 15 s");
        await sleep(5);
      }
      time += 2;
      source.seal(time);
      source.release();
      return time;
    },
  };
}

async function produceUntil(
  settings: Settings,
  topic: string,
  partition: number,
  done: () => boolean,
): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!done()) {
    if (performance.now() > deadline) throw new Error("nothing arrived within 15 s");
    await produce(settings as Record<string, string>, topic, at(partition, "x", COMMIT));
    await sleep(50);
  }
}

async function transaction(
  settings: Settings,
  topic: string,
  values: readonly string[],
  end: "commit" | "abort",
): Promise<void> {
  const finish = await openTransaction(settings, topic, values);
  await finish(end);
}

/** Begins a transaction and writes to it; returns what ends it. */
async function openTransaction(
  settings: Settings,
  topic: string,
  values: readonly string[],
): Promise<(end: "commit" | "abort") => Promise<void>> {
  const producer = new rdkafka.Producer({ ...settings, "transactional.id": randomUUID() }, {});
  const call = (ask: (done: (error: unknown) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      ask((error) => (error ? reject(error) : resolve()));
    });
  await connect(producer);
  await call((done) => producer.initTransactions(10_000, done));
  await call((done) => producer.beginTransaction(done));
  for (const value of values) producer.produce(topic, 0, Buffer.from(value));
  await call((done) => producer.flush(10_000, done));
  return async (end) => {
    if (end === "commit") await call((done) => producer.commitTransaction(10_000, done));
    else await call((done) => producer.abortTransaction(10_000, done));
    await disconnect(producer);
  };
}
