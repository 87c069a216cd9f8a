/** What `pw.kafka.write` does when the broker does not do its part: on a real Apache Kafka. */
import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KafkaBroker, startKafka } from "../support/kafka/broker.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { freePorts } from "../support/kafka/ports.ts";
import { sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";
import { writtenTo } from "../support/kafka/updates.ts";

const long = { timeout: 180_000 };
const quiet = { monitoring: "none" } as const;
const numbered = () => pw.schema({ n: "int", text: "str" });
const available = sharedBrokerAvailable();
const why = available.ok ? "" : ` (skipped: ${available.reason})`;

/** One commit to `topic`; rejects with what the run rejects with. */
function writeOnce(settings: Record<string, string>, topic: string): Promise<pw.RunSummary> {
  return pw.graph(() => {
    const input = pw.input(numbered());
    input.insert({ n: 1, text: "x" });
    input.close();
    pw.kafka.write(input.table, settings, { topicName: topic });
    return pw.run(quiet);
  });
}

async function failureOf(run: Promise<unknown>): Promise<pw.TowpathError> {
  const error: unknown = await run.then(
    () => new Error("the run did not fail"),
    (caught: unknown) => caught,
  );
  if (error instanceof pw.TowpathError) return error;
  throw error;
}

describe("an unreachable broker", () => {
  it("is named within 10 s", long, async () => {
    const [port] = await freePorts(1);
    const settings = { "bootstrap.servers": `127.0.0.1:${port}` };
    const startedAt = performance.now();
    const error = await failureOf(writeOnce(settings, "nowhere"));
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(error.code).toBe("TP_KAFKA_UNREACHABLE");
    expect(error.message).toContain(`127.0.0.1:${port}`);
  });
});

describeOnBrokers("credentials", ["real"], (broker) => {
  it("that are right are let in", long, async () => {
    const topic = await broker.freshTopic();
    await writeOnce(broker.sasl, topic);
    expect(await writtenTo(broker.sasl, topic)).toHaveLength(1);
  });

  it("that are wrong end the run soon, and are not shown", long, async () => {
    const topic = await broker.freshTopic();
    const startedAt = performance.now();
    const error = await failureOf(writeOnce({ ...broker.sasl, "sasl.password": "not-this-one" }, topic));
    expect(performance.now() - startedAt).toBeLessThan(6_000);
    expect(error.code).toBe("TP_KAFKA_AUTHENTICATION");
    expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain("not-this-one");
  });
});

describe.skipIf(!available.ok)(`a broker of one's own${why}`, () => {
  let kafka: KafkaBroker;

  beforeAll(async () => {
    kafka = await startKafka({ properties: { "auto.create.topics.enable": "false" } });
  }, 180_000);
  afterAll(() => kafka?.stop());

  it("that does not make topics has the missing one named", long, async () => {
    const error = await failureOf(writeOnce(kafka.settings, "nobody-made-me"));
    expect(error.code).toBe("TP_KAFKA_TOPIC_UNKNOWN");
    expect(error.message).toContain("nobody-made-me");
    expect(error.where).toBe(kafka.bootstrap);
  });

  it("gets a commit of 5 MB in parts", long, async () => {
    await kafka.createTopic("large");
    const rows = 50_000;
    await pw.graph(async () => {
      const input = pw.input(numbered(), { appendOnly: true });
      for (let n = 0; n < rows; n++) input.insert({ n, text: "x".repeat(60) });
      input.close();
      pw.kafka.write(input.table, kafka.settings, { topicName: "large" });
      const { outputs } = await pw.run(quiet);
      expect(outputs.large?.changes).toBe(rows);
    });
    const messages = await writtenTo(kafka.settings, "large");
    expect(messages.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(5_000_000);
    expect(messages.map(({ headers }) => `${headers.part}/${headers.parts}`)).toEqual(
      messages.map((_, i) => `${i + 1}/${messages.length}`),
    );
    expect(Math.max(...messages.map(({ bytes }) => bytes))).toBeLessThanOrEqual(1_000_000);
    expect(messages.flatMap((message) => message.rows.map(({ n }) => n))).toEqual(
      Array.from({ length: rows }, (_, n) => n),
    );
  });

  it("whose limit is lower refuses a message: nothing behind it is written", long, async () => {
    await kafka.createTopic("narrow", 1, { "max.message.bytes": "10000" });
    const commits = (settings: Record<string, string>): Promise<pw.RunSummary> =>
      pw.graph(() => {
        const input = pw.input(numbered(), { appendOnly: true });
        for (let n = 0; n < 60; n++) {
          for (let i = 0; i < (n === 30 ? 300 : 1); i++) input.insert({ n, text: "x".repeat(100) });
          input.commit();
        }
        input.close();
        // One message a batch: the limit is that of a batch.
        pw.kafka.write(input.table, { ...settings, "batch.num.messages": "1" }, { topicName: "narrow" });
        return pw.run(quiet);
      });
    const error = await failureOf(commits(kafka.settings));
    expect(error.code, error.message).toBe("TP_KAFKA_MESSAGE_TOO_LARGE");
    expect(error.message).toMatch(/topic narrow, partition 0.*"message\.max\.bytes"/);
    const before = await writtenTo(kafka.settings, "narrow");
    const written = before.flatMap(({ rows }) => rows.map(({ n }) => n));
    expect(written).toEqual(Array.from({ length: written.length }, (_, n) => n));
    expect(written.length).toBeLessThanOrEqual(30);

    await commits({ ...kafka.settings, "message.max.bytes": "10000" });
    const after = (await writtenTo(kafka.settings, "narrow")).slice(before.length);
    expect(new Set(after.flatMap(({ rows }) => rows.map(({ n }) => n)))).toEqual(
      new Set(Array.from({ length: 60 }, (_, n) => n)),
    );
  });

  it("that restarts in mid-write, gracefully or not, loses and reorders nothing", long, async () => {
    await kafka.createTopic("restarted");
    const settings = { ...kafka.settings, "reconnect.backoff.max.ms": "500" };
    let n = 0;
    await pw.graph(async () => {
      const input = pw.input(numbered(), { appendOnly: true });
      pw.kafka.write(input.table, settings, { topicName: "restarted" });
      const running = pw.run(quiet);
      const feeding = setInterval(() => {
        for (let i = 0; i < 5; i++) {
          input.insert({ n: n++, text: "x".repeat(500) });
          input.commit();
        }
      }, 5);
      for (const signal of ["SIGKILL", "SIGTERM"] as const) {
        await sleep(1_000);
        await kafka.restart(signal);
      }
      await sleep(1_000);
      clearInterval(feeding);
      input.close();
      await running;
    });
    expect(n).toBeGreaterThan(1_000);
    const messages = await writtenTo(kafka.settings, "restarted");
    expect(messages.map(({ rows }) => rows[0]?.n)).toEqual(Array.from({ length: n }, (_, i) => i));
  });

  it("that stays away ends the run after message.timeout.ms; what it has is a prefix", long, async () => {
    await kafka.createTopic("gone");
    const settings = { ...kafka.settings, "message.timeout.ms": "2000" };
    let n = 0;
    await pw.graph(async () => {
      const input = pw.input(numbered(), { appendOnly: true });
      pw.kafka.write(input.table, settings, { topicName: "gone" });
      const failure = failureOf(pw.run(quiet));
      const feeding = setInterval(() => {
        input.insert({ n: n++, text: "x" });
        input.commit();
      }, 5);
      await sleep(1_500);
      await kafka.kill("SIGKILL");
      const goneAt = performance.now();
      const stopFeeding = failure.then(() => clearInterval(feeding));
      const error = await failure;
      await stopFeeding;
      const waitedMs = performance.now() - goneAt;
      expect(waitedMs).toBeGreaterThan(1_000);
      expect(waitedMs).toBeLessThan(6_000);
      expect(error.code).toBe("TP_KAFKA_UNDELIVERED");
      expect(error.message).toMatch(/topic gone, partition 0/);
      expect(error.message).toContain("2000 ms");
    });
    await kafka.restart();
    const messages = await writtenTo(kafka.settings, "gone");
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.map(({ rows }) => rows[0]?.n)).toEqual(
      Array.from({ length: messages.length }, (_, i) => i),
    );
  });
});
