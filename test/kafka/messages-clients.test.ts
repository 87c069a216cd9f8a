/** Clients of messages: tokens, certificates of both sides, compression, statistics. */
import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KafkaBroker, startKafka } from "../support/kafka/broker.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";
import { messagesIn } from "../support/kafka/topic-messages.ts";

const available = sharedBrokerAvailable();
const why = available.ok ? "" : ` (skipped: ${available.reason})`;

/** Sends texts, and gives what can be read then. */
async function roundTrip(options: pw.kafka.ClientOptions, topic: string, values: readonly string[]) {
  await pw.graph(() => {
    const table = pw.input(pw.schema({ value: "str" }), { appendOnly: true });
    pw.kafka.output(table, { ...options, topic });
    for (const value of values) table.insert({ value });
    table.close();
    return pw.run({ monitoring: "none" });
  });
  const seen: string[] = [];
  await pw.graph(() => {
    const messages = pw.kafka.source({ ...options, topics: topic, tail: false });
    pw.subscribe(messages, { onChange: ({ row }) => void seen.push(String(row.value)) });
    return pw.run({ monitoring: "none" });
  });
  return seen;
}

/** A token as Kafka's own unsecured handler takes it (RFC 7515, algorithm "none"). */
function unsecuredToken(expiresMs: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Date.now() / 1_000;
  return `${part({ alg: "none" })}.${part({ sub: "towpath", iat: now, exp: expiresMs / 1_000 })}.`;
}

describe.skipIf(!available.ok)(`SASL/OAUTHBEARER (real Kafka)${why}`, () => {
  let kafka: KafkaBroker;
  const login = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required";
  beforeAll(async () => {
    kafka = await startKafka({
      properties: {
        "sasl.enabled.mechanisms": "SCRAM-SHA-256,OAUTHBEARER",
        "listener.name.sasl_ssl.oauthbearer.sasl.jaas.config": `${login} unsecuredLoginStringClaim_sub="broker";`,
        // Clients have to show a new token before the last one has ended.
        "listener.name.sasl_ssl.oauthbearer.connections.max.reauth.ms": "60000",
      },
    });
    await kafka.createTopic("tokens");
  }, 180_000);
  afterAll(() => kafka?.stop());

  const client = (oauthBearer: pw.kafka.OAuthBearerProvider): pw.kafka.ClientOptions => ({
    brokers: kafka.sasl.settings["bootstrap.servers"] as string,
    config: {
      "security.protocol": "sasl_ssl",
      "ssl.ca.location": kafka.sasl.settings["ssl.ca.location"] as string,
    },
    oauthBearer,
  });

  it("gets in with a token, and with a new one before it ends", { timeout: 60_000 }, async () => {
    let tokens = 0;
    const provider = async () => {
      tokens++;
      const expiresMs = Date.now() + 5_000;
      return { token: unsecuredToken(expiresMs), expiresMs };
    };
    expect(await roundTrip(client(provider), "tokens", ["a", "b"])).toEqual(["a", "b"]);
    const before = tokens;
    expect(before).toBeGreaterThanOrEqual(2);
    const ending = new AbortController();
    await pw.graph(async () => {
      pw.subscribe(pw.kafka.source({ ...client(provider), topics: "tokens" }), { onChange: () => {} });
      const running = pw.run({ signal: ending.signal, monitoring: "none" });
      await sleep(6_000);
      ending.abort();
      await running;
    });
    expect(tokens).toBeGreaterThanOrEqual(before + 2);
  });

  it("ends where there is no token, or none that counts", { timeout: 60_000 }, async () => {
    const none = client(() => {
      throw new Error("the vault is shut");
    });
    await expect(roundTrip(none, "tokens", ["a"])).rejects.toMatchObject({
      code: "TP_KAFKA_AUTHENTICATION",
      detail: expect.stringContaining("the vault is shut"),
    });
    const wrong = client(() => ({ token: "x.y.z", expiresMs: Date.now() + 60_000 }));
    const error = await roundTrip(wrong, "tokens", ["a"]).catch((caught) => caught);
    expect(error).toMatchObject({ code: "TP_KAFKA_AUTHENTICATION" });
    expect(error.message).not.toContain("x.y.z");
  });
});

describeOnBrokers("compression", ["mock", "real"], (broker) => {
  it.each(["gzip", "snappy", "lz4"])("%s goes through", async (codec) => {
    const topic = await broker.freshTopic();
    const options = { brokers: broker.settings, config: { "compression.codec": codec } };
    const values = Array.from({ length: 50 }, (_, i) => `${i}`.repeat(100));
    expect(await roundTrip(options, topic, values)).toEqual(values);
  });

  it("zstd is refused where librdkafka lacks it, with the way out", async () => {
    const topic = await broker.freshTopic();
    const options = { brokers: broker.settings, config: { "compression.codec": "zstd" } };
    const error = await roundTrip(options, topic, ["a"]).catch((caught) => caught);
    if (Array.isArray(error)) return expect(error).toEqual(["a"]);
    expect(error).toMatchObject({ code: "TP_BAD_ARGUMENT", hint: expect.stringContaining("npm rebuild") });
    expect(error.message).toContain("zstd");
    expect(await messagesIn(broker.settings, topic)).toEqual([]);
  });
});

describeOnBrokers("SASL and TLS", ["real"], (broker) => {
  it("carry messages as they are", async () => {
    const topic = await broker.freshTopic();
    expect(await roundTrip({ brokers: broker.sasl }, topic, ["a"])).toEqual(["a"]);
  });
});

describeOnBrokers("statistics", ["mock"], (broker) => {
  it("come of each client at its interval", async () => {
    const topic = await broker.freshTopic();
    const kinds = new Set<unknown>();
    const options = {
      brokers: broker.settings,
      config: { "statistics.interval.ms": 50 },
      onStatistics: ({ type }: pw.kafka.ClientStatistics) => void kinds.add(type),
    };
    const ending = new AbortController();
    await pw.graph(async () => {
      const table = pw.input(pw.schema({ value: "str" }), { appendOnly: true });
      pw.kafka.output(table, { ...options, topic });
      pw.subscribe(pw.kafka.source({ ...options, topics: topic }), { onChange: () => {} });
      const running = pw.run({ signal: ending.signal, monitoring: "none" });
      for (let i = 0; i < 200 && kinds.size < 2; i++) await sleep(20);
      ending.abort();
      await running;
    });
    expect([...kinds].sort()).toEqual(["consumer", "producer"]);
  });
});
