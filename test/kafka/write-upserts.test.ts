/** The envelope "upsert": each key's last row, or that it is gone. */
import * as pw from "towpath";
import { expect, it } from "vitest";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import type { ReadMessage } from "../support/kafka/packed-consumer.ts";
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
