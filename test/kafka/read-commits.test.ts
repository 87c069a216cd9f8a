/** When rows become visible: markers and their scopes, time, number, the ends of runs. */
import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { expect, it } from "vitest";
import { produce } from "../support/kafka/clients.ts";
import type { TestBroker } from "../support/kafka/describe-on-brokers.ts";
import { describeIngests, readAll, startReading, valuesOf } from "../support/kafka/reading.ts";

const COMMIT = "*COMMIT*";

function at(partition: number, ...values: string[]) {
  return values.map((value) => ({ value, partition }));
}

function reader(broker: TestBroker, topic: string, options: Partial<pw.kafka.ReadOptions> = {}) {
  return () =>
    pw.kafka.read(broker.settings, {
      topicNames: [topic],
      format: "raw",
      encoding: "utf8",
      ...options,
    } as { topicNames: string[]; format: "raw"; encoding: "utf8" });
}

describeIngests("commits", ["mock", "real"], (broker) => {
  it("scope connector: a marker commits what came from all partitions", async () => {
    const topic = await broker.freshTopic(2);
    const reading = startReading(reader(broker, topic));
    await produce(broker.settings, topic, at(0, "a", "b"));
    await produce(broker.settings, topic, at(1, "c"));
    await sleep(300);
    expect(reading.commits).toEqual([]);
    // Again and again, because partitions arrive in any order.
    while (reading.rows.length < 3) {
      await produce(broker.settings, topic, at(1, COMMIT));
      await reading.until(({ commits }) => commits.length > 0);
    }
    await produce(broker.settings, topic, at(1, "pending"));
    await sleep(300);
    const summary = await reading.stop();
    expect(valuesOf(reading.rows, "data")).toEqual(["a", "b", "c"]);
    expect(summary).toMatchObject({ reason: "stopped", sources: { [topic]: { pending: 1, rows: 4 } } });
    expect(reading.logs.filter((line) => line.includes('scope: "aligned"'))).toHaveLength(1);
  });

  it("scope partition: a marker commits its own partition", async () => {
    const topic = await broker.freshTopic(3);
    await Promise.all([
      produce(broker.settings, topic, at(0, "a", COMMIT, "lost")),
      produce(broker.settings, topic, at(1, "b1", "b2", COMMIT, "b3", COMMIT)),
      produce(broker.settings, topic, at(2, "lost too")),
    ]);
    const { commits, logs } = await readAll(
      reader(broker, topic, { mode: "static", commit: { scope: "partition" } }),
    );
    const values = commits.map(({ rows }) => valuesOf(rows, "data").join());
    expect(values.sort()).toEqual(["a", "b1,b2", "b3"]);
    expect(logs.join()).not.toContain("aligned");
  });

  it("scope aligned: the n-th commit is the n-th segment of every partition", async () => {
    const topics = [await broker.freshTopic(2), await broker.freshTopic(1)];
    await Promise.all([
      produce(broker.settings, topics[0], at(0, "a1", COMMIT, "a2", COMMIT, "a3", COMMIT)),
      produce(broker.settings, topics[0], at(1, "b1", COMMIT, "b2", "b2'", COMMIT, COMMIT)),
      produce(broker.settings, topics[1], at(0, COMMIT, "c2", COMMIT, "c3", COMMIT, "c4")),
    ]);
    const { commits } = await readAll(() =>
      pw.kafka.read(broker.settings, {
        topicNames: topics,
        format: "raw",
        encoding: "utf8",
        mode: "static",
        commit: { scope: "aligned" },
      }),
    );
    expect(commits.map(({ rows }) => valuesOf(rows, "data"))).toEqual([
      ["a1", "b1"],
      ["a2", "b2", "b2'", "c2"],
      ["a3", "c3"],
    ]);
  });

  it("scope aligned: a tail that is committed holds every segment that is left", async () => {
    const topic = await broker.freshTopic(2);
    await produce(broker.settings, topic, [...at(0, "a1", COMMIT, "a2", COMMIT, "a3"), ...at(1, "b1")]);
    const read = (tail: "auto" | "commit") =>
      readAll(reader(broker, topic, { mode: "static", commit: { scope: "aligned", tail } }));
    const { rows } = await read("commit");
    expect(valuesOf(rows, "data")).toEqual(["a1", "a2", "a3", "b1"]);
    const auto = await read("auto");
    expect(auto.commits).toEqual([]);
    expect(auto.logs.join()).toContain("4 rows after the last commit marker were left out");
  });

  it("scope aligned: a partition that stalls is named, also one that is empty", async () => {
    const topic = await broker.freshTopic(2);
    await produce(broker.settings, topic, at(0, "a", COMMIT));
    const reading = startReading(reader(broker, topic, { commit: { scope: "aligned", stallAfterMs: 500 } }));
    await reading.until(({ logs }) => logs.some((line) => line.includes(`topic ${topic}, partition 1`)));
    expect(reading.commits).toEqual([]);
    await produce(broker.settings, topic, at(1, COMMIT));
    await reading.until(({ rows }) => rows.length === 1);
    await reading.stop();
  });

  it("everyMs commits what waits, without a further message", async () => {
    const topic = await broker.freshTopic();
    const reading = startReading(reader(broker, topic, { commit: { everyMs: 150 } }));
    await produce(broker.settings, topic, at(0, "a", "b"));
    await reading.until(({ rows }) => rows.length === 2);
    await produce(broker.settings, topic, at(0, "c"));
    await reading.until(({ rows }) => rows.length === 3);
    await reading.stop();
  });

  it("everyRows commits each n rows, and markers still commit", async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, at(0, "1", "2", "3", "4", "5", COMMIT, "6", "7", "8"));
    const { commits } = await readAll(
      reader(broker, topic, { mode: "static", commit: { everyRows: 2, tail: "commit" } }),
    );
    expect(commits.map(({ rows }) => rows.map(({ data }) => data))).toEqual([
      ["1", "2"],
      ["3", "4"],
      ["5"],
      ["6", "7"],
      ["8"],
    ]);
  });

  it("streaming goes on, drops what waits at its end, and the next run reads it again", async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, at(0, "a", COMMIT, "b"));
    const first = startReading(reader(broker, topic));
    await first.until(({ rows }) => rows.length === 1);
    await first.stop();
    await produce(broker.settings, topic, at(0, COMMIT));
    const second = startReading(reader(broker, topic));
    await second.until(({ rows }) => rows.length === 2);
    await second.stop();
    expect(first.rows).toEqual([{ data: "a" }]);
    expect(second.rows).toEqual([{ data: "a" }, { data: "b" }]);
  });

  it("a static topic without any marker is committed whole, unless the tail is dropped", async () => {
    const topic = await broker.freshTopic(2);
    await produce(broker.settings, topic, [...at(0, "a"), ...at(1, "b")]);
    const committed = await readAll(reader(broker, topic, { mode: "static" }));
    expect(committed.commits.map(({ rows }) => valuesOf(rows, "data"))).toEqual([["a", "b"]]);
    const dropped = await readAll(reader(broker, topic, { mode: "static", commit: { tail: "drop" } }));
    expect(dropped.commits).toEqual([]);
    expect(dropped.logs.join()).toContain("2 rows after the last commit marker were left out");
  });

  it("an empty static topic ends at once", async () => {
    const topic = await broker.freshTopic(3);
    const { commits, done } = await readAll(reader(broker, topic, { mode: "static" }));
    expect(commits).toEqual([]);
    expect(await done).toMatchObject({ reason: "ended", commits: 0, sources: { [topic]: { lag: 0 } } });
  });

  it("more pending rows than allowed fail the run", async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, at(0, "1", "2", "3", "4"));
    await expect(
      readAll(reader(broker, topic, { mode: "static", commit: { maxPendingRows: 3 } })),
    ).rejects.toMatchObject({ code: "TP_COMMIT_TOO_LARGE" });
  });
});

describeIngests("slow commits", ["real"], (broker) => {
  it("rows that wait for a marker are told after 10 s", { timeout: 30_000 }, async () => {
    const topic = await broker.freshTopic();
    await produce(broker.settings, topic, at(0, "1", "2", "3"));
    const reading = startReading(reader(broker, topic));
    await reading.until(({ logs }) => logs.some((line) => line.includes("3 rows have waited 10 s")), 15_000);
    await reading.stop();
    expect(reading.commits).toEqual([]);
  });

  it("scope aligned: a partition far ahead is paused, and loses nothing", { timeout: 60_000 }, async () => {
    const topic = await broker.freshTopic(2);
    const text = "x".repeat(50_000);
    const segments = 60;
    const ahead = Array.from({ length: segments }, (_, i) => at(0, `${i}a${text}`, `${i}b${text}`, COMMIT));
    await produce(broker.settings, topic, ahead.flat());
    const reading = startReading(reader(broker, topic, { commit: { scope: "aligned" } }));
    await sleep(1_500);
    expect(reading.commits).toEqual([]);
    const behind = Array.from({ length: segments }, (_, i) => at(1, `${i}c`, COMMIT));
    await produce(broker.settings, topic, behind.flat());
    await reading.until(({ commits }) => commits.length === segments, 30_000);
    const summary = await reading.stop();
    expect(
      reading.commits.map(({ rows }) => valuesOf(rows, "data").map((v) => String(v).slice(0, 3))),
    ).toEqual(
      Array.from({ length: segments }, (_, i) =>
        [`${i}a`, `${i}b`, `${i}c`].map((v, j) => (j === 2 ? v : `${v}xx`.slice(0, 3))),
      ),
    );
    expect(summary.sources[topic]).toMatchObject({ lag: 0, pending: 0 });
  });

  it("scope aligned: a static source reads what is far ahead of a partition that has ended", {
    timeout: 60_000,
  }, async () => {
    const topic = await broker.freshTopic(2);
    const text = "x".repeat(50_000);
    const ahead = Array.from({ length: 180 }, (_, i) => at(0, `${i}a${text}`, COMMIT));
    await produce(broker.settings, topic, [...at(1, "c"), ...ahead.flat()]);
    const { rows } = await readAll(
      reader(broker, topic, { mode: "static", commit: { scope: "aligned", tail: "commit" } }),
    );
    expect(rows.length).toBe(181);
  });
});
