/**
 * Settings from which librdkafka makes no client, where our plugin is loaded. Without the trial such a process ends with
 * SIGSEGV (connectors/kafka/native/src/trial.h), and this file with it.
 */
import { readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClientConf, KafkaSettings } from "../../connectors/kafka/client/options.ts";
import { trySettings } from "../../connectors/kafka/client/try-settings.ts";
import { openConsumer } from "../../connectors/kafka/ingest/open-consumer.ts";
import { connectProducer } from "../../connectors/kafka/produce/connect-producer.ts";
import { producerConf } from "../../connectors/kafka/produce/producer-conf.ts";
import { freePorts } from "../support/kafka/ports.ts";

const sasl = { "security.protocol": "sasl_plaintext", "sasl.username": "me" };
const pem = ["-----BEGIN PRIVATE KEY-----", "bm90IGEga2V5", "-----END PRIVATE KEY-----"].join("\n");

const refused: Readonly<Record<string, readonly [settings: KafkaSettings, says: RegExp]>> = {
  "a key that is none": [{ "security.protocol": "SSL", "ssl.key.pem": pem }, /ssl\.key\.pem/],
  "certificates that are not there": [
    { "security.protocol": "ssl", "ssl.ca.location": "/nowhere/ca.pem" },
    /ssl\.ca\.location/,
  ],
  "a user without password": [
    { ...sasl, "sasl.mechanism": "SCRAM-SHA-256" },
    /sasl\.username and sasl\.password must be set/,
  ],
  "a mechanism that there is not": [
    { ...sasl, "sasl.mechanism": "PLAN", "sasl.password": "long-password" },
    /Unsupported SASL mechanism: PLAN/,
  ],
};

beforeEach(() => void vi.stubEnv("TOWPATH_INGEST", "packed"));
afterEach(() => void vi.unstubAllEnvs());

const connectWriter = (settings: KafkaSettings) => connectProducer(producerConf(settings), settings, "t");

describe.each(Object.entries(refused))("%s", (_, [given, says]) => {
  const settings = { "bootstrap.servers": "127.0.0.1:1", ...given };

  it.each([
    ["reader", () => openConsumer(settings, false)],
    ["writer", () => connectWriter(settings)],
  ])("is refused to a %s", async (_, connect) => {
    const error: unknown = await connect().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "TP_KAFKA_FAILED", detail: expect.stringMatching(says) });
    expect(error).toMatchObject({ where: "127.0.0.1:1", hint: expect.stringContaining("CONFIGURATION.md") });
  });
});

it("refuses ways to share partitions that there are not", async () => {
  const settings = { "bootstrap.servers": "127.0.0.1:1", "partition.assignment.strategy": "fair" };
  await expect(openConsumer(settings, false)).rejects.toThrow(
    /TP_KAFKA_FAILED.*partition\.assignment\.strategy: fair/,
  );
});

it.each<[string, KafkaSettings]>([
  ["plain settings", {}],
  [
    "tokens, which it does not fetch",
    {
      "security.protocol": "sasl_plaintext",
      "sasl.mechanism": "OAUTHBEARER",
      "enable.sasl.oauthbearer.unsecure.jwt": true,
      "sasl.oauthbearer.config": "principal=me",
    },
  ],
  ["every debug log, which it does not write", { debug: "all", "statistics.interval.ms": 100 }],
])("leaves a reader to connect with %s", async (_, given) => {
  const [port] = await freePorts(1);
  const { consumer } = await openConsumer({ "bootstrap.servers": `127.0.0.1:${port}`, ...given }, false);
  expect(consumer.raw.isConnected()).toBe(false);
});

it("makes trials without growing memory or keeping threads", async () => {
  const settings = { "bootstrap.servers": "127.0.0.1:1" };
  const conf: ClientConf = { global: { ...settings }, topic: {} };
  const bad: ClientConf = { global: { ...conf.global, ...sasl, "sasl.mechanism": "PLAIN" }, topic: {} };
  const makeTrials = async (count: number) => {
    for (let i = 0; i < count; i++) {
      await trySettings(i % 2 === 0 ? "consumer" : "producer", conf, settings);
      await expect(trySettings("consumer", bad, settings)).rejects.toThrow(/must be set/);
    }
  };
  await openConsumer(settings, false);
  await makeTrials(200);
  const threads = readdirSync("/proc/self/task").length;
  const before = process.memoryUsage().rss;
  await makeTrials(1_000);
  expect(readdirSync("/proc/self/task").length).toBe(threads);
  expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024);
}, 30_000);
