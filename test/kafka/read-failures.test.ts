/** What goes wrong between a source and its brokers: named errors at the start, patience while it runs. */
import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { describe, expect, it } from "vitest";
import { startKafka } from "../support/kafka/broker.ts";
import { partitionCount, produce } from "../support/kafka/clients.ts";
import { describeIngests, forceIngest, readAll, startReading, valuesOf } from "../support/kafka/reading.ts";
import { sharedBrokerAvailable } from "../support/kafka/shared-broker.ts";

type Settings = Readonly<Record<string, string | number | boolean>>;

function reader(settings: Settings, ...topicNames: string[]) {
  return () => pw.kafka.read(settings, { topicNames, format: "raw", encoding: "utf8", mode: "static" });
}

/** How a run fails, and after how many ms. */
async function failure(make: () => object): Promise<{ error: pw.TowpathError; ms: number }> {
  const startedAt = performance.now();
  const error = await readAll(make).then(
    () => {
      throw new Error("the run did not fail");
    },
    (thrown: unknown) => thrown,
  );
  return { error: error as pw.TowpathError, ms: performance.now() - startedAt };
}

describe("a broker that is not there", () => {
  it("is named within 10 s: a port where nothing listens", { timeout: 30_000 }, async () => {
    const { error, ms } = await failure(reader({ "bootstrap.servers": "127.0.0.1:1" }, "t"));
    expect(error).toMatchObject({ code: "TP_KAFKA_UNREACHABLE", where: "127.0.0.1:1" });
    expect(error.message).toMatch(/refused/i);
    expect(ms).toBeLessThan(10_000);
  });

  it("is named within 10 s: a host without an address", { timeout: 30_000 }, async () => {
    const { error, ms } = await failure(reader({ "bootstrap.servers": "nowhere.invalid:9092" }, "t"));
    expect(error).toMatchObject({ code: "TP_KAFKA_UNREACHABLE", where: "nowhere.invalid:9092" });
    expect(ms).toBeLessThan(10_000);
  });

  it("is named within 10 s: a server that accepts and says nothing", { timeout: 30_000 }, async () => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no address");
    try {
      const { error, ms } = await failure(reader({ "bootstrap.servers": `127.0.0.1:${address.port}` }, "t"));
      expect(error).toMatchObject({ code: "TP_KAFKA_UNREACHABLE" });
      expect(ms).toBeLessThan(10_000);
    } finally {
      server.close();
    }
  });
});

describeIngests("a topic that is not there", ["mock", "real"], (broker) => {
  it("is named, and not created", { timeout: 30_000 }, async () => {
    const known = await broker.freshTopic();
    const unknown = `t-${randomUUID()}`;
    const { error } = await failure(reader(broker.settings, known, unknown));
    expect(error).toMatchObject({ code: "TP_KAFKA_TOPIC_UNKNOWN" });
    expect(error.detail).toContain(`"${unknown}"`);
    expect(error.detail).not.toContain(known);
    expect((await failure(reader(broker.settings, unknown))).error.code).toBe("TP_KAFKA_TOPIC_UNKNOWN");
    if (broker.kind === "real") expect(await partitionCount(broker.settings, unknown)).toBe(0);
  });
});

describeIngests("credentials", ["real"], (broker) => {
  it("that are right read", { timeout: 30_000 }, async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, [{ value: "secret" }]);
    expect((await readAll(reader(broker.sasl, topic))).rows).toEqual([{ data: "secret" }]);
  });

  it("that are wrong are refused at once, without showing them", { timeout: 30_000 }, async () => {
    const topic = await broker.freshTopic();
    const password = "wrong-password-7c1f";
    const { error, ms } = await failure(reader({ ...broker.sasl, "sasl.password": password }, topic));
    expect(error).toMatchObject({ code: "TP_KAFKA_AUTHENTICATION" });
    expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toContain(password);
    expect(ms).toBeLessThan(10_000);
  });
});

const whenAvailable = sharedBrokerAvailable().ok ? describe : describe.skip;

whenAvailable("a broker that restarts in mid-run (real Kafka)", () => {
  for (const ingest of ["packed", "plain"] as const) {
    describe(ingest, () => {
      forceIngest(ingest);
      it("loses and doubles nothing", { timeout: 120_000 }, () => readThroughRestarts());
    });
  }
});

async function readThroughRestarts(): Promise<void> {
  await using kafka = await startKafka();
  const topic = `t-${randomUUID()}`;
  await kafka.createTopic(topic, 2);
  const reading = startReading(() =>
    pw.kafka.read(kafka.settings, {
      topicNames: [topic],
      format: "raw",
      encoding: "utf8",
      commit: { scope: "aligned" },
    }),
  );
  const expected: string[] = [];
  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    for (const round of ["a", "b"]) {
      const values = Array.from(
        { length: 500 },
        (_, i) => `${signal} ${round} ${String(i).padStart(3, "0")}`,
      );
      expected.push(...values);
      await produce(
        // Else a retry could put the marker before rows.
        { ...kafka.settings, "enable.idempotence": "true" },
        topic,
        [...values, "*COMMIT*"].flatMap((value, i) =>
          value === "*COMMIT*"
            ? [0, 1].map((partition) => ({ value, partition }))
            : [{ value, partition: i % 2 }],
        ),
      );
      if (round === "a") await kafka.kill(signal);
      if (round === "a") await sleep(1_000);
      if (round === "a") await kafka.restart();
    }
    await reading.until(({ rows }) => rows.length >= expected.length, 40_000);
  }
  await sleep(300);
  await reading.stop();
  expect(valuesOf(reading.rows, "data")).toEqual(expected.sort());
  expect(reading.commits.map(({ rows }) => rows.length)).toEqual([500, 500, 500, 500]);
  expect(reading.logs.filter((line) => line.includes("reading goes on"))).toHaveLength(2);
  expect(reading.logs.filter((line) => line.includes("answers again"))).toHaveLength(2);
}
