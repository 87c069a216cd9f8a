/** A topic for each row, in the envelopes "row" and "updates". */
import * as pw from "towpath";
import { expect, it } from "vitest";
import { partitionCount } from "../support/kafka/clients.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import type { ReadMessage } from "../support/kafka/packed-consumer.ts";
import { messagesIn, partitionForKey } from "../support/kafka/topic-messages.ts";

const long = { timeout: 120_000 };
const quiet = { monitoring: "none" } as const;

async function failureOf(run: Promise<unknown>): Promise<pw.TowpathError> {
  const error: unknown = await run.then(
    () => new Error("the run did not fail"),
    (caught: unknown) => caught,
  );
  if (error instanceof pw.TowpathError) return error;
  throw error;
}

describeOnBrokers("a topic for each row", ["mock", "real"], (broker) => {
  const routed = async (
    topics: readonly (string | null)[],
    options: Record<string, unknown>,
  ): Promise<void> => {
    await pw.graph(async () => {
      const input = pw.input(pw.schema({ n: "int", to: "str?" }), { appendOnly: true });
      topics.forEach((to, n) => {
        input.insert({ n, to });
        if (n % 2 === 1) input.commit();
      });
      input.close();
      pw.kafka.write(input, broker.settings, { topicName: input.col("to"), ...options } as never);
      await pw.run(quiet);
    });
  };

  it("is where it goes, in order", long, async () => {
    const [a, b] = [await broker.freshTopic(2), await broker.freshTopic(1)];
    await routed([a, b, b, a, a, a], { envelope: "row", key: "to", commitMarkers: true });
    const numbers = (messages: ReadMessage[]): unknown[] =>
      messages.map(({ value }) => (String(value) === "*COMMIT*" ? "commit" : JSON.parse(String(value)).n));
    const inA = await messagesIn(broker.settings, a, 2);
    const place = partitionForKey(Buffer.from(a), 2);
    expect(numbers(inA.filter(({ partition }) => partition === place))).toEqual([
      0,
      "commit",
      3,
      "commit",
      4,
      5,
      "commit",
    ]);
    expect(numbers(inA.filter(({ partition }) => partition !== place))).toEqual([
      "commit",
      "commit",
      "commit",
    ]);
    expect(numbers(await messagesIn(broker.settings, b))).toEqual([1, "commit", 2, "commit"]);
  });

  it("gets one message for each topic and commit of updates", long, async () => {
    const [a, b] = [await broker.freshTopic(2), await broker.freshTopic(2)];
    await routed([a, b, b, b, a, a], { partition: 1 });
    const numbers = async (topic: string): Promise<unknown> =>
      (await messagesIn(broker.settings, topic, 2)).map(({ partition, value }) => [
        partition,
        ...JSON.parse(String(value)).map(({ n }: { n: number }) => n),
      ]);
    expect(await numbers(a)).toEqual([
      [1, 0],
      [1, 4, 5],
    ]);
    expect(await numbers(b)).toEqual([
      [1, 1],
      [1, 2, 3],
    ]);
  });

  it.each(["row", "updates"])(
    "that is null or no topic ends the run and names the row (%s)",
    long,
    async (envelope) => {
      const topic = await broker.freshTopic();
      for (const wrong of [null, "", "a b", "..", "x".repeat(250)]) {
        const error = await failureOf(routed([topic, topic, topic, wrong], { envelope }));
        expect(error.code).toBe("TP_KAFKA_TOPIC_INVALID");
        expect(error.where).toMatch(/^row .*"n":3/);
      }
      const messages = await messagesIn(broker.settings, topic);
      // Nothing of the commit that failed.
      const numbers = messages.flatMap(({ value }) => JSON.parse(String(value)));
      expect(new Set(numbers.map(({ n }: { n: number }) => n))).toEqual(new Set([0, 1]));
    },
  );

  it("is made where the broker does so", long, async () => {
    const topic = `${await broker.freshTopic()}-made`;
    await routed([topic, topic], { envelope: "row" });
    // The mock makes four partitions.
    const partitions = await partitionCount(broker.settings, topic);
    expect(await messagesIn(broker.settings, topic, partitions)).toHaveLength(2);
  });
});
