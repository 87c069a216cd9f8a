/** A million messages through a source and a sink, byte by byte: keys, values and headers, null, empty and repeated. */
import * as pw from "towpath";
import { expect, it } from "vitest";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { type ExactMessage, produceExactly } from "../support/kafka/produce-exactly.ts";

const MESSAGES = 1_000_000;
const AT_ONCE = 100_000;

/** Message i: every mix of what may be null, empty, repeated or no text comes soon. */
function messageAt(i: number): ExactMessage {
  const number = Buffer.from([i & 255, (i >> 8) & 255, i >> 16]);
  const headers = [
    [],
    [
      ["a", number],
      ["a", null],
      ["a", number.subarray(1)],
    ],
    [["é", Buffer.alloc(0)]],
    [
      ["x", Buffer.from(`${i}`)],
      ["y", number],
    ],
  ] as const;
  return {
    key: i % 5 === 0 ? null : i % 5 === 1 ? Buffer.alloc(0) : number,
    value: i % 7 === 0 ? null : i % 7 === 1 ? Buffer.alloc(0) : Buffer.from(`{"n":${i}}`),
    headers: headers[i % headers.length],
  };
}

function same(one: Uint8Array | null, other: Uint8Array | null): boolean {
  if (one === null || other === null) return one === other;
  return Buffer.compare(one, other) === 0;
}

describeOnBrokers("a million messages", ["real"], (broker) => {
  it("arrive as they were sent, in order", { timeout: 240_000 }, async () => {
    const [topics, topic] = [await broker.freshTopic(), await broker.freshTopic()];
    for (let from = 0; from < MESSAGES; from += AT_ONCE) {
      await produceExactly(
        broker.settings,
        topics,
        Array.from({ length: AT_ONCE }, (_, i) => messageAt(from + i)),
      );
    }
    const startedAt = performance.now();
    await pw.graph(() => {
      const messages = pw.kafka.source({ brokers: broker.settings, topics, tail: false });
      pw.kafka.output(messages, { brokers: broker.settings, topic, headers: true });
      return pw.run({ monitoring: "none" });
    });
    const seconds = (performance.now() - startedAt) / 1_000;
    let seen = 0;
    const wrong: number[] = [];
    await pw.graph(() => {
      const messages = pw.kafka.source({ brokers: broker.settings, topics: topic, tail: false });
      pw.subscribe(messages, {
        onChange({ row: { offset, key, value, headers } }) {
          const sent = messageAt(offset);
          const listed = sent.headers ?? [];
          const fits =
            offset === seen++ &&
            same(key, sent.key ?? null) &&
            same(value, sent.value) &&
            headers.length === listed.length &&
            headers.every(([name, of], i) => name === listed[i][0] && same(of, listed[i][1]));
          if (!fits) wrong.push(offset);
        },
      });
      return pw.run({ monitoring: "none" });
    });
    expect({ seen, wrong: wrong.slice(0, 5) }).toEqual({ seen: MESSAGES, wrong: [] });
    console.log(`${MESSAGES} messages passed on in ${seconds.toFixed(1)} s`);
  });
});
