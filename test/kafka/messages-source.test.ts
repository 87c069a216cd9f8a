/** Messages as rows: byte by byte, where reading begins and ends, commits, and errors as rows. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { describe, expect, it } from "vitest";
import { startKafka } from "../support/kafka/broker.ts";
import { produce, watermarks } from "../support/kafka/clients.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { type ExactMessage, produceExactly } from "../support/kafka/produce-exactly.ts";
import { describeIngests, readAll, startReading, valuesOf } from "../support/kafka/reading.ts";
import { sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";

const brokersOf = (settings: Readonly<Record<string, string>>): string =>
  settings["bootstrap.servers"] as string;

const bytes = (...values: number[]): Buffer => Buffer.from(values);

describeIngests("messages as rows", ["mock", "real"], (broker, ingest) => {
  it("have keys, values and headers byte by byte, null apart from empty", async () => {
    const topic = await broker.freshTopic();
    const sent: ExactMessage[] = [
      {
        key: bytes(0, 255, 1),
        value: bytes(0xc3, 0x28, 0),
        headers: [
          ["a", bytes(1, 0)],
          ["b", bytes()],
          ["a", bytes(2)],
        ],
      },
      { key: null, value: Buffer.from("text") },
      { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [["é", Buffer.from("é")]] },
      { key: Buffer.from("gone"), value: null, headers: [["none", null]] },
      { key: null, value: null },
    ];
    const from = Date.now();
    await produceExactly(broker.settings, topic, sent);
    const { rows } = await readAll(() =>
      pw.kafka.source({ brokers: broker.settings, topics: topic, tail: false }),
    );
    // node-rdkafka shows a header's null as an empty value.
    const shown = (value: Uint8Array | null): Uint8Array | null =>
      value === null && ingest === "plain" ? Buffer.alloc(0) : value;
    expect(rows.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual(
      sent.map(({ key, value, headers = [] }) => ({
        key,
        value,
        headers: headers.map(([name, of]) => [name, shown(of)]),
      })),
    );
    rows.forEach((row, offset) => {
      expect(row).toMatchObject({ topic, partition: 0, offset });
      expect(row.timestamp).toBeGreaterThanOrEqual(from - 1_000);
      expect(row.latency).toBeLessThan(60_000);
    });
  });

  it("come of all partitions of all topics, up to the ends seen at the start", async () => {
    const topics = [await broker.freshTopic(3), await broker.freshTopic(3)];
    for (const topic of topics)
      for (const partition of [0, 1, 2])
        await produce(broker.settings, topic, [{ value: `${partition}`, key: topic, partition }]);
    const { rows, done } = await readAll(
      () => pw.kafka.input({ brokers: [brokersOf(broker.settings)], topics, tail: false }).oks,
    );
    expect(await done).toMatchObject({ reason: "ended" });
    expect(rows.map((row) => `${row.topic} ${row.partition} ${row.value}`).sort()).toEqual(
      topics.flatMap((topic) => [0, 1, 2].map((partition) => `${topic} ${partition} ${partition}`)).sort(),
    );
  });

  it("are committed as they come, at most batchSize together", async () => {
    const topic = await broker.freshTopic();
    await produce(
      broker.settings,
      topic,
      Array.from({ length: 25 }, (_, i) => ({ value: `${i}` })),
    );
    const reading = startReading(() =>
      pw.kafka.source({ brokers: broker.settings, topics: [topic], batchSize: 10 }),
    );
    await reading.until(({ rows }) => rows.length === 25);
    expect(Math.max(...reading.commits.map(({ rows }) => rows.length))).toBeLessThanOrEqual(10);
    await produce(broker.settings, topic, [{ value: "*COMMIT*" }]);
    await reading.until(({ rows }) => rows.length === 26);
    await reading.stop();
    expect(reading.rows.at(-1)?.value).toEqual(Buffer.from("*COMMIT*"));
  });
});

describeOnBrokers("pw.kafka.source", ["mock", "real"], (broker) => {
  const values = (options: Partial<pw.kafka.SourceOptions> & { topics: string | string[] }) => async () => {
    const { rows } = await readAll(() =>
      pw.kafka
        .source({ brokers: broker.settings, tail: false, ...options })
        .select((c) => ({ value: c.value.cast("str?") })),
    );
    return valuesOf(rows, "value");
  };
  const letters = async (): Promise<string> => {
    const topic = await broker.freshTopic();
    await produce(
      broker.settings,
      topic,
      ["a", "b", "c", "d"].map((value) => ({ value })),
    );
    return topic;
  };

  it("begins at an offset, at offsets by partition, at the beginning", async () => {
    const topics = await letters();
    expect(await values({ topics, startingOffset: 2 })()).toEqual(["c", "d"]);
    expect(await values({ topics, startingOffset: { offsets: { [topics]: { 0: 3 } } } })()).toEqual(["d"]);
    expect(await values({ topics, startingOffset: "beginning" })()).toEqual(["a", "b", "c", "d"]);
    await expect(values({ topics, startingOffset: 9 })()).rejects.toMatchObject({
      code: "TP_KAFKA_OFFSET_OUT_OF_RANGE",
    });
  });

  it("begins at the end, and reads what comes", async () => {
    const topics = await letters();
    const reading = startReading(() =>
      pw.kafka.source({ brokers: broker.settings, topics, startingOffset: "end" }),
    );
    await sleep(1_500);
    await produce(broker.settings, topics, [{ value: "e" }]);
    await reading.until(({ rows }) => rows.length > 0);
    await reading.stop();
    expect(valuesOf(reading.rows, "offset")).toEqual([4]);
  });

  it("commits offsets to a group on request, and begins at what is stored there", async () => {
    const topics = await letters();
    const config = { "group.id": `g-${topics}`, "enable.auto.commit": "true" };
    expect(await values({ topics, config, startingOffset: "stored" })()).toEqual(["a", "b", "c", "d"]);
    await produce(broker.settings, topics, [{ value: "e" }]);
    expect(await values({ topics, config, startingOffset: "stored" })()).toEqual(["e"]);
    expect(() => pw.kafka.source({ brokers: "a:1", topics, startingOffset: "stored" })).toThrow(
      expect.objectContaining({ code: "TP_BAD_ARGUMENT", detail: expect.stringContaining("group.id") }),
    );
  });

  it("goes on behind what an earlier run has read", async () => {
    const topic = await broker.freshTopic();
    const path = await mkdtemp(join(tmpdir(), "towpath-messages-"));
    const run = async (): Promise<string[]> => {
      const seen: string[] = [];
      await pw.graph(() => {
        const { oks } = pw.kafka.input({
          brokers: broker.settings,
          topics: topic,
          tail: false,
          batchSize: 1,
        });
        pw.subscribe(oks, { name: "seen", onChange: ({ row }) => void seen.push(String(row.value)) });
        return pw.run({ persistence: { path }, monitoring: "none" });
      });
      return seen;
    };
    try {
      await produce(broker.settings, topic, [{ value: "a" }, { value: "b" }]);
      expect(await run()).toEqual(["a", "b"]);
      await produce(broker.settings, topic, [{ value: "c" }]);
      expect(await run()).toEqual(["c"]);
    } finally {
      await rm(path, { recursive: true });
    }
  });

  it("shares partitions among processes, and names one that has none", async () => {
    const topics = await broker.freshTopic(2);
    for (const partition of [0, 1])
      await produce(broker.settings, topics, [{ value: `${partition}`, partition }]);
    expect(await values({ topics, partitions: { index: 1, of: 2 } })()).toEqual(["1"]);
    const idle = await readAll(() =>
      pw.kafka.source({ brokers: broker.settings, topics, tail: false, partitions: { index: 2, of: 3 } }),
    );
    expect(idle.rows).toEqual([]);
    expect(idle.logs.join()).toContain("nothing is read");
  });

  it("ends with a topic that is not there, by its name", async () => {
    const missing = "no-such-topic";
    if (broker.kind === "mock") return; // makes topics on demand
    const { message } = await values({ topics: missing })().catch((error) => error);
    expect(message).toMatch(/TP_KAFKA_TOPIC_UNKNOWN.*no-such-topic/s);
  });
});

const available = sharedBrokerAvailable();
const why = available.ok ? "" : ` (skipped: ${available.reason})`;

describe.skipIf(!available.ok)(`messages that are gone before they were read (real Kafka)${why}`, () => {
  it("end the run, or are rows of the errors where something uses them", { timeout: 120_000 }, async () => {
    await using kafka = await startKafka({
      properties: { "log.retention.check.interval.ms": "300", "log.initial.task.delay.ms": "300" },
    });
    const topics = "short-lived";
    await kafka.createTopic(topics, 1, { "segment.bytes": "1048576", "retention.bytes": "1048576" });
    const large = Array.from({ length: 300 }, () => ({ value: "x".repeat(10_000) }));
    await produce(kafka.settings, topics, large);
    // So little is fetched ahead that the source soon meets what is gone.
    const config = { "queued.max.messages.kbytes": 64, "fetch.message.max.bytes": 20_000 };
    const options = { brokers: kafka.settings, topics, config, batchSize: 1 };
    const unused = slowly(() => pw.kafka.input(options).oks);
    const raised = slowly(() => pw.kafka.source(options).oks);
    const errors: pw.kafka.SourceError[] = [];
    const used = slowly(() => {
      const { oks, errs } = pw.kafka.input(options);
      pw.subscribe(errs, { name: "errors", onChange: ({ row }) => void errors.push(row) });
      return oks;
    });
    const failures = [unused.run, raised.run].map((run) =>
      expect(run).rejects.toMatchObject({ code: "TP_KAFKA_OFFSET_OUT_OF_RANGE" }),
    );
    for (let round = 0; (await watermarks(kafka.settings, topics)).low < 300; round++) {
      if (round > 30) throw new Error("the broker deletes nothing");
      await produce(kafka.settings, topics, large);
      await sleep(500);
    }
    for (const { release } of [unused, raised, used]) release();
    await Promise.all(failures);
    while (errors.length === 0) await sleep(20);
    used.ending.abort();
    await used.run;
    expect(errors[0]).toMatchObject({
      code: "TP_KAFKA_OFFSET_OUT_OF_RANGE",
      stage: "input",
      topic: topics,
      partition: 0,
      offset: null,
      key: null,
      headers: null,
    });
  });
});

/** A run whose reader of the table takes nothing until it is released. */
function slowly(make: () => pw.Table<pw.kafka.ReceivedMessage>) {
  const ending = new AbortController();
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const run = pw.graph(() => {
    pw.subscribe(make(), { name: "slow", onChange: () => released });
    return pw.run({ signal: ending.signal, monitoring: "none" });
  });
  return { run, ending, release };
}

describe("the arguments of pw.kafka.source and input", () => {
  it.each([
    [{ topics: "t" }, "brokers"],
    [{ brokers: [], topics: "t" }, "brokers"],
    [{ brokers: "a:1" }, "topics"],
    [{ brokers: "a:1", topics: [] }, "topics"],
    [{ brokers: "a:1", topics: "t t" }, "topics"],
    [{ brokers: "a:1", topics: "t", startingOffset: -1 }, "startingOffset"],
    [{ brokers: "a:1", topics: "t", startingOffset: "first" }, "startingOffset"],
    [{ brokers: "a:1", topics: "t", batchSize: 0 }, "batchSize"],
    [{ brokers: "a:1", topics: "t", batchSize: 5, commit: { everyRows: 5 } }, "batchSize"],
    [{ brokers: "a:1", topics: "t", tial: false }, "tial"],
    [{ brokers: "a:1", topics: "t", partitions: { index: 3, of: 2 } }, "partitions"],
    [{ brokers: "a:1", topics: "t", oauthBearer: "token" }, "oauthBearer"],
  ])("are named where they cannot be: %j", (options, named) => {
    expect(() => pw.kafka.input(options as unknown as pw.kafka.InputOptions)).toThrow(
      expect.objectContaining({ code: "TP_BAD_ARGUMENT", message: expect.stringContaining(named) }),
    );
  });

  it("names settings that librdkafka does not have", () => {
    expect(() => pw.kafka.source({ brokers: "a:1", topics: "t", config: { "group.ids": "g" } })).toThrow(
      expect.objectContaining({ code: "TP_KAFKA_UNKNOWN_SETTING" }),
    );
  });
});
