import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findTopics } from "../../../connectors/kafka/client/topic-addresses.ts";
import * as pw from "../../../lib/index.ts";
import { produceExactly } from "../../support/kafka/produce-exactly.ts";
import { readAll } from "../../support/kafka/reading.ts";

describe("topics by address", () => {
  it("brings the brokers and settings, and leaves names alone", () => {
    const given = { "client.id": "a" };
    expect(findTopics(given, ["kafka://h:1/t?client.id=b", "u"])).toEqual({
      settings: { "bootstrap.servers": "h:1", "client.id": "b" },
      names: ["t", "u"],
    });
    expect(findTopics(given, ["t"])).toEqual({ settings: given, names: ["t"] });
  });

  it("refuses topics of two clusters, and brokers that are others", () => {
    const two = () => findTopics({}, ["kafka://h:1/t", "kafka://h:2/t"]);
    expect(two).toThrow("the address of topic t leads to h:2, and the brokers are h:1");
    const other = () => findTopics({ "bootstrap.servers": "h:1" }, ["kafka://h:2/t"]);
    expect(other).toThrow(pw.TowpathError);
  });

  it("says what is wrong with an address, without its password", () => {
    const read = () => pw.kafka.read({}, { topicNames: ["kafka://me:secret@h:x/t"], format: "raw" });
    expect(read).toThrow(/TP_KAFKA_URI_PORT/);
    expect(read).not.toThrow(/secret/);
  });
});

describe("on a broker", () => {
  let broker: pw.kafka.EmbeddedBroker;
  const at = (topic: string): string => `kafka://${broker.bootstrap}/${topic}`;
  beforeAll(async () => {
    broker = await pw.kafka.embedded({ topics: ["words", "failed", "again", "counted"] });
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  it("names topics wherever they may be named: of tables, dead letters and messages", async () => {
    const settings = { "bootstrap.servers": broker.bootstrap };
    const values = ['{"word":"a"}', "?", '{"word":"a"}'];
    await produceExactly(
      settings,
      "words",
      values.map((value) => ({ key: null, value: Buffer.from(value) })),
    );
    await pw.graph(() => {
      const words = pw.kafka.read(
        {},
        {
          topicNames: [at("words")],
          format: "json",
          schema: pw.schema({ word: "str" }),
          onError: { deadLetter: at("failed") },
          mode: "static",
        },
      );
      const counts = words
        .groupBy((w) => w.word)
        .reduce((w) => ({ word: w.word, count: pw.reducers.count() }));
      pw.kafka.write(counts, {}, { topicName: at("counted") });
      return pw.run({ monitoring: "none" });
    });
    await pw.graph(() => {
      const failed = pw.kafka.source({ topics: at("failed"), tail: false });
      pw.kafka.output(failed, { topic: at("again") });
      return pw.run({ monitoring: "none" });
    });
    const textsOf = async (topic: string) => {
      const { rows } = await readAll(() => pw.kafka.input({ topics: [at(topic)], tail: false }).oks);
      return rows.map(({ value }) => String(value));
    };
    expect(await textsOf("again")).toEqual(["?"]);
    expect(JSON.parse((await textsOf("counted"))[0])).toMatchObject([{ word: "a", count: 2, diff: 1 }]);
  });
});
