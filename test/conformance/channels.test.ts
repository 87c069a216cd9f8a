/** The laws of lib/channels/ends.ts, for every kind of channel. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChannelReader, ChannelWriter } from "../../lib/channels/ends.ts";
import { type ChannelPlace, channelKinds, type Signal } from "../support/channel-kinds.ts";

const signals = (count: number, from = 0): Signal[] =>
  Array.from({ length: count }, (_, i) => ({ at: from + i, value: `v${from + i}` }));

const openAll = (...ends: readonly { open(): Promise<void> }[]): Promise<unknown> =>
  Promise.all(ends.map((end) => end.open()));

async function takeAll(reader: ChannelReader<Signal>, max = 1_000): Promise<Signal[]> {
  const taken: Signal[] = [];
  for (let some = await reader.take(max); some !== null; some = await reader.take(max)) {
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThanOrEqual(max);
    taken.push(...some);
  }
  return taken;
}

async function takeExactly(reader: ChannelReader<Signal>, count: number): Promise<Signal[]> {
  const taken: Signal[] = [];
  while (taken.length < count) taken.push(...((await reader.take(count - taken.length)) ?? []));
  return taken;
}

async function finish(...ends: readonly (ChannelReader<Signal> | ChannelWriter<Signal>)[]): Promise<void> {
  for (const end of ends) await end.close();
}

describe.each(channelKinds)("a channel of kind $name", { timeout: 60_000 }, ({ open }) => {
  let place: ChannelPlace;
  let channels = 0;
  const next = (): string => `laws-${channels++}`;

  beforeAll(async () => {
    place = await open();
  }, 60_000);
  afterAll(async () => place?.[Symbol.asyncDispose]());

  it("hands over records in order, and ends when its writer has", async () => {
    const channel = next();
    const [reader, writer] = [place.reader(channel), place.writer(channel)];
    await openAll(reader, writer);
    await writer.write(signals(3));
    await writer.write(signals(4, 3));
    await writer.close();
    expect(await takeAll(reader, 2)).toEqual(signals(7));
    expect(await reader.take(1)).toBe(null);
    await reader.close();
  });

  it("divides records among the members of a group, one after the other, over all writes", async () => {
    const channel = next();
    const readers = [0, 1, 2].map((index) => place.reader(channel, { index, of: 3 }));
    const writer = place.writer(channel);
    await openAll(writer, ...readers);
    await writer.write(signals(2));
    await writer.write(signals(8, 2));
    await writer.close();
    const shares = await Promise.all(readers.map((reader) => takeAll(reader)));
    expect(shares.map((share) => share.map(({ at }) => at))).toEqual([
      [0, 3, 6, 9],
      [1, 4, 7],
      [2, 5, 8],
    ]);
    await finish(...readers);
  });

  it("gives each group all records, and each writer's in their order", async () => {
    const channel = next();
    const readers = ["mean", "max"].map((group) => place.reader(channel, { group, writers: 2 }));
    const writers = ["a", "b"].map((name) => place.writer(channel, { name, readers: ["mean", "max"] }));
    await openAll(...readers, ...writers);
    for (let i = 0; i < 5; i++) {
      for (const [w, writer] of writers.entries()) await writer.write([{ at: i, value: "ab"[w] }]);
    }
    await finish(...writers);
    for (const reader of readers) {
      const taken = await takeAll(reader);
      for (const name of ["a", "b"])
        expect(taken.filter(({ value }) => value === name).map(({ at }) => at)).toEqual([0, 1, 2, 3, 4]);
      expect(taken).toHaveLength(10);
    }
    await finish(...readers);
  });

  it("opens a writer when every reader is there, and not before", async () => {
    const channel = next();
    const [first, second] = [0, 1].map((index) => place.reader(channel, { index, of: 2 }));
    const writer = place.writer(channel);
    await first.open();
    let isOpen = false;
    const opening = writer.open().then(() => {
      isOpen = true;
    });
    await sleep(300);
    expect(isOpen).toBe(false);
    await second.open();
    await opening;
    await finish(writer, first, second);
  });

  it("gives up waiting for readers, and names those that are missing", async () => {
    const channel = next();
    const reader = place.reader(channel, { group: "mean", index: 1, of: 2 });
    await reader.open();
    const writer = place.writer(channel, { readers: ["mean"], openTimeoutMs: 1_500 });
    await expect(writer.open()).rejects.toMatchObject({
      code: "TP_CHANNEL_TIMEOUT",
      message: expect.stringMatching(/mean.*member 0.*of 2/),
    });
    await finish(writer, reader);
  });

  it("goes on behind what was committed, and counts as that only what had been given by then", async () => {
    const channel = next();
    const [reader, writer] = [place.reader(channel), place.writer(channel)];
    await openAll(reader, writer);
    await writer.write(signals(5));
    expect(await takeExactly(reader, 5)).toEqual(signals(5));
    const taking = reader.take(10);
    await reader.commit();
    await writer.write(signals(3, 5));
    await taking;
    await reader.close();
    const again = place.reader(channel);
    await again.open();
    await writer.close();
    expect(await takeAll(again)).toEqual(signals(3, 5));
    await again.commit();
    await again.close();
    const fromStart = place.reader(channel, { startFrom: "beginning" });
    await fromStart.open();
    expect(await takeExactly(fromStart, 8)).toEqual(signals(8));
    await fromStart.close();
  });

  it("says how many records wait", async () => {
    const channel = next();
    const [reader, writer] = [place.reader(channel), place.writer(channel)];
    await openAll(reader, writer);
    await writer.write(signals(50));
    await writer.flush();
    expect(await reader.lag()).toBe(50);
    await takeExactly(reader, 20);
    expect(await reader.lag()).toBe(30);
    await takeExactly(reader, 30);
    expect(await reader.lag()).toBe(0);
    await finish(writer, reader);
  });

  it("ends a take that waits when its reader is closed, and closes again", async () => {
    const channel = next();
    const [reader, writer] = [place.reader(channel), place.writer(channel)];
    await openAll(reader, writer);
    const taking = reader.take(1);
    await reader.close();
    expect(await taking).toBe(null);
    await finish(reader, writer, writer);
  });

  it("ends an opening that waits when its writer is closed", async () => {
    const writer = place.writer(next());
    const opening = writer.open();
    opening.catch(() => {});
    await sleep(50);
    await writer.close();
    await expect(opening).rejects.toMatchObject({ code: "TP_CLOSED" });
  });

  it("tells readers which writer failed and why, and lets both go on", async () => {
    const channel = next();
    const [reader, writer] = [place.reader(channel), place.writer(channel, { name: "sensor" })];
    await openAll(reader, writer);
    await writer.write(signals(3));
    await writer.flush();
    expect(await takeExactly(reader, 3)).toEqual(signals(3));
    await reader.commit();
    await writer.close(new Error("the wire broke"));
    const failed = takeAll(reader);
    await expect(failed).rejects.toMatchObject({
      code: "TP_CHANNEL_PEER",
      message: expect.stringMatching(/sensor.*the wire broke/),
    });
    await reader.close();
    const [second, back] = [place.reader(channel), place.writer(channel, { name: "sensor" })];
    await openAll(second, back);
    await back.write(signals(2, 3));
    await back.close();
    expect(await takeAll(second)).toEqual(signals(2, 3));
    await second.close();
  });

  it("goes on round robin where a writer of the name has ended", async () => {
    const channel = next();
    const readers = [0, 1].map((index) => place.reader(channel, { index, of: 2 }));
    const writer = place.writer(channel);
    await openAll(writer, ...readers);
    await writer.write(signals(3));
    await writer.close();
    await Promise.all(readers.map((reader) => takeAll(reader)));
    for (const reader of readers) await reader.commit();
    await finish(...readers);
    const later = [0, 1].map((index) => place.reader(channel, { index, of: 2, writers: 1 }));
    const again = place.writer(channel);
    await openAll(again, ...later);
    await again.write(signals(2, 3));
    await again.close();
    expect(await takeAll(later[1])).toEqual(signals(1, 3));
    expect(await takeAll(later[0])).toEqual(signals(1, 4));
    await finish(...later);
  });

  it("writes all of some records or none, and refuses what has no schema", async () => {
    const channel = next();
    const [reader, writer] = [place.reader(channel), place.writer(channel)];
    await openAll(reader, writer);
    const bad = { at: 1, value: () => "no record" } as unknown as Signal;
    await expect(writer.write([...signals(1), bad])).rejects.toMatchObject({ code: "TP_OUTPUT_VALUE" });
    await writer.write(signals(2));
    await writer.close();
    expect(await takeAll(reader)).toEqual(signals(2));
    await reader.close();
    expect(() => place.reader(channel, { schema: "" })).toThrow(/schema/);
  });

  it("names both sides where they have different schemas", async () => {
    const channel = next();
    const other = '{"type":"record","name":"Signal","fields":[{"name":"at","type":"int"}]}';
    const reader = place.reader(channel);
    await reader.open();
    const writer = place.writer(channel, { schema: other });
    await expect(writer.open()).rejects.toMatchObject({
      code: "TP_CHANNEL_SCHEMA",
      message: expect.stringMatching(/writer.*reader|reader.*writer/s),
    });
    await finish(writer, reader);
  });

  it("refuses a second of a name, and another number of members", async () => {
    const channel = next();
    const [reader, writer] = [place.reader(channel), place.writer(channel)];
    await openAll(reader, writer);
    const second = [place.reader(channel), place.writer(channel)] as const;
    await expect(second[0].open()).rejects.toMatchObject({ code: "TP_CHANNEL_TAKEN" });
    await expect(second[1].open()).rejects.toMatchObject({ code: "TP_CHANNEL_TAKEN" });
    const third = place.reader(channel, { index: 1, of: 2 });
    await expect(third.open()).rejects.toMatchObject({ code: "TP_CHANNEL_PARTITIONS" });
    await writer.write(signals(1));
    await writer.close();
    expect(await takeAll(reader)).toEqual(signals(1));
    await finish(...second, third, reader);
  });
});
