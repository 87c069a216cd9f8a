/** The envelope "upsert": each key's last row, or that it is gone. */
import { inspect } from "node:util";
import * as pw from "towpath";
import { expect, it } from "vitest";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import type { ReadMessage } from "../support/kafka/packed-consumer.ts";
import { readAll } from "../support/kafka/reading.ts";
import { headerOf, headerTexts, messagesIn } from "../support/kafka/topic-messages.ts";
import { Rng } from "../support/rng.ts";

const long = { timeout: 120_000 };
const quiet = { monitoring: "none" } as const;

/** What compaction would leave: the last value of each key. */
function compacted(messages: readonly ReadMessage[]): Map<string, unknown> {
  const rows = new Map<string, unknown>();
  for (const { key, value } of messages) {
    if (String(value) === "*COMMIT*") continue;
    if (value === null) rows.delete(String(key));
    else rows.set(String(key), JSON.parse(String(value)));
  }
  return rows;
}

describeOnBrokers("the envelope upsert", ["mock", "real"], (broker) => {
  it("writes each key once a commit: its row, or null where it is gone", long, async () => {
    const topic = await broker.freshTopic();
    await pw.graph(async () => {
      const Orders = pw.schema({ id: pw.column({ type: "int", primaryKey: true }), name: "str" });
      const input = pw.input(Orders);
      const commits: [number, string | null][][] = [
        [
          [1, "a"],
          [2, "b"],
          [3, "c"],
        ],
        [
          [1, "A"],
          [2, null],
          [4, "d"],
        ],
        [
          [4, null],
          [1, "A"],
        ],
      ];
      for (const commit of commits) {
        for (const [id, name] of commit) {
          if (name === null) input.remove({ id });
          else input.upsert({ id, name });
        }
        input.commit();
      }
      input.close();
      pw.kafka.write(input, broker.settings, { topicName: topic, envelope: "upsert" });
      await pw.run(quiet);
    });
    const messages = await messagesIn(broker.settings, topic);
    const commits = new Map<string | undefined, string[]>();
    for (const message of messages) {
      const time = headerOf(message, "tp-commit");
      const said = `${message.key}: ${message.value === null ? null : JSON.parse(String(message.value)).name}`;
      commits.set(time, [...(commits.get(time) ?? []), said]);
      expect(headerTexts(message).map(([name]) => name)).toEqual(["tp-run", "tp-commit"]);
    }
    expect([...commits.values()].map((said) => said.sort())).toEqual([
      ["1: a", "2: b", "3: c"],
      ["1: A", "2: null", "4: d"],
      ["4: null"],
    ]);
    const first = messages.find(({ key, value }) => String(key) === "1" && value !== null);
    expect(String(first?.value)).toBe('{"id":1,"name":"a"}');
  });

  it("adds up to the table, over groups and several key columns (random)", long, async () => {
    const topic = await broker.freshTopic(3);
    const seed = Date.now() % 1_000_000;
    const random = new Rng(seed);
    const words = ["", "a", "null", "5", '"q"', "{", " x", "é", "north", "true", "-1e3", "NaN"];
    let expected: string[] = [];
    await pw.graph(async () => {
      const input = pw.input(pw.schema({ word: "str?", n: "int" }));
      const counts = input
        .groupBy((c) => [c.word, c.n])
        .reduce((c) => ({ n: c.n, count: pw.reducers.count(), word: c.word }));
      const live: { word: string | null; n: number }[] = [];
      for (let commit = 0; commit < 30; commit++) {
        for (let i = random.below(20); i > 0; i--) {
          const at = random.below(live.length + 1);
          const gone = live[at];
          if (gone !== undefined && random.below(2) === 0) {
            input.remove(gone);
            live.splice(at, 1);
          } else {
            const row = {
              word: random.below(8) === 0 ? null : (words[random.below(words.length)] ?? ""),
              n: random.below(3),
            };
            input.insert(row);
            live.push(row);
          }
        }
        input.commit();
      }
      input.close();
      pw.kafka.write(counts, broker.settings, { topicName: topic, envelope: "upsert", commitMarkers: true });
      await pw.run(quiet);
      const groups = new Map<string, number>();
      for (const { word, n } of live) {
        const key = JSON.stringify({ n, word });
        groups.set(key, (groups.get(key) ?? 0) + 1);
      }
      expected = [...groups].map(([key, count]) => `${key} ${count}`).sort();
    });
    const messages = await messagesIn(broker.settings, topic, 3);
    const rows = compacted(messages) as Map<string, { count: number; n: number; word: string | null }>;
    expect([...rows].map(([key, { count }]) => `${key} ${count}`).sort(), `seed ${seed}`).toEqual(expected);
    for (const [key, { n, word }] of rows) expect(JSON.parse(key)).toEqual({ n, word });
    // No key comes twice in a commit, and nothing is without one.
    const seen = new Set<string>();
    for (const { key, partition, ...message } of messages) {
      expect(key).not.toBeNull();
      const once = `${partition} ${key} ${headerOf({ key, partition, ...message }, "tp-commit")}`;
      expect(seen.has(once), once).toBe(false);
      seen.add(once);
    }
  });

  it("ends the run where rows turn out to share a key that was given", long, async () => {
    const topic = await broker.freshTopic();
    const write = (rows: readonly [number, string][]): Promise<pw.RunSummary> =>
      pw.graph(async () => {
        const input = pw.input(pw.schema({ id: "int", name: "str" }));
        for (const [id, name] of rows) {
          input.insert({ id, name });
          input.commit();
        }
        input.close();
        pw.kafka.write(input, broker.settings, { topicName: topic, envelope: "upsert", key: "id" });
        return await pw.run(quiet);
      });
    await write([
      [1, "a"],
      [2, "b"],
    ]);
    await expect(
      write([
        [1, "c"],
        [1, "d"],
      ]),
    ).rejects.toMatchObject({ code: "TP_KEY_COLLISION" });
    const messages = await messagesIn(broker.settings, topic);
    expect(messages.map(({ key, value }) => [String(key), JSON.parse(String(value)).name])).toEqual([
      ["1", "a"],
      ["2", "b"],
      ["1", "c"],
    ]);
  });
});

describeOnBrokers("upserts", ["real"], (broker) => {
  const keys: Readonly<Record<string, readonly unknown[]>> = {
    int: [0, -7, 123, 9007199254740991],
    float: [0.5, -1e300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3],
    str: [
      "",
      "a",
      "null",
      "true",
      "NaN",
      "5",
      "-1e3",
      '"q"',
      "{",
      '{"key":"x"}',
      "[1]",
      " x",
      "x ",
      "\ufeffx",
      "é\n",
      "north",
    ],
    bool: [true, false],
    bytes: [Buffer.from([0, 255]), Buffer.from("text"), Buffer.alloc(0)],
    bigint: [0n, -5n, 12345678901234567890n],
    datetime: [0, 1_700_000_000_123, -1],
    duration: [0, 1.5, -60_000],
    pointer: ["6fa459ea-ee8a-4ca4-894e-db77e160355e"],
  };
  const types = Object.keys(keys).flatMap((type) => [type, `${type}?`]);

  it("are read back as the table, by keys of every type, one or two", long, async () => {
    for (const width of [1, 2]) {
      const topic = await broker.freshTopic(2);
      const schemas = types.map((type) => {
        const key = pw.column({ type: type as "str", primaryKey: true });
        return pw.schema(
          width === 1
            ? { key, n: "int" }
            : { key, "the other": pw.column({ type: "str", primaryKey: true }), n: "int" },
        );
      });
      const valuesOf = (type: string): unknown[] => [
        ...(keys[type.replace("?", "")] ?? []),
        ...(type.endsWith("?") ? [null] : []),
      ];
      for (const [i, type] of types.entries()) {
        const schema = schemas[i] as (typeof schemas)[number];
        const own = `${topic}-${i}`;
        const values = valuesOf(type);
        let expected: unknown[] = [];
        await pw.graph(async () => {
          const input = pw.input(schema);
          const other = (at: number) => (width === 1 ? {} : { "the other": `o${at}` });
          const row = (at: number, n: number) => ({ key: values[at], ...other(at), n }) as never;
          const key = (at: number) => ({ key: values[at], ...other(at) }) as never;
          values.forEach((_, at) => input.upsert(row(at, at)));
          input.commit();
          // Every second row goes, and every third changes.
          values.forEach((_, at) => {
            if (at % 2 === 1) input.remove(key(at));
            else if (at % 3 === 0) input.upsert(row(at, -at - 1));
          });
          input.close();
          pw.kafka.write(input, broker.settings, { topicName: own, envelope: "upsert" });
          await pw.run(quiet);
          expected = values.flatMap((value, at) =>
            at % 2 === 1 ? [] : [[value, at % 3 === 0 ? -at - 1 : at]],
          );
        });
        const back = await readAll(() =>
          pw.kafka.read(broker.settings, { topicNames: [own], format: "json", schema, mode: "static" }),
        );
        const live = back.rows.map(({ key, n }) => [key, n]);
        const sorted = (rows: unknown[]): string[] => rows.map((row) => inspect(row)).sort();
        expect(sorted(live), `${type}, ${width}`).toEqual(sorted(expected));
      }
    }
  });
});
