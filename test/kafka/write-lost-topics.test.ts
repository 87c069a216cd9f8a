/** A topic that is deleted while it is written, or is not there, ends the run soon, whether or not the broker makes topics. */
import { setTimeout as sleep } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import * as pw from "towpath";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClientSettings, type KafkaBroker, startKafka } from "../support/kafka/broker.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";
import { messagesIn } from "../support/kafka/topic-messages.ts";

const long = { timeout: 120_000 };
const available = sharedBrokerAvailable();
const why = available.ok ? "" : ` (skipped: ${available.reason})`;

async function deleteTopic(settings: ClientSettings, topic: string): Promise<void> {
  const admin = rdkafka.AdminClient.create({ ...settings });
  try {
    await new Promise<void>((resolve, reject) => {
      admin.deleteTopic(topic, 10_000, (error) => (error ? reject(new Error(error.message)) : resolve()));
    });
  } finally {
    admin.disconnect();
  }
}

/** Writes a commit every 5 ms, deletes the topic after a while, and gives the error that ends the run. */
async function errorAfterDeletion(
  settings: ClientSettings,
  topic: string,
  envelope: string,
): Promise<{ error: pw.TowpathError; waitedMs: number }> {
  return await pw.graph(async () => {
    const input = pw.input(pw.schema({ n: "int" }), { appendOnly: true });
    pw.kafka.write(input, settings, { topicName: topic, envelope } as never);
    const failure = pw.run({ monitoring: "none" }).then(
      () => new Error("the run did not fail"),
      (error: unknown) => error,
    );
    let n = 0;
    const feeding = setInterval(() => {
      input.insert({ n: n++ });
      input.commit();
    }, 5);
    await sleep(1_000);
    await deleteTopic(settings, topic);
    const deletedAt = performance.now();
    const error = await failure;
    clearInterval(feeding);
    if (!(error instanceof pw.TowpathError)) throw error;
    return { error, waitedMs: performance.now() - deletedAt };
  });
}

describe.skipIf(!available.ok)(`a broker that makes no topics${why}`, () => {
  let kafka: KafkaBroker;

  beforeAll(async () => {
    kafka = await startKafka({ properties: { "auto.create.topics.enable": "false" } });
  }, 180_000);
  afterAll(() => kafka?.stop());

  it.each(["updates", "row"])("the envelope %s", long, async (envelope) => {
    const topic = `deleted-${envelope}`;
    await kafka.createTopic(topic, 2);
    // How long librdkafka takes the topic for one that is about to be made; 30 s of its own.
    const settings = { ...kafka.settings, "topic.metadata.propagation.max.ms": "3000" };
    const { error, waitedMs } = await errorAfterDeletion(settings, topic, envelope);
    expect(error.code).toBe("TP_KAFKA_TOPIC_UNKNOWN");
    expect(error.message).toMatch(`the broker no longer has topic ${topic}`);
    expect(waitedMs).toBeLessThan(20_000);
  });

  it("has a row's topic named that is not there; what goes to others is written", long, async () => {
    await kafka.createTopic("there");
    const run = pw.graph(async () => {
      const input = pw.input(pw.schema({ to: "str" }), { appendOnly: true });
      for (const to of ["there", "nowhere", "there"]) {
        input.insert({ to });
        input.commit();
      }
      input.close();
      pw.kafka.write(input, kafka.settings, { topicName: (c) => c.to, envelope: "row" });
      return await pw.run({ monitoring: "none" });
    });
    await expect(run).rejects.toMatchObject({
      code: "TP_KAFKA_TOPIC_UNKNOWN",
      message: expect.stringContaining("no topic nowhere"),
    });
    expect(await messagesIn(kafka.settings, "there")).toHaveLength(1);
  });
});

describeOnBrokers("a broker that makes topics", ["real"], (broker) => {
  it.each(["updates", "row"])("the envelope %s", long, async (envelope) => {
    const topic = await broker.freshTopic(2);
    const { error, waitedMs } = await errorAfterDeletion(broker.settings, topic, envelope);
    // The former where the topic was there again before anybody asked.
    expect(["TP_KAFKA_UNDELIVERED", "TP_KAFKA_TOPIC_UNKNOWN"]).toContain(error.code);
    expect(error.message).toContain(topic);
    expect(error.message).toMatch(/Was it deleted/);
    expect(waitedMs).toBeLessThan(20_000);
  });
});
