/** What messages become in a table: formats, bad messages, metadata. */
import * as pw from "towpath";
import { expect, it } from "vitest";
import { produce } from "../support/kafka/clients.ts";
import { send } from "../support/kafka/packed-consumer.ts";
import { describeIngests, readAll, valuesOf } from "../support/kafka/reading.ts";

const COMMIT = { value: "*COMMIT*", partition: 0 };

function at(partition: number, ...values: (string | Buffer | null)[]) {
  return values.map((value) => ({ value, partition }));
}

describeIngests("reading messages", ["mock", "real"], (broker) => {
  it("raw gives the bytes, null where there is no payload, and trims no marker", async () => {
    const topic = await broker.freshTopic();
    const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await produce(broker.settings, topic, [...at(0, every, null, "", " *COMMIT*"), COMMIT]);
    const { commits } = await readAll(() =>
      pw.kafka.read(broker.settings, { topicNames: [topic], format: "raw", mode: "static" }),
    );
    expect(commits.map(({ rows }) => rows)).toEqual([
      [{ data: every }, { data: null }, { data: Buffer.alloc(0) }, { data: Buffer.from(" *COMMIT*") }],
    ]);
  });

  it("raw gives text with an encoding, and refuses what is not UTF-8", async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, at(0, "grüß", Buffer.from([0xff]), "ok"));
    const make = (onError: "fail" | "skip") => () =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "raw",
        encoding: "utf8",
        mode: "static",
        onError,
      });
    expect((await readAll(make("skip"))).rows).toEqual([{ data: "grüß" }, { data: "ok" }]);
    await expect(readAll(make("fail"))).rejects.toMatchObject({
      code: "TP_ROW_BAD_ENCODING",
      where: `topic ${topic}, partition 0, offset 1`,
    });
  });

  it("csv finds its header in any partition, holding back what comes before it", async () => {
    const topic = await broker.freshTopic(3);
    await produce(broker.settings, topic, at(2, "1,one", "2,two"));
    await produce(broker.settings, topic, at(0, "3,three"));
    await produce(broker.settings, topic, at(1, "id,word", "4,four", "id,word"));
    const { commits, rows } = await readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "csv",
        schema: pw.schema({ word: "str", id: "str" }),
        mode: "static",
        commit: { marker: null },
      }),
    );
    expect(commits).toHaveLength(1);
    // The same header once more is an ordinary row.
    expect(valuesOf(rows, "word")).toEqual(["four", "one", "three", "two", "word"]);
    expect(valuesOf(rows, "id")).toEqual(["1", "2", "3", "4", "id"]);
  });

  it("csv without any header says so", async () => {
    const topic = await broker.freshTopic(2);
    await produce(broker.settings, topic, [...at(0, "1,2"), ...at(1, "3,4")]);
    const make = (header: boolean) => () =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "csv",
        valueColumns: ["a", "b"],
        csv: { header },
        mode: "static",
      });
    await expect(readAll(make(true))).rejects.toMatchObject({ code: "TP_CSV_NO_HEADER" });
    expect(valuesOf((await readAll(make(false))).rows, "b")).toEqual(["2", "4"]);
  });

  it("json takes the fields that are asked for, and a marker within text is text", async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, [
      ...at(
        0,
        '{"word":"*COMMIT*","n":1,"more":[{}]}',
        '[{"word":"a"},{"word":"b","n":null}]',
        "\t*COMMIT* ",
      ),
      ...at(0, '{"word":"late"}'),
    ]);
    const { commits, logs } = await readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "json",
        schema: pw.schema({ word: "str", n: "int?" }),
        mode: "static",
      }),
    );
    expect(commits.map(({ rows }) => rows)).toEqual([
      [
        { word: "*COMMIT*", n: 1 },
        { word: "a", n: null },
        { word: "b", n: null },
      ],
    ]);
    expect(logs.join()).toContain("1 rows after the last commit marker were left out");
  });

  it("json without a schema gives what the message holds", async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, at(0, '{"v":1.5}', '{"v":"t"}', '{"v":{"x":[true,null]}}'));
    const { rows } = await readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "json",
        valueColumns: ["v"],
        mode: "static",
      }),
    );
    expect(rows).toEqual([{ v: 1.5 }, { v: "t" }, { v: { x: [true, null] } }]);
  });

  it("bad messages fail the run, or are skipped, and are told by place", async () => {
    const topic = await broker.freshTopic(2);
    await produce(broker.settings, topic, at(1, '{"n":1}', '{"n":', null, '{"n":"x"}', "{}", '{"n":2}'));
    const make = (onError: "fail" | "skip") => () =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "json",
        schema: pw.schema({ n: "int" }),
        mode: "static",
        onError,
      });
    const { rows, logs, done } = await readAll(make("skip"));
    expect(rows).toEqual([{ n: 1 }, { n: 2 }]);
    expect(Object.values((await done).sources)[0]).toMatchObject({ rows: 2, rejected: 4 });
    const skipped = logs.filter((line) => line.includes("skipped a message"));
    expect(skipped.map((line) => /TP_\w+/.exec(line)?.[0])).toEqual([
      "TP_ROW_BAD_JSON",
      "TP_ROW_NULL",
      "TP_ROW_BAD_VALUE",
      "TP_ROW_MISSING_COLUMN",
    ]);
    expect(skipped[1]).toContain(`topic ${topic}, partition 1, offset 2`);
    await expect(readAll(make("fail"))).rejects.toMatchObject({
      code: "TP_ROW_BAD_JSON",
      where: `topic ${topic}, partition 1, offset 1`,
    });
  });

  it("metadata is byte-exact", async () => {
    const topic = await broker.freshTopic(2);
    const binary = Buffer.from([0xff, 0, 0xfe]);
    await send(broker.settings, topic, [
      {
        partition: 1,
        value: Buffer.from("a"),
        key: 'k"€',
        timestamp: 1_700_000_000_123,
        headers: [{ h: "1" }, { h: "" }, { "ü\n": '"' }],
      },
      { partition: 1, value: Buffer.from("bad,bad"), key: "rejected" },
      { partition: 1, value: Buffer.from("b\nc"), key: binary, timestamp: 1_700_000_000_124 },
      { partition: 1, value: Buffer.from("d"), timestamp: 1_700_000_000_125 },
    ]);
    const { rows } = await readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "csv",
        csv: { header: false },
        valueColumns: ["v"],
        mode: "static",
        onError: "skip",
        withMetadata: true,
      }),
    );
    const place = { topic, partition: 1 };
    const binaryKey = { base64: binary.toString("base64") };
    const headers = [
      { name: "h", value: "1" },
      { name: "h", value: "" },
      { name: "ü\n", value: '"' },
    ];
    const at0 = { ...place, offset: 0, timestamp: 1_700_000_000_123, key: 'k"€', headers };
    const at2 = { ...place, offset: 2, timestamp: 1_700_000_000_124, key: binaryKey, headers: [] };
    const at3 = { ...place, offset: 3, timestamp: 1_700_000_000_125, key: null, headers: [] };
    expect(rows).toEqual([
      { v: "a", _metadata: at0 },
      { v: "b", _metadata: at2 },
      { v: "c", _metadata: at2 },
      { v: "d", _metadata: at3 },
    ]);
  });

  it("a row of nearly 1 MB comes whole", async () => {
    const topic = await broker.freshTopic();
    const text = "é".repeat(499_000);
    await produce(broker.settings, topic, at(0, '{"t":"a"}', JSON.stringify({ t: text }), '{"t":"z"}'));
    const { rows } = await readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "json",
        schema: pw.schema({ t: "str" }),
        mode: "static",
      }),
    );
    expect(rows.map(({ t }) => (t as string).length)).toEqual([1, 499_000, 1]);
    expect(rows[1]).toEqual({ t: text });
  });

  it("with a primary key a later message replaces the row", async () => {
    const topic = await broker.freshTopic();
    const marker = "*COMMIT*";
    await produce(
      broker.settings,
      topic,
      at(0, '{"id":1,"v":"a"}', '{"id":1,"v":"b"}', '{"id":2,"v":"c"}', marker, '{"v":"d","id":1}', marker),
    );
    const { commits } = await readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "json",
        schema: pw.schema({ id: pw.column({ type: "int", primaryKey: true }), v: "str" }),
        mode: "static",
      }),
    );
    expect(commits.map(({ rows }) => rows)).toEqual([
      expect.arrayContaining([
        { id: 1, v: "b" },
        { id: 2, v: "c" },
      ]),
      [
        { id: 1, v: "b", diff: -1 },
        { id: 1, v: "d" },
      ],
    ]);
  });
});
