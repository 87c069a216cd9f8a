/** Format "updates": what `pw.kafka.write` wrote comes back as the table that it was, commit by commit. */
import * as pw from "towpath";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { Table } from "../../lib/table/table.ts";
import type { TestBroker } from "../support/kafka/describe-on-brokers.ts";
import { produceExactly } from "../support/kafka/produce-exactly.ts";
import { type Commit, describeIngests, readAll, startReading } from "../support/kafka/reading.ts";
import { writtenTo } from "../support/kafka/updates.ts";

const Words = pw.schema({ word: "str", n: "int" });

interface Message {
  /** "+a1@2 -b2@2": word, n and time. */
  readonly text: string;
  readonly run?: string;
  readonly part?: readonly [number, number];
  readonly partition?: number;
}

function record(text: string): object {
  const [, sign, word, n, time] = /^([+-])(\w)(\d)@(\d+)$/.exec(text) ?? [];
  return { diff: sign === "+" ? 1 : -1, n: Number(n), time: Number(time), word };
}

async function send(broker: TestBroker, topic: string, messages: readonly Message[]): Promise<void> {
  const exact = messages.map(({ text, run, part, partition = 0 }) => {
    const isUpdates = /^[+-]/.test(text);
    const headers: [string, string][] = run === undefined ? [] : [["tp-run", run]];
    if (part !== undefined) headers.push(["part", `${part[0]}`], ["parts", `${part[1]}`]);
    return {
      value: Buffer.from(isUpdates ? JSON.stringify(text.split(" ").map(record)) : text),
      headers: headers.map(([name, value]) => [name, Buffer.from(value)] as const),
      partition,
    };
  });
  await produceExactly(broker.settings, topic, exact);
}

function words(broker: TestBroker, topic: string, more: Partial<pw.kafka.ReadOptions> = {}) {
  return () =>
    pw.kafka.read(broker.settings, {
      topicNames: [topic],
      format: "updates",
      schema: Words,
      mode: "static",
      name: "words",
      ...more,
    } as pw.kafka.ReadOptions & { format: "updates"; schema: typeof Words });
}

/** "-a1 +b2", deletions first, then by word. */
function shown(commits: readonly Commit[]): string[] {
  return commits.map(({ rows }) =>
    rows
      .map(({ word, n, diff }) => `${diff === -1 ? "-" : "+"}${word}${n}`)
      .sort((a, b) => (a[0] === b[0] ? (a < b ? -1 : 1) : a[0] === "-" ? -1 : 1))
      .join(" "),
  );
}

describeIngests("updates", ["mock", "real"], (broker) => {
  it("read back as the commits that were written, several in a message", async () => {
    const topic = await broker.freshTopic();
    await pw.graph(async () => {
      const orders = pw.input(pw.schema({ word: "str" }));
      const counts = orders.groupBy((c) => c.word).reduce((c) => ({ word: c.word, n: pw.reducers.count() }));
      pw.kafka.write(counts, broker.settings, { topicName: topic, commitFrequencyInMessages: 3 });
      for (const commit of ["a b", "a", "c c a", "b"]) {
        for (const word of commit.split(" ")) orders.insert({ word });
        orders.commit();
      }
      orders.close();
      await pw.run({ monitoring: "none" });
    });
    expect((await writtenTo(broker.settings, topic)).length).toBe(2);
    const { commits } = await readAll(words(broker, topic, { primaryKey: ["word"] }));
    expect(shown(commits)).toEqual(["+a1 +b1", "-a1 +a2", "-a2 +a3 +c2", "-b1 +b2"]);
  });

  it("that many messages hold become visible together", async () => {
    const topic = await broker.freshTopic();
    const settings = { ...broker.settings, "message.max.bytes": "1000" };
    await pw.graph(async () => {
      const rows = pw.input(Words);
      pw.kafka.write(rows, settings, { topicName: topic });
      for (let n = 0; n < 200; n++) rows.insert({ word: "a", n });
      rows.commit();
      for (let n = 0; n < 150; n++) rows.remove({ word: "a", n });
      rows.commit();
      rows.close();
      await pw.run({ monitoring: "none" });
    });
    const written = await writtenTo(broker.settings, topic);
    expect(written.filter(({ headers }) => headers.parts !== undefined).length).toBeGreaterThan(10);
    const { commits } = await readAll(words(broker, topic));
    expect(commits.map(({ rows }) => rows.length)).toEqual([200, 150]);
  });

  it("over runs, replays, parts of a dead run, markers and messages of others", async () => {
    const topic = await broker.freshTopic();
    await send(broker, topic, [
      { text: "+a1@2", run: "r" },
      { text: "*COMMIT*" },
      { text: "+b1@4 +c1@6", run: "r" },
      { text: "+b1@4", run: "r" },
      { text: "+x1@8", run: "r", part: [1, 2] },
      { text: "+a1@2 +d1@2", run: "s" },
      { text: "+y1@8", run: "r", part: [2, 2] },
      { text: "value" },
      { text: "-z9@4", run: "s" },
      { text: "+e1@4", run: "s", part: [1, 2] },
      { text: "-a1@4", run: "s", part: [2, 2] },
      { text: "+f1@6", run: "s", part: [1, 2] },
    ]);
    const { commits, logs } = await readAll(words(broker, topic, { onError: "skip" }));
    expect(shown(commits)).toEqual(["+a1", "+b1", "+c1", "-b1 -c1 +d1", "-a1 +e1"]);
    const place = (offset: number): string => `(topic ${topic}, partition 0, offset ${offset})`;
    expect(logs).toEqual([
      `words: a commit that had been read already came again and was left out ${place(3)}`,
      `words: a commit was left out, 1 rows: 1 of its 2 parts had come, then another commit came ${place(4)}`,
      `words: the writer began anew: its first commit replaces 3 rows ${place(5)}`,
      `words: a message of the run r was left out, because a newer run has taken its place: do two programs write to this topic? ${place(6)}`,
      `words: skipped a message: TP_ROW_BAD_UPDATES: \`value\` is no array of updates ${place(7)}`,
      `words: skipped a message: TP_ROW_ABSENT: the row with word="z", n=9 is taken back and is not there ${place(8)}`,
      `words: a commit was left out, 1 rows: 1 of its 2 parts had come, then the topic ends there ${place(11)}`,
    ]);
  });

  it("of several partitions and topics are histories of their own", async () => {
    const [topic, other] = [await broker.freshTopic(2), await broker.freshTopic(1)];
    await send(broker, topic, [
      { text: "+a1@2", run: "r", partition: 0 },
      { text: "+a1@2", run: "s", partition: 1 },
      { text: "+b1@2", run: "t", partition: 1 },
    ]);
    await send(broker, other, [{ text: "+a1@2" }, { text: "-a1@4" }]);
    const { rows } = await readAll(words(broker, topic, { topicNames: [topic, other] }));
    const totals = new Map<unknown, number>();
    for (const { word, diff = 1 } of rows) totals.set(word, (totals.get(word) ?? 0) + Number(diff));
    expect([...totals].sort()).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
  });

  it("end the run at a message that is none, naming its place and what to do", async () => {
    const topic = await broker.freshTopic();
    await send(broker, topic, [{ text: "+a1@2", run: "r" }, { text: "value" }]);
    await expect(readAll(words(broker, topic))).rejects.toThrow(
      `TP_ROW_BAD_UPDATES: \`value\` is no array of updates (topic ${topic}, partition 0, offset 1). Have nobody but pw.kafka.write, with its envelope "updates", write to this topic, or set onError: "skip" to leave such messages out.`,
    );
  });

  it("that begin in the middle of a history say where to read from", async () => {
    const topic = await broker.freshTopic();
    await send(broker, topic, [{ text: "+a1@2", run: "r" }]);
    const reading = startReading(words(broker, topic, { startFrom: "latest", mode: "streaming" }));
    const deadline = performance.now() + 15_000;
    let failure: unknown;
    reading.done.catch((error: unknown) => {
      failure = error;
    });
    for (let time = 4; failure === undefined && performance.now() < deadline; time += 2) {
      await send(broker, topic, [{ text: `-a1@${time} +b1@${time}`, run: "r" }]);
    }
    await expect(reading.done).rejects.toThrow(/TP_ROW_ABSENT.*Read from the earliest message \(startFrom/);
  });
});

describeIngests("updates", ["real"], (broker) => {
  it("that are rejected go to a dead letter topic, with all parts of their commit", async () => {
    const [topic, letters] = [await broker.freshTopic(), await broker.freshTopic()];
    await send(broker, topic, [
      { text: "+a1@2", run: "r" },
      { text: "+b1@4", run: "r", part: [1, 2] },
      { text: "-z1@4", run: "r", part: [2, 2] },
      { text: "+c1@6", run: "r" },
    ]);
    const { commits } = await readAll(words(broker, topic, { onError: { deadLetter: letters } }));
    expect(shown(commits)).toEqual(["+a1", "+c1"]);
    const sent = await writtenTo(broker.settings, letters);
    expect(sent.map(({ text, headers }) => [text, headers.part, headers["tp-offset"]])).toEqual([
      ['[{"diff":-1,"n":1,"time":4,"word":"z"}]', "2", "2"],
      ['[{"diff":1,"n":1,"time":4,"word":"b"}]', "1", "1"],
    ]);
  });

  it("have the keys that the writer's table has, with includeKey", async () => {
    const topic = await broker.freshTopic();
    const keys: string[] = [];
    await pw.graph(async () => {
      const rows = pw.input(Words);
      pw.kafka.write(rows, broker.settings, { topicName: topic, includeKey: true });
      pw.subscribe(rows, { onChange: ({ key }) => keys.push(key) });
      for (const word of ["a", "a", "b"]) rows.insert({ word, n: 1 });
      rows.commit();
      rows.close();
      await pw.run({ monitoring: "none" });
    });
    const read: string[] = [];
    await pw.graph(async () => {
      pw.subscribe(words(broker, topic)(), { onChange: ({ key }) => read.push(key) });
      await pw.run({ monitoring: "none" });
    });
    expect(read.sort()).toEqual(keys.sort());
    expect(new Set(keys).size).toBe(3);
  });
});

describe("options", () => {
  const settings = { "bootstrap.servers": "127.0.0.1:1" };
  const readWith = (more: object): (() => unknown) => {
    const options = { topicNames: ["t"], format: "updates", schema: Words, ...more };
    return () => pw.graph(() => pw.kafka.read(settings, options as never));
  };

  it.each([
    [
      { commit: { marker: "x" } },
      /format "updates" has no option commit.marker .*Its commits are those that were/,
    ],
    [{ commit: { everyMs: 5 } }, /format "updates" has no option commit.everyMs/],
    [{ commit: { maxPendingRows: 0 } }, /commit.maxPendingRows is not a number above 0/],
    [{ withMetadata: true }, /withMetadata cannot be true/],
    [{ session: "insert" }, /format "updates" has no option "session"/],
    [
      { schema: pw.schema({ diff: "int" }) },
      /TP_COLUMN_RESERVED: format "updates" has a field "diff" of its own/,
    ],
    [{ schema: undefined }, /format "updates" needs columns/],
  ])("%o", (more, message) => {
    expect(readWith(more)).toThrow(message);
  });

  it("give typed columns", () => {
    const options = { topicNames: ["t"], format: "updates" } as const;
    const named = pw.graph(() => pw.kafka.read(settings, { ...options, valueColumns: ["a"] }));
    expectTypeOf(named).toEqualTypeOf<Table<{ a: unknown }>>();
    const typed = pw.graph(() =>
      pw.kafka.read(settings, { ...options, schema: Words, commit: { maxPendingRows: 5 } }),
    );
    expectTypeOf(typed).toEqualTypeOf<Table<{ word: string; n: number }>>();
    const marked = (): unknown =>
      pw.graph(() =>
        // @ts-expect-error: its messages hold whole commits
        pw.kafka.read(settings, { ...options, schema: Words, commit: { marker: "x" } }),
      );
    expect(marked).toThrow();
  });
});
