/** What node-rdkafka's own `produce` writes where the native part is not there. */
import * as pw from "towpath";
import { expect, it } from "vitest";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { forceIngest } from "../support/kafka/reading.ts";
import { headerOf, headerTexts, messagesIn, partitionForKey } from "../support/kafka/topic-messages.ts";

const long = { timeout: 120_000 };
const quiet = { monitoring: "none" } as const;

describeOnBrokers("without the native part, the envelope row", ["real"], (broker) => {
  forceIngest("plain");

  it("sends keys, nulls, headers that are texts, and markers", long, async () => {
    const topic = await broker.freshTopic(3);
    const settings = { ...broker.settings, "queue.buffering.max.messages": 50, "linger.ms": 1 };
    const count = 1_000;
    await pw.graph(async () => {
      const input = pw.input(pw.schema({ n: "int", key: "bytes?", value: "str?" }), { appendOnly: true });
      for (let n = 0; n < count; n++) {
        const key = n % 3 === 0 ? null : Buffer.from([n % 7, 0, 255]);
        input.insert({ n, key, value: n % 5 === 0 ? null : n % 7 === 0 ? "" : `é${n}` });
        if (n % 100 === 99) input.commit();
      }
      input.close();
      pw.kafka.write(input, settings, {
        topicName: topic,
        envelope: "row",
        format: "raw",
        key: "key",
        headers: (c) => ({ n: c.n }),
        commitMarkers: true,
      });
      await pw.run(quiet);
    });
    const messages = await messagesIn(broker.settings, topic, 3);
    const marks = messages.filter(({ value }) => String(value) === "*COMMIT*");
    expect(marks).toHaveLength(30);
    const rows = messages.filter((message) => !marks.includes(message));
    expect(rows).toHaveLength(count);
    for (const message of rows) {
      const n = Number(headerOf(message, "n"));
      const text = n % 5 === 0 ? null : n % 7 === 0 ? "" : `é${n}`;
      expect(message.value?.toString() ?? null, `row ${n}`).toBe(text);
      expect(message.key, `row ${n}`).toEqual(n % 3 === 0 ? null : Buffer.from([n % 7, 0, 255]));
      if (message.key !== null) expect(message.partition).toBe(partitionForKey(message.key, 3));
      const names = headerTexts(message).map(([name]) => name);
      expect(names).toEqual(["n", "tp-run", "tp-commit", "diff", "time"]);
    }
    expect(new Set(rows.map((message) => headerOf(message, "n"))).size).toBe(count);
  });

  it.each([
    ["bytes", Buffer.from([255])],
    ["NUL", Buffer.from([0])],
    ["null", null],
  ])("refuses a header of %s rather than changing it", long, async (_, bytes) => {
    const topic = await broker.freshTopic();
    const run = pw.graph(async () => {
      const input = pw.input(pw.schema({ bytes: "bytes?" }), { appendOnly: true });
      input.insert({ bytes });
      input.close();
      const headers = { bytes: input.col("bytes") };
      pw.kafka.write(input, broker.settings, { topicName: topic, envelope: "row", headers });
      return await pw.run(quiet);
    });
    await expect(run).rejects.toMatchObject({ code: "TP_KAFKA_NATIVE_MISSING" });
    expect(await messagesIn(broker.settings, topic)).toEqual([]);
  });
});
