import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import * as pw from "../../lib/index.ts";
import { consume, produce } from "../support/kafka/clients.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "towpath-pipe-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describeOnBrokers("pipes", ["mock", "real"], (broker) => {
  const uriOf = (topic: string): string => `kafka://${broker.settings["bootstrap.servers"]}/${topic}`;
  const numbers = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({ value: String(from + i), partition: 0 }));

  it("read messages one by one, with the same id whenever they are read", async () => {
    const topic = await broker.freshTopic(2);
    await produce(broker.settings, topic, [
      { value: "a", key: "k", partition: 1 },
      { value: null, partition: 1 },
      { value: "", partition: 1 },
    ]);
    const read = async (generateIds: boolean): Promise<pw.ReadMessage[]> => {
      const messages: pw.ReadMessage[] = [];
      for await (const message of pw.kafkaInput({ uri: uriOf(topic), limit: 3, generateIds }))
        messages.push(message);
      return messages;
    };
    const first = await read(true);
    expect(
      first.map(({ partition, offset, key, value }) => [
        partition,
        offset,
        key?.toString(),
        value?.toString(),
      ]),
    ).toEqual([
      [1, 0, "k", "a"],
      [1, 1, undefined, undefined],
      [1, 2, undefined, ""],
    ]);
    expect(first.every((message) => message.topic === topic && (message.timestamp ?? 0) > 1e12)).toBe(true);
    expect(first[0]?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
    expect(new Set(first.map(({ id }) => id)).size).toBe(3);
    expect((await read(true)).map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    expect((await read(false)).map(({ id }) => id)).toEqual([null, null, null]);
  });

  it("bring csv to a topic and back, with what is wrong beside it", async () => {
    const topic = await broker.freshTopic(1);
    const csv = join(folder, "in.csv");
    const failed = join(folder, "failed.jsonl");
    await writeFile(
      csv,
      `id,amount\n${Array.from({ length: 5_000 }, (_, i) => `${i},${i / 2}\n`).join("")}x,1\n`,
    );
    const Order = z.object({ id: z.coerce.number().int(), amount: z.coerce.number() });
    const report = await pw
      .pipe({
        input: pw.csvInput(csv),
        schema: Order,
        output: pw.kafkaOutput({ uri: uriOf(topic), acks: "all" }),
        errors: pw.jsonOutput(failed),
      })
      .start();
    expect(report).toMatchObject({ status: "completed", rows: 5_001, written: 5_000, errors: 1 });
    expect(JSON.parse(await readFile(failed, "utf8"))).toMatchObject({
      position: expect.stringContaining("row 5001"),
      row: { id: "x", amount: "1" },
    });
    const back = join(folder, "back.csv");
    await pw
      .pipe({
        input: pw.kafkaInput({ uri: uriOf(topic), limit: 5_000 }),
        transform: (message) => JSON.parse(String(message.value)),
        output: pw.csvOutput(back),
      })
      .start();
    const lines = (await readFile(back, "utf8")).trimEnd().split("\n");
    expect(lines).toHaveLength(5_001);
    expect([lines[0], lines[1], lines[5_000]]).toEqual(["id,amount", "0,0", "4999,2499.5"]);
  });

  it("write values of every kind that there is, and name the row of any other", async () => {
    const topic = await broker.freshTopic(2);
    const rows = [
      "text é",
      1.5,
      true,
      Buffer.from([0, 255]),
      null,
      { b: 1, a: [new Date(0)] },
      new pw.KafkaMessage({
        key: "k",
        value: 7,
        partition: 1,
        headers: [
          ["h", Buffer.from("1")],
          ["h", null],
        ],
      }),
      [1],
      new Map(),
      1n,
      undefined,
    ];
    const lines = join(folder, "rows.jsonl");
    await writeFile(lines, rows.map((_, i) => `${i}\n`).join(""));
    const errors = join(folder, "failed.jsonl");
    // undefined from the transformation leaves the row out.
    const report = await pw
      .pipe({
        input: pw.jsonInput<number>(lines),
        transform: (i) => (rows[i] === null ? new pw.KafkaMessage({ value: null }) : rows[i]),
        output: pw.kafkaOutput({ uri: `${uriOf(topic)}?partitioner=consistent` }),
        errors: pw.jsonOutput(errors),
      })
      .start();
    expect(report).toMatchObject({ written: 7, errors: 3, skipped: 1 });
    const messages: pw.ReadMessage[] = [];
    for await (const message of pw.kafkaInput({ uri: uriOf(topic), limit: 7 })) messages.push(message);
    expect(messages.map(({ value }) => value?.toString("latin1") ?? null).sort()).toEqual(
      ["text Ã©", "1.5", "true", "\0ÿ", null, '{"b":1,"a":["1970-01-01T00:00:00.000Z"]}', "7"].sort(),
    );
    const whole = messages.find(({ key }) => key?.toString() === "k");
    expect(whole).toMatchObject({
      partition: 1,
      headers: [
        ["h", Buffer.from("1")],
        ["h", null],
      ],
    });
    const reasons = (await readFile(errors, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(reasons.map(({ reason, position }) => `${position.split(",")[1]}: ${reason}`)).toEqual([
      " row 8: an array cannot be the value of a message",
      " row 9: an object of class Map cannot be the value of a message",
      " row 10: a bigint cannot be the value of a message",
    ]);
  });

  it("send a failed message on as it was, with the reason", async () => {
    const [from, to, dead] = [
      await broker.freshTopic(1),
      await broker.freshTopic(1),
      await broker.freshTopic(1),
    ];
    await produce(broker.settings, from, [{ value: "{}" }, { value: "no json", key: "k" }]);
    const failed = join(folder, "failed.jsonl");
    await produce(broker.settings, from, [{ value: Buffer.from([0xff]) }]);
    await pw
      .pipe({
        input: pw.kafkaInput({ uri: uriOf(from), limit: 3 }),
        transform: (message) => JSON.parse(String(message.value)),
        output: pw.jsonOutput(join(folder, "good.jsonl")),
        errors: pw.jsonOutput(failed),
      })
      .start();
    const rows = (await readFile(failed, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).row);
    expect(rows.map(({ offset, value }) => [offset, value])).toEqual([
      [1, "no json"],
      [2, { base64: "/w==" }],
    ]);
    await pw
      .pipe({
        input: pw.kafkaInput({ uri: uriOf(from), limit: 2 }),
        transform: (message) => JSON.parse(String(message.value)),
        output: pw.kafkaOutput({ uri: uriOf(to) }),
        errors: pw.kafkaOutput({ uri: uriOf(dead) }),
      })
      .start();
    const [letter] = await consume(broker.settings, dead, { count: 1 });
    expect([String(letter?.key), String(letter?.value)]).toEqual(["k", "no json"]);
    for await (const { headers } of pw.kafkaInput({ uri: uriOf(dead), limit: 1 })) {
      const told = Object.fromEntries(headers.map(([name, value]) => [name, String(value)]));
      expect(told["tp-position"]).toBe(`topic ${from}, partition 0, offset 1`);
      expect(told["tp-error-detail"]).toContain("JSON");
    }
  });

  // Members of a group that leave take the embedded broker its time.
  const onlyReal = broker.kind === "real" ? it : () => {};
  onlyReal("go on in a group where the last one ended, and from the start without one", async () => {
    const topic = await broker.freshTopic(1);
    await produce(broker.settings, topic, numbers(0, 100));
    const read = async (groupId: string | undefined, limit: number): Promise<number[]> => {
      const path = join(folder, "rows.jsonl");
      const uri = uriOf(topic);
      const input = pw.kafkaInput(groupId === undefined ? { uri, limit } : { uri, limit, groupId });
      const transform = ({ value }: pw.ReadMessage): unknown => Number(value);
      await pw.pipe({ input, transform, output: pw.jsonOutput(path) }).start();
      return (await readFile(path, "utf8")).trim().split("\n").map(Number);
    };
    const group = `g-${topic}`;
    const all = Array.from({ length: 100 }, (_, i) => i);
    expect(await read(group, 30)).toEqual(all.slice(0, 30));
    expect(await read(group, 50)).toEqual(all.slice(30, 80));
    expect(await read(undefined, 20)).toEqual(all.slice(0, 20));
    expect(await read(undefined, 20)).toEqual(all.slice(0, 20));
    expect(await read(group, 20)).toEqual(all.slice(80));
  });

  it("end when they are told to, also while nothing comes", async () => {
    const topic = await broker.freshTopic(1);
    await produce(broker.settings, topic, numbers(0, 10));
    const ending = new AbortController();
    const input = pw.kafkaInput({ uri: uriOf(topic) });
    const running = pw.pipe({ input, output: pw.jsonOutput(join(folder, "x.jsonl")), signal: ending.signal });
    const ended = running.start();
    await expect.poll(() => running.report.written, { timeout: 20_000 }).toBe(10);
    ending.abort();
    expect(await ended).toMatchObject({ status: "stopped", rows: 10 });
  });

  it("say what is wrong with the broker or the topic", async () => {
    const output = pw.jsonOutput(join(folder, "x.jsonl"));
    const start = (uri: string) => pw.pipe({ input: pw.kafkaInput({ uri }), output }).start();
    await expect(start("kafka://127.0.0.1:1/t")).rejects.toMatchObject({ code: "TP_KAFKA_UNREACHABLE" });
    if (broker.kind === "real")
      await expect(start(uriOf("no-such-topic"))).rejects.toMatchObject({ code: "TP_KAFKA_TOPIC_UNKNOWN" });
    for (const options of [{ limit: -1 }, { limit: 1.5 }, { groupId: "" }]) {
      expect(() => pw.kafkaInput({ uri: "kafka://h/t", ...options })).toThrow("TP_BAD_ARGUMENT");
    }
    for (const options of [{ acks: 2 as 1 }, { acks: "1" as "all" }, { timeout: 0 }]) {
      expect(() => pw.kafkaOutput({ uri: "kafka://h/t", ...options })).toThrow("TP_BAD_ARGUMENT");
    }
  });
});
