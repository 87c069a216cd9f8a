import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { TowpathError } from "../../lib/errors.ts";
import { partitionCount } from "../support/kafka/clients.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import {
  openAll,
  type SampleReader,
  samples,
  takeSamples,
  testChannel,
} from "../support/kafka/test-channel.ts";

describeOnBrokers("channels", ["mock", "real"], (broker) => {
  it("deal records round robin to the members of a group, also over several writes and openings", async () => {
    const { group, writer } = testChannel(broker.settings);
    const readers = group(5);
    const first = writer();
    await openAll(...readers, first);
    for (let i = 0; i < 100; i += 7) await first.write(samples(i, Math.min(100, i + 7)));
    await first.flush();
    const taken = await Promise.all(readers.map((reader) => takeSamples(reader, 20)));
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
    const rest = await Promise.all(readers.map((reader) => takeSamples(reader)));
    expect(rest.map((list) => list.length + 20)).toEqual([34, 33, 33, 33, 33]);
    expect(rest.flat().sort((a, b) => a - b)).toEqual(samples(100, 166).map(({ n }) => n));
  }, 60_000);

  it("know how far behind a reader is", async () => {
    const { reader, writer } = testChannel(broker.settings);
    const [r, w] = [reader(), writer()];
    await openAll(r, w);
    await w.write(samples(0, 50));
    await w.flush();
    expect(await r.lag()).toBe(50);
    expect(await takeSamples(r, 50)).toHaveLength(50);
    expect([await r.lag(), r.position]).toEqual([0, 50]);
    await w.write(samples(50, 75));
    await w.flush();
    expect(await r.lag()).toBe(25);
  }, 60_000);

  it("go on behind what was committed, and refuse to commit what was not read", async () => {
    const { reader, writer } = testChannel(broker.settings);
    const [first, w] = [reader(), writer()];
    await openAll(first, w);
    await w.write(samples(0, 20));
    await w.flush();
    expect(await takeSamples(first, 10)).toHaveLength(10);
    for (const offset of [11, -1, 1.5]) {
      await expect(first.commit(offset)).rejects.toMatchObject({ code: "TP_BAD_ARGUMENT" });
    }
    await first.commit(5);
    await first.close();
    const second = reader();
    await second.open();
    expect(second.position).toBe(5);
    expect(await takeSamples(second, 3)).toEqual([5, 6, 7]);
    await second.commit();
    await second.close();
    const third = reader();
    await third.open();
    expect(third.position).toBe(8);
    await third.close();
    const again = reader({ startFrom: "beginning" });
    await again.open();
    expect(await takeSamples(again, 20)).toEqual(samples(0, 20).map(({ n }) => n));
  }, 60_000);

  it("give each group the whole signal, in order, and let several writers write", async () => {
    const { group, writer } = testChannel(broker.settings);
    const mean = group(2, { group: "mean", writers: 2 });
    const [max] = group(1, { group: "max", writers: 2 });
    const writers = ["left", "right"].map((name) => writer({ name, readers: ["mean", "max"] }));
    await openAll(...mean, max as SampleReader, ...writers);
    await Promise.all(
      writers.map(async (end, i) => {
        for (let from = 0; from < 100; from += 10) {
          await end.write(samples(1_000 * i + from, 1_000 * i + from + 10));
        }
        await end.close();
      }),
    );
    const [even, odd, all] = await Promise.all([...mean, max as SampleReader].map((one) => takeSamples(one)));
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
    const { group, writer } = testChannel(broker.settings);
    const [first, second, third] = group(3) as [SampleReader, SampleReader, SampleReader];
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

  it("go through a life in order: ready, writing, flushed, read, closed, and again", async () => {
    const { reader, writer } = testChannel(broker.settings);
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
    expect(await takeSamples(r)).toEqual([2, 3]);
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
    expect(await takeSamples(next)).toEqual([5]);
  }, 60_000);

  it("give what is left, and the end, to a reader that comes when its writer has long closed", async () => {
    const { reader, writer } = testChannel(broker.settings);
    const first = reader();
    const w = writer();
    await openAll(first, w);
    await w.write(samples(0, 10));
    await w.close();
    expect(await takeSamples(first, 4)).toEqual([0, 1, 2, 3]);
    await first.commit();
    await first.close(new Error("it broke"));
    const second = reader();
    await second.open();
    expect(await takeSamples(second)).toEqual([4, 5, 6, 7, 8, 9]);
  }, 60_000);

  it("iterate, and count a record as dealt with when the next one is asked for", async () => {
    const { reader, writer } = testChannel(broker.settings);
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
    const { name, reader, writer } = testChannel(broker.settings);
    const [r, w] = [reader(), writer({ name: "sensor" })];
    await openAll(r, w);
    await w.write(samples(0, 10));
    await w.flush();
    expect(await takeSamples(r, 5)).toHaveLength(5);
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
    expect(await takeSamples(back)).toEqual(samples(5, 12).map(({ n }) => n));
  }, 60_000);

  it("know a writer's own records among those of others when it comes back", async () => {
    const { reader, writer } = testChannel(broker.settings);
    const r = reader({ writers: 2 });
    const [other, first] = [writer({ name: "other" }), writer({ name: "sensor" })];
    await openAll(r, other, first);
    for (let from = 0; from < 60; from += 10) {
      await other.write(samples(1_000 + 10 * from, 1_100 + 10 * from));
      await first.write(samples(from, from + 10));
      // Some heartbeats pass, with which it takes note of where the partition ends.
      await sleep(100);
    }
    await first.flush();
    await first.close(new Error("it broke"));
    const second = writer({ name: "sensor" });
    await second.open();
    expect(second.written).toBe(60);
    await second.write(samples(60, 70));
    await Promise.all([second.close(), other.close()]);
    await r.close(new Error("it lost a writer"));
    const back = reader({ writers: 2 });
    await back.open();
    const taken = await takeSamples(back);
    expect(taken.filter((n) => n < 1_000)).toEqual(samples(0, 70).map(({ n }) => n));
    expect(taken.filter((n) => n >= 1_000)).toEqual(samples(1_000, 1_600).map(({ n }) => n));
  }, 60_000);

  it("send all records or none", async () => {
    const { reader, writer } = testChannel(broker.settings);
    const [r, w] = [reader(), writer()];
    await openAll(r, w);
    await w.write([{ n: 1 }]);
    const bad = [{ n: 2 }, { n: "x" as unknown as number }, { n: 3 }];
    await expect(w.write(bad)).rejects.toThrow(/TP_OUTPUT_VALUE.*record 2 of 3/);
    await w.write([{ n: 4 }]);
    await w.close();
    expect(await takeSamples(r)).toEqual([1, 4]);
  }, 60_000);

  it("close at any time", async () => {
    const { reader, writer } = testChannel(broker.settings);
    const [never, early, waiting, w] = [reader(), reader(), reader(), writer()];
    await never.close();
    const opening = early.open().catch((error: TowpathError) => error.code);
    await early.close();
    await opening;
    const writing = w.open().catch((error: TowpathError) => error.code);
    await sleep(300);
    await w.close();
    expect(await writing).toBe("TP_CLOSED");
    await waiting.open();
    const taking = waiting.take(1);
    await waiting.close();
    expect(await taking).toBe(null);
  }, 60_000);
});
