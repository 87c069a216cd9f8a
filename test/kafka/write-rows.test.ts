/** The envelope "row": a message for each change, with its key, headers, topic and markers. */
import * as pw from "towpath";
import { describe, expect, it } from "vitest";
import { describeOnBrokers, type TestBroker } from "../support/kafka/describe-on-brokers.ts";
import type { ReadMessage } from "../support/kafka/packed-consumer.ts";
import { readAll } from "../support/kafka/reading.ts";
import {
  headerOf,
  headerTexts,
  messagesIn,
  murmur2,
  partitionForKey,
} from "../support/kafka/topic-messages.ts";

const long = { timeout: 120_000 };
const quiet = { monitoring: "none" } as const;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const json = ({ value }: ReadMessage): Record<string, unknown> => JSON.parse(String(value));

async function failureOf(run: Promise<unknown>): Promise<pw.TowpathError> {
  const error: unknown = await run.then(
    () => new Error("the run did not fail"),
    (caught: unknown) => caught,
  );
  if (error instanceof pw.TowpathError) return error;
  throw error;
}

describe("Java's partitioner", () => {
  it.each([
    // org.apache.kafka.common.utils.UtilsTest.testMurmur2
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
    ["abc", 479470107],
  ])("hashes %s as the tests say", (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });
});

/** Writes commits of rows: the second and later ones replace rows of the same id. */
async function writeCommits(
  settings: TestBroker["settings"],
  commits: readonly (readonly { id: number; name: string | null }[])[],
  options: Record<string, unknown>,
): Promise<void> {
  await pw.graph(async () => {
    const Rows = pw.schema({ id: pw.column({ type: "int", primaryKey: true }), name: "str?" });
    const input = pw.input(Rows);
    for (const rows of commits) {
      for (const row of rows) input.upsert(row);
      input.commit();
    }
    input.close();
    pw.kafka.write(input, settings, options as never);
    await pw.run(quiet);
  });
}

const sixty = Array.from({ length: 60 }, (_, id) => ({ id, name: `n${id}` }));

describeOnBrokers("the envelope row", ["mock", "real"], (broker) => {
  it("sends each change under the row's key, where Java would, deletions first", long, async () => {
    const topic = await broker.freshTopic(4);
    await writeCommits(broker.settings, [sixty, [{ id: 7, name: "new" }]], {
      topicName: topic,
      envelope: "row",
    });
    const messages = await messagesIn(broker.settings, topic, 4);
    expect(messages).toHaveLength(62);
    for (const message of messages) {
      const key = message.key ?? Buffer.alloc(0);
      expect(key.toString()).toMatch(UUID);
      expect(message.partition).toBe(partitionForKey(key, 4));
    }
    expect(new Set(messages.map(({ partition }) => partition)).size).toBe(4);
    const seventh = messages.filter((message) => json(message).id === 7);
    expect(seventh.map(json).map(({ name, diff }) => [name, diff])).toEqual([
      ["n7", 1],
      ["n7", -1],
      ["new", 1],
    ]);
    expect(new Set(seventh.map(({ key }) => String(key))).size).toBe(1);
    const [, gone] = seventh;
    const time = String(json(gone as ReadMessage).time);
    expect(String(gone?.value)).toBe(`{"diff":-1,"id":7,"name":"n7","time":${time}}`);
    const run = headerOf(gone as ReadMessage, "tp-run");
    expect(run).toMatch(UUID);
    expect(headerTexts(gone as ReadMessage)).toEqual([
      ["tp-run", run],
      ["tp-commit", time],
      ["diff", "-1"],
      ["time", time],
    ]);
    expect(new Set(messages.map((message) => headerOf(message, "tp-run")))).toEqual(new Set([run]));
  });

  it("says equal rows one by one", long, async () => {
    const topic = await broker.freshTopic();
    await pw.graph(async () => {
      const t = pw.debug.tableFromMarkdown("| n\n1 | 5\n2 | 6");
      pw.kafka.write(t.concatReindex(t), broker.settings, { topicName: topic, envelope: "row", key: "n" });
      await pw.run(quiet);
    });
    const messages = await messagesIn(broker.settings, topic);
    expect(messages.map(({ key }) => String(key)).sort()).toEqual(["5", "5", "6", "6"]);
    expect(messages.every((message) => json(message).diff === 1)).toBe(true);
  });

  it("takes the key from a column, an expression or several, and null as none", long, async () => {
    const rows = [
      { id: 1, name: "a" },
      { id: 2, name: null },
      { id: 3, name: "" },
    ];
    const cases: [unknown, (string | null)[]][] = [
      ["name", ["a", null, ""]],
      ["id", ["1", "2", "3"]],
      [
        ["id", "name"],
        ['{"id":1,"name":"a"}', '{"id":2,"name":null}', '{"id":3,"name":""}'],
      ],
      [(c: { id: pw.Column<number, "id"> }) => c.id.mul(10).toStr(), ["10", "20", "30"]],
    ];
    for (const [key, expected] of cases) {
      const topic = await broker.freshTopic();
      await writeCommits(broker.settings, [rows], { topicName: topic, envelope: "row", key });
      const messages = await messagesIn(broker.settings, topic);
      expect(messages.map((message) => message.key?.toString() ?? null)).toEqual(expected);
      expect(messages.map((message) => Object.keys(json(message)).join())).toEqual(
        Array.from({ length: 3 }, () => "diff,id,name,time"),
      );
    }
  });

  it("sends headers of columns before its own: bytes as they are, null as null", long, async () => {
    const topic = await broker.freshTopic();
    const blob = Buffer.from([0, 255, 1, 0, 128]);
    await pw.graph(async () => {
      const input = pw.input(pw.schema({ blob: "bytes?", at: "datetime", flag: "bool", text: "str" }));
      input.insert({ blob, at: 1_700_000_000_123, flag: true, text: "é\0" });
      input.insert({ blob: null, at: 0, flag: false, text: "" });
      input.close();
      pw.kafka.write(input, broker.settings, {
        topicName: topic,
        envelope: "row",
        headers: (c) => ({ blob: c.blob, at: c.at, flag: c.flag, text: c.text, "the source": "tests" }),
      });
      await pw.run(quiet);
    });
    const messages = await messagesIn(broker.settings, topic);
    const found = messages
      .map(({ headers }) => headers.slice(0, 5))
      .sort((a, b) => (b[0]?.value?.length ?? 0) - (a[0]?.value?.length ?? 0));
    expect(found).toEqual([
      [
        { name: "blob", value: blob },
        { name: "at", value: Buffer.from("2023-11-14T22:13:20.123Z") },
        { name: "flag", value: Buffer.from("true") },
        { name: "text", value: Buffer.from("é\0") },
        { name: "the source", value: Buffer.from("tests") },
      ],
      [
        { name: "blob", value: null },
        { name: "at", value: Buffer.from("1970-01-01T00:00:00.000Z") },
        { name: "flag", value: Buffer.from("false") },
        { name: "text", value: Buffer.alloc(0) },
        { name: "the source", value: Buffer.from("tests") },
      ],
    ]);
    expect(
      headerTexts(messages[0] as ReadMessage)
        .slice(5)
        .map(([name]) => name),
    ).toEqual(["tp-run", "tp-commit", "diff", "time"]);
  });

  it(
    "sends the headers that a json column lists, or none, and names a row that lists none",
    long,
    async () => {
      const write = async (meta: unknown): Promise<ReadMessage[]> => {
        const topic = await broker.freshTopic();
        await pw.graph(async () => {
          const input = pw.input(pw.schema({ n: "int", meta: "json?" }));
          input.insert({ n: 1, meta } as never);
          input.close();
          pw.kafka.write(input, broker.settings, {
            topicName: topic,
            envelope: "row",
            headers: "meta",
            key: "n",
          });
          await pw.run(quiet);
        });
        return await messagesIn(broker.settings, topic);
      };
      const listed = [
        { name: "a", value: "text" },
        { name: "a", value: null },
        { name: "b", value: { base64: Buffer.from([9, 0]).toString("base64") } },
        { name: "c", value: { base64: "not base64!" } },
        { name: "d", value: [1, true] },
      ];
      const [message] = await write(listed);
      expect(message?.headers.slice(0, 5)).toEqual([
        { name: "a", value: Buffer.from("text") },
        { name: "a", value: null },
        { name: "b", value: Buffer.from([9, 0]) },
        { name: "c", value: Buffer.from('{"base64":"not base64!"}') },
        { name: "d", value: Buffer.from("[1,true]") },
      ]);
      expect(headerOf((await write({ x: 5 }))[0] as ReadMessage, "x")).toBe("5");
      expect((await write(null))[0]?.headers).toHaveLength(4);
      for (const wrong of ["text", [{ value: 1 }], [null]]) {
        const error = await failureOf(write(wrong));
        expect(error.code).toBe("TP_KAFKA_HEADERS_INVALID");
        expect(error.where).toMatch(/^row .*"n":1/);
      }
    },
  );

  it("marks each commit in every partition, behind its rows", long, async () => {
    const topic = await broker.freshTopic(3);
    const options = { topicName: topic, envelope: "row", key: "id", commitMarkers: true };
    await writeCommits(broker.settings, [sixty, [{ id: 0, name: "x" }], sixty.slice(10, 20)], options);
    const messages = await messagesIn(broker.settings, topic, 3);
    for (const partition of [0, 1, 2]) {
      const own = messages.filter((message) => message.partition === partition);
      const marks = own.filter(({ value }) => String(value) === "*COMMIT*");
      expect(marks.map(({ key }) => key)).toEqual([null, null]);
      let commit = 0;
      for (const message of own) {
        const time = headerOf(marks[commit] as ReadMessage, "tp-commit");
        expect(headerOf(message, "tp-commit")).toBe(time);
        if (message === marks[commit]) commit++;
      }
      expect(commit).toBe(2);
    }
  });

  it("is read back commit by commit, by its markers", long, async () => {
    const topic = await broker.freshTopic(3);
    const commits = [
      sixty,
      [
        { id: 0, name: "x" },
        { id: 61, name: null },
      ],
      sixty.slice(10, 20),
    ];
    const options = { topicName: topic, envelope: "row", key: "id", commitMarkers: true };
    await writeCommits(broker.settings, commits, options);
    const back = await readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "json",
        schema: pw.schema({ id: "int", name: "str?" }),
        mode: "static",
        commit: { scope: "aligned" },
      }),
    );
    const said = back.commits.map(({ rows }) => rows.map(({ id, name }) => `${id} ${name}`).sort());
    expect(said).toEqual([sixty.map(({ id, name }) => `${id} ${name}`).sort(), ["0 n0", "0 x", "61 null"]]);
  });

  it("writes csv without a header, and raw with changes in the headers", long, async () => {
    const csv = await broker.freshTopic();
    const rows = [
      { id: 1, name: 'a,"b"' },
      { id: 2, name: null },
    ];
    await writeCommits(broker.settings, [rows], {
      topicName: csv,
      envelope: "row",
      format: "csv",
      includeKey: true,
    });
    const lines = await messagesIn(broker.settings, csv);
    expect(lines.map(({ value, key }) => String(value).replace(String(key), "KEY")).sort()).toEqual([
      `1,"a,""b""",KEY,1,${headerOf(lines[0] as ReadMessage, "time")}`,
      `2,,KEY,1,${headerOf(lines[0] as ReadMessage, "time")}`,
    ]);
    const raw = await broker.freshTopic();
    await writeCommits(broker.settings, [rows], {
      topicName: raw,
      envelope: "row",
      format: "raw",
      key: "id",
    });
    const texts = await messagesIn(broker.settings, raw);
    expect(texts.map(({ value }) => value?.toString() ?? null)).toEqual(['a,"b"', null]);
    expect(texts.map((message) => headerOf(message, "diff"))).toEqual(["1", "1"]);
  });

  it("adds the row's key where it is told to", long, async () => {
    const topic = await broker.freshTopic();
    await writeCommits(broker.settings, [sixty.slice(0, 2)], {
      topicName: topic,
      envelope: "row",
      includeKey: true,
    });
    const messages = await messagesIn(broker.settings, topic);
    expect(messages.map((message) => json(message).key)).toEqual(messages.map(({ key }) => String(key)));
  });

  it("names a row that no message can hold, and sends nothing of its commit", long, async () => {
    const topic = await broker.freshTopic();
    const settings = { ...broker.settings, "message.max.bytes": "2000" };
    const large = { id: 3, name: "y".repeat(2_000) };
    const commits = [sixty.slice(0, 2), [{ id: 2, name: "" }, large]];
    const run = writeCommits(settings, commits, { topicName: topic, envelope: "row" });
    const error = await failureOf(run);
    expect(error.code).toBe("TP_KAFKA_MESSAGE_TOO_LARGE");
    expect(error.where).toMatch(/^row [0-9a-f-]{36}, \{"id":3,"name":"yyy/);
    expect(await messagesIn(broker.settings, topic)).toHaveLength(2);
  });
});
