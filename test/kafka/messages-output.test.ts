/** Messages out of rows: every part that a row says, and nothing else. */
import * as pw from "towpath";
import { describe, expect, it } from "vitest";
import type { TestBroker } from "../support/kafka/describe-on-brokers.ts";
import { produceExactly } from "../support/kafka/produce-exactly.ts";
import { describeIngests } from "../support/kafka/reading.ts";
import { headerTexts, messagesIn, partitionForKey } from "../support/kafka/topic-messages.ts";

const Drafts = pw.schema({
  key: "bytes?",
  value: "bytes?",
  topic: "str?",
  headers: "any?",
  partition: "int?",
  timestamp: "datetime?",
});

type Draft = Partial<pw.RowOf<typeof Drafts>>;

/** Sends rows as messages. */
async function send(broker: TestBroker, rows: readonly Draft[], topic?: string): Promise<void> {
  await pw.graph(() => {
    const table = pw.input(Drafts, { appendOnly: true });
    pw.kafka.output(table, pw.kafka.sink({ brokers: broker.settings, topic }));
    for (const row of rows) table.insert(row as pw.RowOf<typeof Drafts>);
    table.close();
    return pw.run({ monitoring: "none" });
  });
}

describeIngests("messages out of rows", ["mock", "real"], (broker, ingest) => {
  it("have the topic, key, headers, partition and timestamp that their rows say", async () => {
    const [topic, other] = [await broker.freshTopic(3), await broker.freshTopic(1)];
    const at = Date.UTC(2020, 1, 29);
    const key = Buffer.from("k7");
    await send(
      broker,
      [
        { value: Buffer.from("p2"), partition: 2, timestamp: at },
        {
          key,
          value: Buffer.from("by key"),
          headers: [
            ["a", "1"],
            ["b", { base64: "Mg==" }],
            ["a", "3"],
          ],
        },
        { key, value: null, topic: other, headers: { one: "x" } },
        { value: Buffer.alloc(0), topic: other, headers: [{ name: "n", value: "v" }] },
      ],
      topic,
    );
    const found = await messagesIn(broker.settings, topic, 3);
    const ofOther = await messagesIn(broker.settings, other);
    const shown = [...found, ...ofOther].map((message) => ({
      partition: message.partition,
      key: message.key?.toString() ?? null,
      value: message.value?.toString() ?? null,
      headers: headerTexts(message),
    }));
    expect(shown).toHaveLength(4);
    expect(shown).toContainEqual({ partition: 2, key: null, value: "p2", headers: [] });
    expect(shown).toContainEqual({
      partition: partitionForKey(key, 3),
      key: "k7",
      value: "by key",
      headers: [
        ["a", "1"],
        ["b", "2"],
        ["a", "3"],
      ],
    });
    expect(shown.slice(2)).toEqual([
      { partition: 0, key: "k7", value: null, headers: [["one", "x"]] },
      { partition: 0, key: null, value: "", headers: [["n", "v"]] },
    ]);
    expect(found.find(({ value }) => value?.toString() === "p2")?.timestamp).toBe(at);
    expect(ingest).toBeDefined();
  });

  it("keep key and value of received messages, and their headers on request", async () => {
    const topics = await broker.freshTopic();
    const [plain, whole] = [await broker.freshTopic(), await broker.freshTopic()];
    const sent = [
      { key: Buffer.from([0, 255]), value: Buffer.from("v"), headers: [["h", Buffer.from("1")]] as const },
      { key: null, value: null },
    ];
    await produceExactly(broker.settings, topics, sent);
    await pw.graph(() => {
      const messages = pw.kafka.source({ brokers: broker.settings, topics, tail: false });
      pw.kafka.output(messages, { brokers: broker.settings, topic: plain });
      pw.kafka.output(messages, { brokers: broker.settings, topic: whole, headers: true });
      return pw.run({ monitoring: "none" });
    });
    for (const [topic, headers] of [
      [plain, []],
      [whole, [["h", "1"]]],
    ] as const) {
      const found = await messagesIn(broker.settings, topic);
      expect(found.map(({ key, value }) => ({ key, value }))).toEqual(
        sent.map(({ key, value }) => ({ key, value })),
      );
      expect(headerTexts(found[0])).toEqual(headers);
    }
  });
});

describeIngests("a row that is no message", ["mock"], (broker) => {
  it.each<[Draft, string, RegExp]>([
    [{ value: Buffer.from("x") }, "TP_KAFKA_TOPIC_INVALID", /names no topic.*row/s],
    [{ value: Buffer.from("x"), topic: "a b" }, "TP_KAFKA_TOPIC_INVALID", /"a b" cannot be a topic/],
    [{ topic: "t", partition: -1 }, "TP_MESSAGE_INVALID", /its partition is -1/],
    [{ topic: "t", headers: 3 }, "TP_KAFKA_HEADERS_INVALID", /number/],
    [{ topic: "t", headers: [3] }, "TP_KAFKA_HEADERS_INVALID", /name/],
  ])("%j ends the run, and nothing of its commit is sent", async (draft, code, message) => {
    const topic = await broker.freshTopic();
    const good = { value: Buffer.from("good"), topic };
    const draftHere = draft.topic === "t" ? { ...draft, topic } : draft;
    const error = await send(broker, [good, draftHere]).catch((caught) => caught);
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(message);
    expect(await messagesIn(broker.settings, topic)).toEqual([]);
  });

  it("is one that is taken back", async () => {
    const topic = await broker.freshTopic();
    const run = pw.graph(() => {
      const table = pw.debug.tableFromMarkdown<{ value: string }>(`
          | value | __time__ | __diff__
        1 | a     | 2        | 1
        1 | a     | 4        | -1
      `);
      pw.kafka.output(table, { brokers: broker.settings, topic });
      return pw.run({ monitoring: "none" });
    });
    await expect(run).rejects.toMatchObject({ code: "TP_MESSAGE_RETRACTED" });
  });
});

describe("the arguments of pw.kafka.sink and output", () => {
  it.each([
    [{ topic: "t" }, "brokers"],
    [{ brokers: "a:1", topic: "a b" }, "topic"],
    [{ brokers: "a:1", headers: "yes" }, "headers"],
    [{ brokers: "a:1", topics: "t" }, "topics"],
  ])("are named where they cannot be: %j", (options, named) => {
    expect(() => pw.kafka.sink(options as unknown as pw.kafka.SinkOptions)).toThrow(
      expect.objectContaining({ code: "TP_BAD_ARGUMENT", message: expect.stringContaining(named) }),
    );
  });

  it("refuses columns that no message can have", () =>
    pw.graph(() => {
      const table = pw.input(pw.schema({ key: "int", value: "str" }));
      const other = pw.input(pw.schema({ data: "str" }), { name: "other" });
      const to = { brokers: "a:1", topic: "t" };
      expect(() => pw.kafka.output(table, to)).toThrow(/key is bytes or a text, not int.*serializeKey/s);
      expect(() => pw.kafka.output(other, to)).toThrow(expect.objectContaining({ code: "TP_BAD_SCHEMA" }));
      expect(() => pw.kafka.message({ vlaue: 1 } as never)).toThrow(/no part "vlaue".*value/s);
    }));
});
