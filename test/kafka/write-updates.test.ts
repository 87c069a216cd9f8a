/** `pw.kafka.write` through `pw.run`, on both brokers. */
import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { expect, it } from "vitest";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { writtenTo } from "../support/kafka/updates.ts";

const long = { timeout: 120_000 };
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const numbers = () => pw.schema({ n: "int" });
const quiet = { monitoring: "none" } as const;

describeOnBrokers("pw.kafka.write", ["mock", "real"], (broker) => {
  it("writes a message for each commit: the old sum goes before the new one comes", long, async () => {
    const topic = await broker.freshTopic(2);
    await pw.graph(async () => {
      const input = pw.input(numbers());
      for (const n of [0, 1, 2, 0, 3]) {
        input.insert({ n });
        input.commit();
      }
      input.close();
      const sum = input.table.reduce((c) => ({ sum: pw.reducers.sum(c.n) }));
      pw.kafka.write(sum, broker.settings, { topicName: topic, format: "json" });
      const summary = await pw.run(quiet);
      expect(summary.outputs[topic]).toMatchObject({ changes: 7, latencyMs: expect.any(Number) });
      expect(summary.outputs[topic]?.latencyMs).toBeLessThan(10_000);
    });
    const messages = await writtenTo(broker.settings, topic);
    const times = messages.map(({ rows }) => Number(rows[0]?.time));
    expect(messages.map(({ text }) => text)).toEqual([
      `[{"diff":1,"sum":0,"time":${times[0]}}]`,
      `[{"diff":-1,"sum":0,"time":${times[1]}},{"diff":1,"sum":1,"time":${times[1]}}]`,
      `[{"diff":-1,"sum":1,"time":${times[2]}},{"diff":1,"sum":3,"time":${times[2]}}]`,
      `[{"diff":-1,"sum":3,"time":${times[3]}},{"diff":1,"sum":6,"time":${times[3]}}]`,
    ]);
    expect(times.every((time, i) => i === 0 || time > (times[i - 1] ?? 0))).toBe(true);
    expect(messages.map(({ headers }) => headers["tp-commit"])).toEqual(times.map(String));
    const runs = new Set(messages.map(({ headers }) => headers["tp-run"]));
    expect(runs.size).toBe(1);
    expect([...runs][0]).toMatch(UUID4);
    expect(messages.every(({ headers }) => Object.keys(headers).length === 2)).toBe(true);
    expect(await writtenTo(broker.settings, topic, 1)).toEqual([]);
  });

  it("puts several commits into one message, and what is left at the end into the last", long, async () => {
    const topic = await broker.freshTopic(3);
    await pw.graph(async () => {
      const input = pw.input(numbers());
      for (let n = 1; n <= 8; n++) {
        input.insert({ n });
        input.commit();
      }
      input.close();
      const options = { topicName: topic, commitFrequencyInMessages: 3, flushEveryMs: 60_000, partition: 2 };
      pw.kafka.write(input.table, broker.settings, options);
      await pw.run(quiet);
    });
    const messages = await writtenTo(broker.settings, topic, 2);
    expect(messages.map(({ rows }) => rows.map(({ n }) => n))).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8],
    ]);
    expect(messages.map(({ headers }) => headers["tp-commit"])).toEqual(
      messages.map(({ rows }) => String(rows.at(-1)?.time)),
    );
  });

  it("sends a pending message after flushEveryMs", long, async () => {
    const topic = await broker.freshTopic();
    await pw.graph(async () => {
      const input = pw.input(numbers());
      pw.kafka.write(input.table, broker.settings, {
        topicName: topic,
        commitFrequencyInMessages: 1_000,
        flushEveryMs: 1_500,
      });
      const running = pw.run(quiet);
      await sleep(500);
      for (const n of [1, 2]) {
        input.insert({ n });
        input.commit();
      }
      expect(await writtenTo(broker.settings, topic)).toEqual([]);
      const deadline = performance.now() + 10_000;
      while ((await writtenTo(broker.settings, topic)).length === 0) {
        if (performance.now() > deadline) throw new Error("nothing was sent");
        await sleep(20);
      }
      input.close();
      await running;
    });
    const messages = await writtenTo(broker.settings, topic);
    expect(messages.map(({ rows }) => rows.map(({ n }) => n))).toEqual([[1, 2]]);
  });

  it("writes every type in its encoding, names in order", long, async () => {
    const topic = await broker.freshTopic();
    await pw.graph(async () => {
      const Every = pw.schema({
        zebra: "int?",
        'di"ff\n': "bool",
        diffs: "bytes",
        difa: "bigint",
        tim: "datetime",
        timf: "duration",
        Time: "float",
        nan: "float",
        infinity: "float",
        json: "json",
        ключ: "str",
        any: "any",
        ["__proto__"]: "pointer",
      });
      const input = pw.input(Every);
      const row = {
        zebra: null,
        'di"ff\n': true,
        diffs: Buffer.from([0, 255, 7]),
        difa: 2n ** 70n,
        tim: "2024-02-29T12:00:00.5Z",
        timf: 1_500,
        Time: -0,
        nan: Number.NaN,
        infinity: Number.NEGATIVE_INFINITY,
        json: { b: [1, null], a: "\u2028" },
        ключ: 'wert "π" \\ \u0001',
        any: 10n,
        ["__proto__"]: "01234567-89ab-4def-8123-456789abcdef",
      };
      input.insert(row as never);
      input.close();
      pw.kafka.write(input.table, broker.settings, { topicName: topic });
      await pw.run(quiet);
    });
    const [message] = await writtenTo(broker.settings, topic);
    const time = message?.headers["tp-commit"];
    expect(message?.text).toBe(
      `[{"Time":0,"__proto__":"01234567-89ab-4def-8123-456789abcdef","any":"10","di\\"ff\\n":true,"difa":"1180591620717411303424",` +
        `"diff":1,"diffs":"AP8H","infinity":"-Infinity","json":{"a":"\u2028","b":[1,null]},"nan":"NaN","tim":"2024-02-29T12:00:00.500Z",` +
        `"time":${time},"timf":1500,"zebra":null,"ключ":"wert \\"π\\" \\\\ \\u0001"}]`,
    );
  });

  it("sends early what would outgrow a message, and splits what does", long, async () => {
    const topic = await broker.freshTopic();
    const settings = { ...broker.settings, "message.max.bytes": "5000" };
    await pw.graph(async () => {
      const input = pw.input(pw.schema({ n: "int", text: "str" }), { appendOnly: true });
      let n = 0;
      const give = (count: number): void => {
        for (let i = 0; i < count; i++) input.insert({ n: n++, text: "x".repeat(120) });
        input.commit();
      };
      [10, 10, 10, 10, 500, 1].forEach(give);
      input.close();
      pw.kafka.write(input.table, settings, {
        topicName: topic,
        commitFrequencyInMessages: 100,
        flushEveryMs: 60_000,
      });
      await pw.run(quiet);
    });
    const messages = await writtenTo(broker.settings, topic);
    expect(messages.flatMap(({ rows }) => rows.map(({ n }) => n))).toEqual(
      Array.from({ length: 541 }, (_, i) => i),
    );
    expect(messages.slice(0, 2).map(({ rows }) => rows.length)).toEqual([20, 20]);
    const parts = messages.filter(({ headers }) => headers.part !== undefined);
    expect(parts.map(({ headers }) => headers.part)).toEqual(parts.map((_, i) => String(i + 1)));
    expect(new Set(parts.map(({ headers }) => `${headers.parts} ${headers["tp-commit"]}`))).toEqual(
      new Set([`${parts.length} ${parts[0]?.rows[0]?.time}`]),
    );
    expect(parts.flatMap(({ rows }) => rows)).toHaveLength(500);
    expect(messages.at(-1)?.rows).toHaveLength(1);
    expect(Math.max(...messages.map(({ bytes }) => bytes))).toBeLessThanOrEqual(5_000);
  });

  it("waits while the client's queue is full, losing and reordering nothing", long, async () => {
    const topic = await broker.freshTopic();
    const settings = { ...broker.settings, "queue.buffering.max.messages": 3, "linger.ms": 1 };
    const count = 300;
    await pw.graph(async () => {
      const input = pw.input(numbers(), { appendOnly: true });
      for (let n = 0; n < count; n++) {
        input.insert({ n });
        input.commit();
      }
      input.close();
      pw.kafka.write(input.table, settings, { topicName: topic });
      await pw.run(quiet);
    });
    const messages = await writtenTo(broker.settings, topic);
    expect(messages.map(({ rows }) => rows[0]?.n)).toEqual(Array.from({ length: count }, (_, n) => n));
  });

  it("has delivered everything when the run is stopped by a signal", long, async () => {
    const topic = await broker.freshTopic();
    const seen: number[] = [];
    await pw.graph(async () => {
      const input = pw.input(numbers(), { appendOnly: true });
      const stop = new AbortController();
      pw.kafka.write(input.table, broker.settings, { topicName: topic, commitFrequencyInMessages: 7 });
      pw.subscribe(input.table, { onChange: ({ row }) => seen.push(row.n) });
      const running = pw.run({ ...quiet, signal: stop.signal });
      for (let n = 0; n < 400; n++) {
        input.insert({ n });
        input.commit();
        if (n % 20 === 0) await sleep(1);
        if (n === 300) stop.abort();
        if (stop.signal.aborted) break;
      }
      expect((await running).reason).toBe("stopped");
    });
    const messages = await writtenTo(broker.settings, topic);
    expect(messages.flatMap(({ rows }) => rows.map(({ n }) => n))).toEqual(seen);
  });

  it("delivers the commits before a failure, and nothing of the one that failed", long, async () => {
    const topic = await broker.freshTopic();
    await pw.graph(async () => {
      const input = pw.input(pw.schema({ n: "int", text: "str" }));
      for (const [n, size] of [
        [1, 5],
        [2, 5],
        [3, 2_000],
        [4, 5],
      ] as const) {
        input.insert({ n, text: "x" });
        input.insert({ n, text: "x".repeat(size) });
        input.commit();
      }
      input.close();
      const settings = { ...broker.settings, "message.max.bytes": 1_500 };
      pw.kafka.write(input.table, settings, { topicName: topic, commitFrequencyInMessages: 50 });
      await expect(pw.run(quiet)).rejects.toMatchObject({ code: "TP_KAFKA_MESSAGE_TOO_LARGE" });
    });
    const messages = await writtenTo(broker.settings, topic);
    expect(messages.flatMap(({ rows }) => rows.map(({ n }) => n))).toEqual([1, 1, 2, 2]);
  });

  it("names the partitions where there is no such partition", long, async () => {
    const topic = await broker.freshTopic(3);
    await pw.graph(async () => {
      const input = pw.input(numbers());
      pw.kafka.write(input.table, broker.settings, { topicName: topic, partition: 3 });
      await expect(pw.run(quiet)).rejects.toMatchObject({
        code: "TP_BAD_ARGUMENT",
        detail: `topic ${topic} has no partition 3`,
        hint: "Its partitions are 0 to 2.",
      });
    });
  });

  it("has the broker make the topic where it does so on demand", long, async () => {
    const topic = `${await broker.freshTopic()}-made`;
    await pw.graph(async () => {
      const input = pw.input(numbers());
      input.insert({ n: 1 });
      input.close();
      pw.kafka.write(input.table, broker.settings, { topicName: topic });
      await pw.run(quiet);
    });
    expect(await writtenTo(broker.settings, topic)).toHaveLength(1);
  });
});
