import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import { expect, it, onTestFinished } from "vitest";
import * as pw from "../../lib/index.ts";
import { connect, disconnect, partitionCount } from "../support/kafka/clients.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";

const schema = { type: "record", name: "Sample", fields: [{ name: "n", type: "int" }] } as const;
type Sample = pw.ChannelRecord<typeof schema>;
type Reader = pw.KafkaChannelReader<Sample>;
type Writer = pw.KafkaChannelWriter<Sample>;
type ReaderOptions = Omit<pw.ChannelReaderOptions<typeof schema>, "uri" | "schema">;
type WriterOptions = Omit<pw.ChannelWriterOptions<typeof schema>, "uri" | "schema">;

/** Short enough for tests, long enough for a machine that is busy. */
const lively = { heartbeatMs: 200, deadAfterMs: 20_000 };
const samples = (from: number, to: number): Sample[] =>
  Array.from({ length: to - from }, (_, i) => ({ n: from + i }));

describeOnBrokers("channels", ["mock", "real"], (broker) => {
  /** A channel of its own, and what is opened there; all is closed when the test is over. */
  function channel() {
    const name = `c-${randomUUID()}`;
    const uri = `kafka://${broker.settings["bootstrap.servers"]}/${name}`;
    const ends: (Reader | Writer)[] = [];
    onTestFinished(async () => {
      await Promise.all(ends.map((end) => end.close(new Error("the test is over")).catch(() => {})));
    });
    const keep = <End extends Reader | Writer>(end: End): End => {
      ends.push(end);
      return end;
    };
    return {
      name,
      uri,
      reader: (options: ReaderOptions = {}) => keep(pw.channelReader({ uri, schema, ...lively, ...options })),
      writer: (options: WriterOptions = {}) => keep(pw.channelWriter({ uri, schema, ...lively, ...options })),
      group: (of: number, options: ReaderOptions = {}) =>
        Array.from({ length: of }, (_, index) =>
          keep(pw.channelReader({ uri, schema, ...lively, index, of, ...options })),
        ),
    };
  }

  const openAll = (...ends: readonly (Reader | Writer)[]) => Promise.all(ends.map((end) => end.open()));

  /** Takes so many, or all until the end. */
  async function take(reader: Reader, count = Number.POSITIVE_INFINITY): Promise<number[]> {
    const taken: number[] = [];
    while (taken.length < count) {
      const records = await reader.take(Math.min(1_000, count - taken.length));
      if (records === null) break;
      taken.push(...records.map(({ n }) => n));
    }
    return taken;
  }

  it("deal records round robin to the members of a group, also over several writes and openings", async () => {
    const { group, writer } = channel();
    const readers = group(5);
    const first = writer();
    await openAll(...readers, first);
    for (let i = 0; i < 100; i += 7) await first.write(samples(i, Math.min(100, i + 7)));
    await first.flush();
    const taken = await Promise.all(readers.map((reader) => take(reader, 20)));
    expect(taken.map((list) => list.length)).toEqual([20, 20, 20, 20, 20]);
    taken.forEach((list, member) => {
      expect(list).toEqual(samples(0, 20).map(({ n }) => 5 * n + member));
    });
    expect(first.written).toBe(100);
    await first.write(samples(100, 133));
    await first.close();
    const second = writer();
    await second.open();
    expect(second.written).toBe(133);
    await second.write(samples(133, 166));
    await second.close();
    const rest = await Promise.all(readers.map((reader) => take(reader)));
    expect(rest.map((list) => list.length + 20)).toEqual([34, 33, 33, 33, 33]);
    expect(rest.flat().sort((a, b) => a - b)).toEqual(samples(100, 166).map(({ n }) => n));
  }, 60_000);

  it("know how far behind a reader is", async () => {
    const { reader, writer } = channel();
    const [r, w] = [reader(), writer()];
    await openAll(r, w);
    await w.write(samples(0, 50));
    await w.flush();
    expect(await r.lag()).toBe(50);
    expect(await take(r, 50)).toHaveLength(50);
    expect([await r.lag(), r.position]).toEqual([0, 50]);
    await w.write(samples(50, 75));
    await w.flush();
    expect(await r.lag()).toBe(25);
  }, 60_000);

  it("go on behind what was committed, and refuse to commit what was not read", async () => {
    const { reader, writer } = channel();
    const [first, w] = [reader(), writer()];
    await openAll(first, w);
    await w.write(samples(0, 20));
    await w.flush();
    expect(await take(first, 10)).toHaveLength(10);
    for (const offset of [11, -1, 1.5]) {
      await expect(first.commit(offset)).rejects.toMatchObject({ code: "TP_BAD_ARGUMENT" });
    }
    await first.commit(5);
    await first.close();
    const second = reader();
    await second.open();
    expect(second.position).toBe(5);
    expect(await take(second, 3)).toEqual([5, 6, 7]);
    await second.commit();
    await second.close();
    const third = reader();
    await third.open();
    expect(third.position).toBe(8);
    await third.close();
    const again = reader({ startFrom: "beginning" });
    await again.open();
    expect(await take(again, 20)).toEqual(samples(0, 20).map(({ n }) => n));
  }, 60_000);

  it("give each group the whole signal, in order, and let several writers write", async () => {
    const { group, writer } = channel();
    const mean = group(2, { group: "mean", writers: 2 });
    const [max] = group(1, { group: "max", writers: 2 });
    const writers = ["left", "right"].map((name) => writer({ name, readers: ["mean", "max"] }));
    await openAll(...mean, max as Reader, ...writers);
    await Promise.all(
      writers.map(async (end, i) => {
        for (let from = 0; from < 100; from += 10) {
          await end.write(samples(1_000 * i + from, 1_000 * i + from + 10));
        }
        await end.close();
      }),
    );
    const [even, odd, all] = await Promise.all([...mean, max as Reader].map((one) => take(one)));
    const both = [...samples(0, 100), ...samples(1_000, 1_100)].map(({ n }) => n);
    expect([...(even as number[]), ...(odd as number[])].sort((a, b) => a - b)).toEqual(both);
    expect([...(all as number[])].sort((a, b) => a - b)).toEqual(both);
    for (const list of [even, odd, all] as number[][]) {
      for (const of of [0, 1]) {
        const ofOne = list.filter((n) => Math.floor(n / 1_000) === of);
        expect(ofOne).toEqual([...ofOne].sort((a, b) => a - b));
      }
    }
  }, 60_000);

  it("hold writers back until every reader is ready", async () => {
    const { group, writer } = channel();
    const [first, second, third] = group(3) as [Reader, Reader, Reader];
    const writers = [writer({ name: "a" }), writer({ name: "b" })];
    let opened = 0;
    const opening = Promise.all(writers.map((end) => end.open().then(() => opened++)));
    await first.open();
    await third.open();
    await sleep(1_000);
    expect(opened).toBe(0);
    await expect(writers[0]?.write([{ n: 1 }])).rejects.toMatchObject({ code: "TP_CLOSED" });
    await second.open();
    await opening;
    expect(opened).toBe(2);
  }, 60_000);

  it("name whom a writer waits for when its time is up", async () => {
    const { group, writer } = channel();
    const early = writer({ openTimeoutMs: 1_000 });
    await expect(early.open()).rejects.toThrow(
      /TP_CHANNEL_TIMEOUT: it was not open within 1000 ms: it waits for readers, group reader \(any member\)/,
    );
    const [first] = group(3);
    await first?.open();
    const late = writer({ openTimeoutMs: 1_500 });
    await expect(late.open()).rejects.toThrow(/waits for readers, group reader \(member 1, 2 of 3\)/);
  }, 60_000);

  it("go through a life in order: ready, writing, flushed, read, closed, and again", async () => {
    const { reader, writer } = channel();
    const r = reader();
    const w = writer();
    await expect(r.take(1)).rejects.toMatchObject({ code: "TP_CLOSED" });
    const opening = w.open();
    await r.open();
    await opening;
    const taking = r.take(10);
    let isTaken = false;
    void taking.then(() => {
      isTaken = true;
    });
    await sleep(300);
    expect(isTaken).toBe(false);
    await w.write([{ n: 1 }]);
    expect(await taking).toEqual([{ n: 1 }]);
    await w.write([{ n: 2 }, { n: 3 }]);
    await w.close();
    await w.close();
    await expect(w.write([{ n: 4 }])).rejects.toMatchObject({ code: "TP_CLOSED" });
    expect(await take(r)).toEqual([2, 3]);
    expect(await r.take(1)).toBe(null);
    await r.commit();
    await r.close();
    await r.close();
    await expect(r.take(1)).rejects.toMatchObject({ code: "TP_CLOSED" });
    // What is over for a reader does not end it when it comes again.
    const next = reader();
    const nextWriter = writer();
    await openAll(next, nextWriter);
    await nextWriter.write([{ n: 5 }]);
    await nextWriter.close();
    expect(await take(next)).toEqual([5]);
  }, 60_000);

  it("give what is left, and the end, to a reader that comes when its writer has long closed", async () => {
    const { reader, writer } = channel();
    const first = reader();
    const w = writer();
    await openAll(first, w);
    await w.write(samples(0, 10));
    await w.close();
    expect(await take(first, 4)).toEqual([0, 1, 2, 3]);
    await first.commit();
    await first.close(new Error("it broke"));
    const second = reader();
    await second.open();
    expect(await take(second)).toEqual([4, 5, 6, 7, 8, 9]);
  }, 60_000);

  it("iterate, and count a record as dealt with when the next one is asked for", async () => {
    const { reader, writer } = channel();
    const w = writer();
    const opening = w.open().then(() => w.write(samples(0, 10)));
    const seen: number[] = [];
    const broken = (async () => {
      for await (const { n } of reader()) {
        seen.push(n);
        if (n === 3) throw new Error("cannot deal with 3");
      }
    })();
    await expect(broken).rejects.toThrow("cannot deal with 3");
    await opening;
    await w.close();
    for await (const { n } of reader()) seen.push(n);
    expect(seen).toEqual([0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9]);
  }, 60_000);

  it("end a reader whose writer fails, say why, and keep everything for the next time", async () => {
    const { name, reader, writer } = channel();
    const [r, w] = [reader(), writer({ name: "sensor" })];
    await openAll(r, w);
    await w.write(samples(0, 10));
    await w.flush();
    expect(await take(r, 5)).toHaveLength(5);
    await r.commit();
    await w.close(new Error("the sensor was unplugged"));
    await expect
      .poll(() => r.take(1).catch((error: Error) => error.message), { timeout: 10_000 })
      .toMatch(
        /TP_CHANNEL_PEER: writer sensor failed: the sensor was unplugged \(.*it had written 10 records/,
      );
    await r.close();
    expect(await partitionCount(broker.settings, `${name}.reader`)).toBe(1);
    const [back, again] = [reader(), writer({ name: "sensor" })];
    await openAll(back, again);
    expect(again.written).toBe(10);
    await again.write(samples(10, 12));
    await again.close();
    // What it had taken when it heard of the failure was not committed.
    expect(await take(back)).toEqual(samples(5, 12).map(({ n }) => n));
  }, 60_000);

  it("notice that a writer is dead by its silence", async () => {
    const { reader, writer } = channel();
    const r = reader({ deadAfterMs: 1_500 });
    // Its heartbeat is so slow that it looks dead.
    const w = writer({ heartbeatMs: 60_000, deadAfterMs: 120_000 });
    await openAll(r, w);
    await expect(r.take(1)).rejects.toThrow(
      /TP_CHANNEL_PEER: writer writer is not heard of any more: its last sign came \d+ s ago/,
    );
  }, 60_000);

  it("send all records or none", async () => {
    const { reader, writer } = channel();
    const [r, w] = [reader(), writer()];
    await openAll(r, w);
    await w.write([{ n: 1 }]);
    const bad = [{ n: 2 }, { n: "x" as unknown as number }, { n: 3 }];
    await expect(w.write(bad)).rejects.toThrow(/TP_OUTPUT_VALUE.*record 2 of 3/);
    await w.write([{ n: 4 }]);
    await w.close();
    expect(await take(r)).toEqual([1, 4]);
  }, 60_000);

  it("refuse other partitions and other schemas, name both sides, and change nothing", async () => {
    const { name, uri, reader, writer, group } = channel();
    const [r, w] = [reader(), writer()];
    await openAll(r, w);
    await w.write(samples(0, 3));
    await w.flush();
    const before = await topics();
    const [, other] = group(2);
    await expect(other?.open()).rejects.toThrow(
      `TP_CHANNEL_PARTITIONS: topic ${name}.reader has 1 partitions, and this reader is one of a group of 2`,
    );
    const float = { type: "record", name: "Sample", fields: [{ name: "n", type: "float" }] } as const;
    const misfit = pw.channelWriter({ uri, schema: float, name: "other", ...lively });
    await expect(misfit.open()).rejects.toThrow(
      /TP_CHANNEL_SCHEMA: writer other has the schema .*"float".*, but reader reader, member 0 of 1 has .*"int"/,
    );
    await expect(take(r, 10)).rejects.toThrow(
      /TP_CHANNEL_SCHEMA: reader reader, member 0 of 1 has the schema .*"int".*, but writer other has .*"float"/,
    );
    expect(await topics()).toEqual(before);
    await r.close();
    const annotated = JSON.stringify({ doc: "as text", ...schema, aliases: ["Old"] }, null, 2);
    const agreeing = pw.channelReader({ uri, schema: annotated, startFrom: "beginning", ...lively });
    await agreeing.open();
    expect(await agreeing.take(1)).toEqual([{ n: 0 }]);
    await agreeing.close();
  }, 60_000);

  it("let nobody take a place that is taken", async () => {
    const { reader, writer } = channel();
    const [r, w] = [reader(), writer()];
    await openAll(r, w);
    await expect(reader().open()).rejects.toThrow(
      /TP_CHANNEL_TAKEN: reader reader, member 0 of 1 is there already/,
    );
    await expect(writer().open()).rejects.toThrow(/TP_CHANNEL_TAKEN: writer writer is there already/);
    await w.write([{ n: 1 }]);
    expect(await take(r, 1)).toEqual([1]);
    const twins = [reader({ group: "twins" }), reader({ group: "twins" })];
    const ends = await Promise.allSettled(twins.map((twin) => twin.open()));
    expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  }, 60_000);

  it("close at any time", async () => {
    const { reader, writer } = channel();
    const [never, early, waiting, w] = [reader(), reader(), reader(), writer()];
    await never.close();
    const opening = early.open().catch((error: pw.TowpathError) => error.code);
    await early.close();
    await opening;
    const writing = w.open().catch((error: pw.TowpathError) => error.code);
    await sleep(300);
    await w.close();
    expect(await writing).toBe("TP_CLOSED");
    await waiting.open();
    const taking = waiting.take(1);
    await waiting.close();
    expect(await taking).toBe(null);
  }, 60_000);

  async function topics(): Promise<string[]> {
    const client = new rdkafka.Producer({ ...broker.settings });
    await connect(client);
    const metadata = await new Promise<rdkafka.Metadata>((resolve, reject) => {
      client.getMetadata({ allTopics: true, timeout: 10_000 }, (error, data) =>
        error ? reject(new Error(error.message)) : resolve(data),
      );
    });
    await disconnect(client);
    return metadata.topics.map((topic) => `${topic.name} ${topic.partitions.length}`).sort();
  }
});
