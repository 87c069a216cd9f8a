/** The spike on a real Apache Kafka: packed reader → pipeline → JSON diffs at a commit each 100 ms, beside the drain. */
import { setTimeout as sleep, setImmediate as yieldToLoop } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import { attach, pluginPath, type Reader } from "../../../connectors/kafka/native/index.ts";
import { packedBuffers } from "../../../connectors/kafka/native/packed-buffers.ts";
import { startKafka } from "../../../test/support/kafka/broker.ts";
import { CHUNK_ROWS, Customers, type Pipeline } from "./columns.ts";
import { orders, words } from "./data.ts";
import { DiffBytes } from "./diffs.ts";
import { orderWorks, type Work, wordWorks } from "./works.ts";

const COMMIT_EVERY_MS = 100;
const ROUNDS = 5;
/** Messages made in JavaScript and sent again and again: a topic is longer than what we want to keep as strings. */
const DISTINCT = 1 << 20;

const ingestSettings = {
  "fetch.queue.backoff.ms": 1,
  "fetch.message.max.bytes": 8_388_608,
  "fetch.wait.max.ms": 10,
  "queued.max.messages.kbytes": 65_536,
};

type Client = InstanceType<typeof rdkafka.KafkaConsumer> | InstanceType<typeof rdkafka.Producer>;

function connect(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    client.connect({ timeout: 10_000 }, (error) => (error ? reject(new Error(error.message)) : resolve()));
  });
}

function disconnect(client: Client): Promise<void> {
  return new Promise((resolve) => {
    client.disconnect(() => resolve());
  });
}

/** Fills a topic of one partition with `count` messages. */
async function fill(bootstrap: string, topic: string, messages: string[], count: number): Promise<void> {
  const settings = {
    "bootstrap.servers": bootstrap,
    "linger.ms": 20,
    "batch.num.messages": 100_000,
    "batch.size": 900_000,
  };
  const producer = new rdkafka.Producer(
    { ...settings, "queue.buffering.max.messages": 1_000_000 },
    { acks: 1 },
  );
  await connect(producer);
  const payloads = messages.map((message) => Buffer.from(message));
  for (let i = 0; i < count; ) {
    try {
      producer.produce(topic, 0, payloads[i % payloads.length]);
      i++;
    } catch (error) {
      if ((error as { code?: number }).code !== rdkafka.CODES.ERRORS.ERR__QUEUE_FULL) throw error;
      producer.poll();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  await new Promise<void>((resolve, reject) => {
    producer.flush(60_000, (error: unknown) => (error ? reject(error) : resolve()));
  });
  await disconnect(producer);
}

interface Outcome {
  rate: number;
  cpu: number;
  changes: number;
}

/** Reads a topic once from its start through a pipeline (null: the bare drain). */
async function readOnce(
  consumer: Client,
  reader: Reader,
  topic: string,
  count: number,
  pipeline: Pipeline | null,
): Promise<Outcome> {
  const buffers = packedBuffers({ messages: 16_384, bytes: 4 << 20 });
  const out = new DiffBytes();
  let wake: () => void = () => {};
  reader.onReadable(() => wake());
  (consumer as InstanceType<typeof rdkafka.KafkaConsumer>).assign([{ topic, partition: 0, offset: 0 }]);
  let seen = 0;
  let changes = 0;
  let started = 0;
  let cpu = process.cpuUsage();
  let time = Date.now();
  let nextCommit = 0;
  while (seen < count) {
    const taken = reader.take(buffers, 16_384);
    if (reader.events.length > 0) throw new Error(reader.events[0].text);
    if (started === 0 && taken > 0) {
      started = performance.now();
      cpu = process.cpuUsage();
      nextCommit = started + COMMIT_EVERY_MS;
    }
    if (pipeline !== null) {
      for (let from = 0; from < taken; from += CHUNK_ROWS) {
        pipeline.take(buffers.payload.bytes, buffers.payload.ends, from, Math.min(from + CHUNK_ROWS, taken));
      }
    }
    seen += taken;
    if (started > 0 && performance.now() >= nextCommit) {
      time = Math.max(time + 2, Date.now() & ~1);
      changes += pipeline?.commit(time, out) ?? 0;
      out.flush();
      nextCommit = performance.now() + COMMIT_EVERY_MS;
      await yieldToLoop();
    }
    if (taken === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  changes += pipeline?.commit(time + 2, out) ?? 0;
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(cpu);
  return { rate: count / seconds, cpu: (used.user + used.system) / 1e6 / (count / 1e6), changes };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

interface Measured {
  /** Medians over the rounds. */
  rate: number;
  ofDrain: number;
  cpu: number;
  best: number;
  changes: number;
}

function summary(outcomes: Outcome[], drains: Outcome[]): Measured {
  return {
    rate: median(outcomes.map(({ rate }) => rate)),
    ofDrain: median(outcomes.map(({ rate }, round) => rate / drains[round].rate)),
    cpu: median(outcomes.map(({ cpu }) => cpu)),
    best: Math.max(...outcomes.map(({ rate }) => rate)),
    changes: outcomes[0].changes,
  };
}

/** Bare drain and both layouts in turn, round by round, so that a busy machine is busy for all of them. */
async function measure(bootstrap: string, topic: string, work: Work, count: number): Promise<Measured[]> {
  const settings = { "bootstrap.servers": bootstrap, "group.id": "spike", "enable.auto.commit": false };
  const consumer = new rdkafka.KafkaConsumer(
    {
      ...settings,
      ...ingestSettings,
      "enable.auto.offset.store": false,
      "plugin.library.paths": pluginPath(),
    },
    {},
  );
  await connect(consumer);
  const reader = attach(consumer);
  if (reader === null) throw new Error("the plugin did not see its client");
  const makers = [() => null, work.columns, work.rowIds];
  const outcomes: Outcome[][] = makers.map(() => []);
  // The first round warms up caches and compiler, and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, make] of makers.entries()) {
      const outcome = await readOnce(consumer, reader, topic, count, make());
      if (round > 0) outcomes[i].push(outcome);
      consumer.unassign();
      // Assigning again while the former assignment still ends aborts librdkafka 2.12 (its issue 5573).
      await sleep(100);
    }
  }
  reader.detach();
  await disconnect(consumer);
  return outcomes.map((list) => summary(list, outcomes[0]));
}

function lines(work: Work, topic: string, measured: Measured[]): string[] {
  return ["bare drain", "columns", "row ids"].map((layout, i) => {
    const { rate, best, ofDrain, cpu, changes } = measured[i];
    const figures = [rate / 1e6, best / 1e6, ofDrain, cpu].map((figure) => figure.toFixed(2));
    return [work.name, topic, layout, ...figures, changes].join(" | ");
  });
}

/** Starts a broker (unless one is given, which has the topics already), fills its topics and prints the figures. */
export async function benchKafka(
  print: (line: string) => void,
  only: string,
  count: number,
  given: string | undefined,
  groupCounts: number[],
): Promise<void> {
  const kafka = given === undefined ? await startKafka({ forLoad: true }) : undefined;
  const bootstrap = given ?? kafka?.bootstrap ?? "";
  print(`${count} messages a topic, ${ROUNDS} rounds, commits each ${COMMIT_EVERY_MS} ms`);
  print("work | topic | layout | median M rows/s | best | median of the drain | CPU s per M rows | changes");
  try {
    for (const groups of groupCounts) {
      const messages = { words: words(DISTINCT, groups), orders: orders(DISTINCT, groups) };
      const works = [
        ...wordWorks(messages.words[0]),
        ...orderWorks(messages.orders[0], new Customers(100_000, groups)),
      ].filter(({ name }) => name.includes(only) && !name.startsWith("scan"));
      for (const kind of new Set(works.map(({ topic }) => topic))) {
        await kafka?.createTopic(`${kind}-${groups}`, 1);
        if (kafka !== undefined) await fill(bootstrap, `${kind}-${groups}`, messages[kind], count);
      }
      for (const work of works) {
        const topic = `${work.topic}-${groups}`;
        for (const text of lines(work, topic, await measure(bootstrap, topic, work, count))) print(text);
      }
    }
  } finally {
    await kafka?.stop();
  }
}
