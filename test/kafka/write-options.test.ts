import * as pw from "towpath";
import { describe, expect, it } from "vitest";
import { producerConf } from "../../connectors/kafka/produce/producer-conf.ts";

const settings = { "bootstrap.servers": "127.0.0.1:1", "sasl.password": "hunter2-secret" };
const tableOf = (...names: string[]) =>
  pw.input(pw.schema(Object.fromEntries(names.map((name) => [name, "int" as const])))).table;

function errorOf(call: () => void): pw.TowpathError {
  try {
    call();
  } catch (error) {
    if (error instanceof pw.TowpathError) return error;
    throw error;
  }
  throw new Error("no error was thrown");
}

describe("pw.kafka.write says when the plan is built", () => {
  it.each(["diff", "time"])("that a column called %s is taken, and the rename to paste", (name) => {
    pw.graph(() => {
      const error = errorOf(() => pw.kafka.write(tableOf("a", name), settings, { topicName: "t" }));
      expect(error.code).toBe("TP_COLUMN_RESERVED");
      expect(error.message).toContain(`.rename({ ${name}Value: table.col("${name}") })`);
      const renamed = tableOf("a", name).rename({ [`${name}Value`]: name });
      pw.kafka.write(renamed, settings, { topicName: "t" });
    });
  });

  it.each([
    ["no options", undefined, /third argument/],
    ["no topic", {}, /topicName.*undefined/],
    ["an impossible topic", { topicName: "a b" }, /topicName.*"a b"/],
    ["an unknown format", { topicName: "t", format: "xml" }, /format.*"xml".*"json"/],
    ["an unknown envelope", { topicName: "t", envelope: "rows" }, /envelope.*"rows".*"row"/],
    ["a frequency of 0", { topicName: "t", commitFrequencyInMessages: 0 }, /commitFrequencyInMessages.*0/],
    ["half a frequency", { topicName: "t", commitFrequencyInMessages: 1.5 }, /commitFrequencyInMessages/],
    ["a negative wait", { topicName: "t", flushEveryMs: -1 }, /flushEveryMs.*-1/],
    ["no time to wait", { topicName: "t", flushEveryMs: Number.NaN }, /flushEveryMs/],
    ["a negative partition", { topicName: "t", partition: -1 }, /partition.*-1/],
    ["an empty name", { topicName: "t", name: "" }, /name/],
    ["an option that it does not have", { topicName: "t", topicname: "t" }, /"topicname".*"topicName"/],
  ])("that %s will not do", (_, options, words) => {
    pw.graph(() => {
      const error = errorOf(() => pw.kafka.write(tableOf("a"), settings, options as never));
      expect(error.code).toBe("TP_BAD_ARGUMENT");
      expect(error.message).toMatch(words);
    });
  });

  it.each([
    [
      "a column called key with includeKey",
      "key",
      { includeKey: true },
      /\.rename\(\{ keyValue: table\.col\("key"\) \}\)/,
    ],
    ["a column called key with includeKey (rows)", "key", { envelope: "row", includeKey: true }, /keyValue/],
    ["a column called time in rows", "time", { envelope: "row" }, /timeValue/],
    ["a column called diff in rows of csv", "diff", { envelope: "row", format: "csv" }, /diffValue/],
  ])("that %s is taken", (_, name, options, words) => {
    pw.graph(() => {
      const write = () =>
        pw.kafka.write(tableOf("a", name), settings, { topicName: "t", ...options } as never);
      expect(errorOf(write)).toMatchObject({
        code: "TP_COLUMN_RESERVED",
        message: expect.stringMatching(words),
      });
    });
  });

  it("nothing of names that are free: in upserts, in raw rows, without includeKey", () => {
    pw.graph(() => {
      const t = pw.input(pw.schema({ time: pw.column({ type: "str", primaryKey: true }) }));
      pw.kafka.write(t, settings, { topicName: "t", envelope: "upsert" });
      pw.kafka.write(t, settings, { topicName: "t", envelope: "row", format: "raw" });
      pw.kafka.write(tableOf("key"), settings, { topicName: "t" });
    });
  });

  it.each([
    ["a partition for rows", { envelope: "row", partition: 0 }, /partition.*"row".*"updates"/],
    [
      "several commits in a row",
      { envelope: "row", commitFrequencyInMessages: 2 },
      /commitFrequencyInMessages.*"updates"/,
    ],
    ["a wait for rows", { envelope: "upsert", flushEveryMs: 5 }, /flushEveryMs/],
    ["a key for updates", { key: "a" }, /key.*"updates".*"row" or "upsert"/],
    ["headers for updates", { headers: "a" }, /headers.*"updates"/],
    ["markers for updates", { commitMarkers: true }, /commitMarkers/],
    ["the row's key in upserts", { envelope: "upsert", key: "a", includeKey: true }, /includeKey.*"upsert"/],
    ["csv for updates", { format: "csv" }, /format.*"csv".*"json"/],
    ["avro for updates", { format: "avro" }, /"avro".*"updates".*one record.*"row"/],
    ["an unknown format for rows", { envelope: "row", format: "xml" }, /format.*"xml".*"raw"/],
    ["the row's key in raw", { envelope: "row", format: "raw", includeKey: true }, /includeKey/],
    ["no key at all", { envelope: "row", key: [] }, /key/],
    ["markers that are no boolean", { envelope: "row", commitMarkers: "yes" }, /commitMarkers.*"yes"/],
    [
      "several commits for a topic by row",
      { topicName: () => {}, commitFrequencyInMessages: 2 },
      /commitFrequencyInMessages.*2/,
    ],
    ["a topic that is no expression", { topicName: () => [] }, /topicName/],
    ["headers that are a list", { envelope: "row", headers: [] }, /headers/],
  ])("that %s will not do", (_, options, words) => {
    pw.graph(() => {
      const write = () => pw.kafka.write(tableOf("a"), settings, { topicName: "t", ...options } as never);
      expect(errorOf(write)).toMatchObject({
        code: "TP_BAD_ARGUMENT",
        message: expect.stringMatching(words),
      });
    });
  });

  it.each([
    ["a topic that is a number", { topicName: (c: { a: unknown }) => c.a }, /topicName.*str.*int/],
    ["headers that are a number", { envelope: "row", headers: "a" }, /headers.*json.*int/],
  ])("that %s has the wrong type", (_, options, words) => {
    pw.graph(() => {
      const write = () => pw.kafka.write(tableOf("a"), settings, { topicName: "t", ...options } as never);
      expect(errorOf(write)).toMatchObject({
        code: "TP_EXPRESSION_TYPE",
        message: expect.stringMatching(words),
      });
    });
  });

  it("that raw needs one column of bytes or text", () => {
    pw.graph(() => {
      const t = pw.input(pw.schema({ n: "int", a: "str", b: "bytes" }));
      const write = (options: object) => () =>
        pw.kafka.write(t, settings, { topicName: "t", envelope: "row", format: "raw", ...options } as never);
      expect(errorOf(write({ key: "n" }))).toMatchObject({
        code: "TP_BAD_SCHEMA",
        detail: "the format raw writes one column, not (a: str, b: bytes)",
      });
      expect(errorOf(write({ key: "a", headers: "b" })).code).toBe("TP_EXPRESSION_TYPE");
      expect(errorOf(write({ key: "a", headers: { b: t.b } })).detail).toBe(
        "the format raw writes one column, not (n: int)",
      );
      write({ key: "n", headers: { a: t.a } })();
    });
  });

  it("that nothing identifies a row", () => {
    pw.graph(() => {
      const keyed = pw.input(pw.schema({ id: pw.column({ type: "int", primaryKey: true }), n: "int" }));
      const options = { topicName: "t", envelope: "upsert" } as const;
      for (const table of [
        tableOf("a"),
        keyed.without("id"),
        keyed.reduce((c) => ({ n: pw.reducers.sum(c.n) })),
      ]) {
        const error = errorOf(() => pw.kafka.write(table as pw.Table<{ n: number }>, settings, options));
        expect(error).toMatchObject({ code: "TP_BAD_ARGUMENT", hint: 'Say it: key: "id".' });
      }
      pw.kafka.write(keyed.rename({ other: "id" }), settings, options);
      pw.kafka.write(tableOf("a"), settings, { ...options, key: "a" });
      expect(
        errorOf(() => pw.kafka.write(tableOf("a"), settings, { ...options, key: "b" } as never)).code,
      ).toBe("TP_COLUMN_UNKNOWN");
    });
  });

  it.each([
    [{ ...settings, "mesage.max.bytes": 5 }, "TP_KAFKA_UNKNOWN_SETTING", /"message\.max\.bytes"/],
    [{}, "TP_KAFKA_NO_BROKERS", /bootstrap\.servers/],
    [{ ...settings, "transactional.id": "x" }, "TP_BAD_ARGUMENT", /transactional\.id/],
  ])("that the settings will not do (%#)", (given, code, words) => {
    pw.graph(() => {
      const error = errorOf(() => pw.kafka.write(tableOf("a"), given as never, { topicName: "t" }));
      expect(error.code).toBe(code);
      expect(error.message).toMatch(words);
      expect(error.message).not.toContain("hunter2");
    });
  });

  it("that something is no table", () => {
    expect(errorOf(() => pw.kafka.write({} as never, settings, { topicName: "t" })).code).toBe(
      "TP_BAD_ARGUMENT",
    );
  });
});

describe("the producer's configuration keeps the order", () => {
  it.each([
    ["by default", {}, { "enable.idempotence": true, "enable.gapless.guarantee": true }],
    ["with acks=all", { acks: "all" }, { "enable.idempotence": true }],
    ["where acks excludes idempotence", { "request.required.acks": 1 }, { "max.in.flight": 1 }],
    ["where retries do", { retries: 0 }, { "max.in.flight": 1 }],
    ["where the user switched it off", { "enable.idempotence": false }, { "max.in.flight": 1 }],
    [
      "where the user chose both",
      { "enable.idempotence": "false", "max.in.flight": 3 },
      { "max.in.flight": 3 },
    ],
  ])("%s", (_, given, expected) => {
    const { global } = producerConf({ ...settings, ...given } as never);
    expect(global).toMatchObject(expected);
    expect(Object.keys(global).includes("enable.gapless.guarantee")).toBe("enable.idempotence" in expected);
  });

  it("takes the delivery time-out out of librdkafka's hands, by either name", () => {
    expect(producerConf(settings)).toMatchObject({
      deliveryTimeoutMs: 300_000,
      topic: { "message.timeout.ms": 0 },
    });
    const conf = producerConf({ ...settings, "delivery.timeout.ms": "5000" });
    expect(conf).toMatchObject({ deliveryTimeoutMs: 5_000, topic: { "message.timeout.ms": 0 } });
    expect(conf.topic).not.toHaveProperty(["delivery.timeout.ms"]);
    expect(producerConf({ ...settings, "message.timeout.ms": 0 }).deliveryTimeoutMs).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});
