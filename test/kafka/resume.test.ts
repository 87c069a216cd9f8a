/** Kafka sources that are resumed: where they begin, what they refuse, and which offsets they commit. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { parseAvroSchema } from "../../connectors/formats/avro/avro-schema.ts";
import { formats } from "../../connectors/formats/index.ts";
import type { KafkaSettings } from "../../connectors/kafka/client/options.ts";
import { KafkaSource } from "../../connectors/kafka/read/source.ts";
import type { SourcePlan } from "../../connectors/kafka/read/source-plan.ts";
import type { Columns } from "../../lib/data/schema.ts";
import { defaultCommitPolicy } from "../../lib/io/commit-policy.ts";
import type { RegisteredSchema, SchemaLookup } from "../../lib/io/schema-lookup.ts";
import { COMMIT, ENDED, type JournalledCommit } from "../../lib/io/source.ts";
import { avroBytes, MemoryRegistry } from "../connectors/formats/avro/avro-bytes.ts";
import { Checkpoint } from "../support/checkpoint.ts";
import { startKafka } from "../support/kafka/broker.ts";
import { produce, watermarks } from "../support/kafka/clients.ts";
import { describeIngests } from "../support/kafka/reading.ts";
import { sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";
import { type MadeCommit, rowsOf } from "../support/kafka-log.ts";

const columns: Columns = [{ name: "data", type: { name: "str", optional: true } }];
const COMMIT_MARKER = { value: "*COMMIT*" };

function planOf(settings: KafkaSettings, topic: string, more: Partial<SourcePlan> = {}): SourcePlan {
  return {
    name: "source",
    settings: { ...settings },
    topics: [topic],
    columns,
    primaryKey: null,
    session: "upsert",
    policy: { ...defaultCommitPolicy, scope: "partition" },
    mode: "streaming",
    startFrom: "earliest",
    partitions: undefined,
    maxBacklogRows: Number.POSITIVE_INFINITY,
    onError: "fail",
    withMetadata: false,
    holdsCommits: false,
    createParser: () => formats.raw.parser.create(columns),
    ...more,
  };
}

class Resumed {
  readonly source: KafkaSource;
  failure: Error | null = null;

  constructor(plan: SourcePlan) {
    this.source = new KafkaSource(plan, [true]);
  }

  async open(checkpoint: Checkpoint | null = null, commits: readonly JournalledCommit[] = []): Promise<this> {
    this.source.history.resume(checkpoint?.reader() ?? null, commits);
    await this.source.open({
      wake() {},
      log() {},
      reject() {},
      fail: (error) => {
        this.failure = error;
      },
      signal: new AbortController().signal,
    });
    return this;
  }

  async next(time: number): Promise<MadeCommit> {
    for (let found = this.source.poll(); found !== COMMIT; found = this.source.poll()) {
      if (this.failure !== null) throw this.failure;
      if (found === ENDED) throw new Error("the source has ended");
      await sleep(2);
    }
    const batch = this.source.seal(time);
    const range = JSON.parse(JSON.stringify(this.source.history.range())) as unknown;
    const rows = batch === null ? [] : rowsOf(batch, columns);
    this.source.release();
    return { time, range, rows };
  }

  save(): Checkpoint {
    const checkpoint = new Checkpoint();
    this.source.history.save(checkpoint.writer());
    return checkpoint;
  }
}

/** Has nothing at hand before it was waited for. */
class SlowRegistry implements SchemaLookup {
  readonly #registry: MemoryRegistry;
  readonly #known = new Map<number, RegisteredSchema>();

  constructor(registry: MemoryRegistry) {
    this.#registry = registry;
  }

  get(id: number): RegisteredSchema | undefined {
    return this.#known.get(id);
  }

  async fetch(id: number): Promise<RegisteredSchema | null> {
    const schema = await this.#registry.fetch(id);
    await sleep(100);
    if (schema !== null) this.#known.set(id, schema);
    return schema;
  }
}

const at = (partition: number, ...values: string[]) => values.map((value) => ({ value, partition }));

describeIngests("a source that is resumed", ["mock", "real"], (broker) => {
  it("begins where the last one ended, also from the latest, and knows partitions by name", {
    timeout: 60_000,
  }, async () => {
    const topic = await broker.freshTopic(2);
    await produce(broker.settings, topic, at(0, "early"));
    const plan = planOf(broker.settings, topic, { startFrom: "latest" });
    const first = await new Resumed(plan).open();
    await produce(broker.settings, topic, [...at(0, "a", "*COMMIT*", "b")]);
    const a = await first.next(2);
    expect(a.range).toEqual({
      to: { [`${topic}/0`]: 3 },
      from: [
        [`${topic}/0`, 1],
        [`${topic}/1`, 0],
      ],
    });
    await first.source.close();
    await produce(broker.settings, topic, [...at(1, "c"), ...at(0, "*COMMIT*")]);
    const second = await new Resumed(plan).open(null, [a]);
    expect(await second.next(2)).toEqual(a);
    const b = await second.next(4);
    expect(b.range).toEqual({ to: { [`${topic}/0`]: 5 } });
    const checkpoint = second.save();
    await second.source.close();
    const third = await new Resumed(plan).open(checkpoint, []);
    await produce(broker.settings, topic, at(1, "*COMMIT*"));
    const c = await third.next(6);
    expect([c.range, c.rows.length]).toEqual([{ to: { [`${topic}/1`]: 2 } }, 1]);
    await third.source.close();
  });

  it("waits for schemas while it makes commits again", { timeout: 60_000 }, async () => {
    const topic = await broker.freshTopic(2);
    const registry = new MemoryRegistry();
    const framed = (partition: number, type: unknown, data: string) => {
      const schema = { type: "record", name: "R", fields: [{ name: "data", type }] };
      const value = avroBytes(parseAvroSchema(schema), { data }, registry.add(schema));
      return [
        { value, partition },
        { value: "*COMMIT*", partition },
      ];
    };
    await produce(broker.settings, topic, [
      ...framed(0, "string", "a"),
      ...framed(1, ["null", "string"], "b"),
      ...framed(0, ["string"], "c"),
    ]);
    const createParser = () => formats.avro.parser.create(columns, { lookup: new SlowRegistry(registry) });
    const plan = planOf(broker.settings, topic, { createParser });
    const first = await new Resumed(plan).open();
    const made = [await first.next(2), await first.next(4), await first.next(6)];
    await first.source.close();
    expect(made.flatMap(({ rows }) => rows)).toHaveLength(3);
    const second = await new Resumed(plan).open(null, made);
    expect([await second.next(2), await second.next(4), await second.next(6)]).toEqual(made);
    await produce(broker.settings, topic, framed(1, { type: "string" }, "d"));
    expect((await second.next(8)).rows).toEqual([expect.stringContaining('"d"')]);
    await second.source.close();
  });

  it("says so when the topic is not the one that was read", { timeout: 60_000 }, async () => {
    const topic = await broker.freshTopic(2);
    await produce(broker.settings, topic, at(1, "a", "*COMMIT*"));
    const first = await new Resumed(planOf(broker.settings, topic)).open();
    const made = await first.next(2);
    const checkpoint = first.save();
    await first.source.close();
    const open = (other: string, commits: readonly JournalledCommit[], more: Partial<SourcePlan> = {}) => {
      const text = JSON.stringify(commits).replaceAll(topic, other);
      const resumed = new Resumed(planOf(broker.settings, other, more));
      return resumed.open(null, JSON.parse(text)).finally(() => resumed.source.close());
    };
    // A topic without messages, one with fewer partitions, and a source that reads fewer.
    await expect(open(await broker.freshTopic(2), [made])).rejects.toMatchObject({
      code: "TP_SOURCE_CHANGED",
    });
    await expect(open(await broker.freshTopic(1), [made])).rejects.toMatchObject({
      code: "TP_SOURCE_CHANGED",
    });
    await expect(open(topic, [made], { partitions: [0] })).rejects.toMatchObject({
      code: "TP_SOURCE_CHANGED",
    });
    const renamed = new Resumed(planOf(broker.settings, await broker.freshTopic(2)));
    expect(() => renamed.source.history.resume(checkpoint.reader(), [])).toThrow(
      /an earlier run has read the topic/,
    );
  });

  it("commits offsets of checkpoints, and not of what has been delivered", { timeout: 60_000 }, async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, [
      { value: "a" },
      COMMIT_MARKER,
      { value: "b" },
      COMMIT_MARKER,
      { value: "c" },
      COMMIT_MARKER,
    ]);
    const settings = { ...broker.settings, "group.id": `g-${randomUUID()}`, "enable.auto.commit": true };
    const first = await new Resumed(planOf(settings, topic)).open();
    for (const time of [2, 4, 6]) await first.next(time);
    first.source.acknowledge(6);
    first.source.history.checkpointed(2);
    await first.source.close();
    // Without a state the committed offsets count where they are asked for.
    const second = await new Resumed(planOf(settings, topic, { startFrom: "committed" })).open();
    expect((await second.next(2)).range).toEqual({ to: { [`${topic}/0`]: 4 }, from: [[`${topic}/0`, 2]] });
    await second.source.close();
  });
});

const whenAvailable = sharedBrokerAvailable().ok ? it : it.skip;

whenAvailable(
  "names the gap where retention has passed the offset (real Kafka)",
  { timeout: 120_000 },
  async () => {
    await using kafka = await startKafka({
      properties: { "log.retention.check.interval.ms": "300", "log.initial.task.delay.ms": "300" },
    });
    const topic = `t-${randomUUID()}`;
    await kafka.createTopic(topic, 1, { "segment.bytes": "1048576", "retention.bytes": "1048576" });
    const rows = Array<string>(300).fill("x".repeat(10_000));
    await produce(kafka.settings, topic, at(0, "a", "*COMMIT*", "b", "*COMMIT*"));
    const first = await new Resumed(planOf(kafka.settings, topic)).open();
    const a = await first.next(2);
    const checkpoint = first.save();
    const b = await first.next(4);
    await first.source.close();
    for (let round = 0; (await watermarks(kafka.settings, topic)).low < 100; round++) {
      if (round > 30) throw new Error("the broker deletes nothing");
      await produce(kafka.settings, topic, at(0, ...rows));
      await sleep(500);
    }
    const { low } = await watermarks(kafka.settings, topic);
    const open = async (saved: Checkpoint | null, commits: readonly JournalledCommit[], more = {}) => {
      const resumed = new Resumed(planOf({ ...kafka.settings, ...more }, topic));
      await resumed.open(saved, commits).finally(() => resumed.source.close());
    };
    const gap = (from: number) => ({
      code: "TP_KAFKA_OFFSET_OUT_OF_RANGE",
      message: expect.stringContaining(`offsets ${from} to ${low - 1} are gone`),
    });
    await expect(open(null, [a, b])).rejects.toMatchObject(gap(0));
    await expect(open(checkpoint, [])).rejects.toMatchObject(gap(2));
    // Going on without them cannot bring back commits that are to be made again.
    const goOn = { "auto.offset.reset": "earliest" };
    await expect(open(checkpoint, [b], goOn)).rejects.toMatchObject(gap(2));
    await open(checkpoint, [], goOn);
  },
);
