/** Many rows: both ways to ingest give the same, and a program that reads ends. */
import * as pw from "towpath";
import { beforeAll, describe, expect, it } from "vitest";
import { produce } from "../support/kafka/clients.ts";
import { describeOnBrokers, type TestBroker } from "../support/kafka/describe-on-brokers.ts";
import { forceIngest, type Reading, readAll } from "../support/kafka/reading.ts";

const ROWS = 200_000;
const PARTITIONS = 4;

describeOnBrokers("200,000 rows", ["real"], (broker) => {
  const readings: Reading[] = [];
  let topic = "";

  beforeAll(async () => {
    topic = await broker.freshTopic(PARTITIONS);
    const messages = Array.from({ length: ROWS }, (_, i) => ({
      value: `{"id":${i},"word":"w${i % 977}"}`,
      partition: i % PARTITIONS,
    }));
    await produce(broker.settings, topic, messages);
  }, 240_000);

  for (const ingest of ["packed", "plain"] as const) {
    describe(ingest, () => {
      forceIngest(ingest);
      it("come in the order of each partition", { timeout: 60_000 }, async () => {
        const reading = await read(broker, topic);
        readings.push(reading);
        const ids = reading.rows.map(({ id }) => id as number);
        expect(ids).toHaveLength(ROWS);
        for (let partition = 0; partition < PARTITIONS; partition++) {
          const own = ids.filter((id) => id % PARTITIONS === partition);
          expect(own).toEqual(
            Array.from({ length: ROWS / PARTITIONS }, (_, i) => i * PARTITIONS + partition),
          );
        }
      });
    });
  }

  it("are equal by either way", () => {
    const [packed, plain] = readings.map(({ rows }) =>
      [...rows].sort((a, b) => (a.id as number) - (b.id as number)),
    );
    expect(packed).toEqual(plain);
  });
});

function read(broker: TestBroker, topic: string): Promise<Reading> {
  return readAll(() =>
    pw.kafka.read(broker.settings, {
      topicNames: [topic],
      format: "json",
      schema: pw.schema({ id: "int", word: "str" }),
      mode: "static",
    }),
  );
}
