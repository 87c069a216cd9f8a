/** The three scopes while several producers write to several partitions at once, against what the topic then holds. */
import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { expect, it } from "vitest";
import { consume, type Outgoing, produce } from "../support/kafka/clients.ts";
import type { TestBroker } from "../support/kafka/describe-on-brokers.ts";
import { type Commit, describeIngests, readAll, startReading } from "../support/kafka/reading.ts";
import { Rng, seedFrom } from "../support/rng.ts";

const COMMIT = "*COMMIT*";
const PARTITIONS = 4;
const PRODUCERS = 3;
const MESSAGES = 400;

type Scope = "connector" | "partition" | "aligned";

interface Placed {
  readonly partition: number;
  readonly value: string;
}

/** Messages of one producer: rows with few keys, all different, ends of such rows, and markers, to any partition. */
function randomMessages(rng: Rng, producer: number, withEnds: boolean): Outgoing[] {
  return Array.from({ length: MESSAGES }, (_, i) => {
    const partition = rng.below(PARTITIONS);
    const id = rng.below(9);
    if (rng.chance(0.06)) return { partition, value: COMMIT };
    if (withEnds && rng.chance(0.3)) return { partition, value: null, key: `${id}` };
    return { partition, value: JSON.stringify({ id, v: `${producer}.${i}` }) };
  });
}

/** All producers at once, each in bursts; then as many markers as close every segment of every partition. */
async function produceAll(broker: TestBroker, topic: string, rng: Rng, withEnds = false): Promise<Placed[]> {
  await Promise.all(
    Array.from({ length: PRODUCERS }, async (_, producer) => {
      const own = rng.fork();
      const messages = randomMessages(own, producer, withEnds);
      while (messages.length > 0) {
        await produce(broker.settings, topic, messages.splice(0, own.between(1, 150)));
        await sleep(own.below(30));
      }
    }),
  );
  const placed = await placedIn(broker, topic, PRODUCERS * MESSAGES);
  const markers = Array.from(
    { length: PARTITIONS },
    (_, p) => placed.filter(({ partition, value }) => partition === p && value === COMMIT).length,
  );
  const closing = markers.flatMap((count, partition) =>
    Array.from({ length: Math.max(...markers) + 1 - count }, () => ({ partition, value: COMMIT })),
  );
  await produce(broker.settings, topic, closing);
  return placedIn(broker, topic, placed.length + closing.length);
}

async function placedIn(broker: TestBroker, topic: string, count: number): Promise<Placed[]> {
  const messages = await consume(broker.settings, topic, { partitions: PARTITIONS, count });
  return messages
    .sort((a, b) => a.partition - b.partition || a.offset - b.offset)
    .map(({ partition, value, key }) => ({
      partition,
      value: value === null ? JSON.stringify({ id: Number(key), v: null }) : String(value),
    }));
}

/** The rows between the markers of each partition. */
function segmentsOf(placed: readonly Placed[]): string[][][] {
  return Array.from({ length: PARTITIONS }, (_, p) => {
    const segments: string[][] = [[]];
    for (const { partition, value } of placed) {
      if (partition !== p) continue;
      if (value === COMMIT) segments.push([]);
      else segments.at(-1)?.push(value);
    }
    return segments;
  });
}

const contents = (commits: readonly Commit[]): string[][] =>
  commits.map(({ rows }) => rows.map(({ data }) => String(data)).sort());

/** What each partition gave to each commit, in order. */
function sharesOf(commits: readonly string[][], segments: readonly string[][][]): string[][][] {
  return segments.map((own) => {
    const mine = new Set(own.flat());
    return commits.map((commit) => commit.filter((value) => mine.has(value)));
  });
}

function checkPartition(commits: string[][], segments: string[][][]): void {
  const filled = segments.map((own) => own.filter((rows) => rows.length > 0).map((rows) => [...rows].sort()));
  const shares = sharesOf(commits, segments).map((own) => own.filter((rows) => rows.length > 0));
  expect(shares).toEqual(filled);
  expect(commits.length).toBe(filled.flat().length);
}

function checkAligned(commits: string[][], segments: string[][][]): void {
  const expected = segments[0].map((_, n) => segments.flatMap((own) => own[n]).sort());
  expect(commits).toEqual(expected.filter((rows) => rows.length > 0));
}

/** Contents follow arrival; but every row comes once, in order, and never together with one beyond the next marker. */
function checkConnector(commits: string[][], segments: string[][][]): void {
  expect(commits.flat().sort()).toEqual(segments.flat(2).sort());
  for (const own of segments) {
    const place = new Map(own.flatMap((rows, n) => rows.map((value) => [value, n] as const)));
    const order = new Map(own.flat().map((value, i) => [value, i]));
    let last = -1;
    for (const commit of commits) {
      const mine = commit.filter((value) => place.has(value));
      expect(new Set(mine.map((value) => place.get(value))).size).toBeLessThanOrEqual(1);
      const positions = mine.map((value) => order.get(value) as number).sort((a, b) => a - b);
      if (positions.length === 0) continue;
      expect(positions[0]).toBe(last + 1);
      last = positions[positions.length - 1];
      expect(last).toBe(positions[0] + positions.length - 1);
    }
  }
}

const checks: Record<Scope, (commits: string[][], segments: string[][][]) => void> = {
  connector: checkConnector,
  partition: checkPartition,
  aligned: checkAligned,
};

/** The deltas of an upsert table over aligned segments, by a Map. */
function alignedDeltas(segments: readonly string[][][]): string[][] {
  const table = new Map<number, string>();
  const deltas = segments[0].map((_, n) => {
    const before = new Map(table);
    for (const value of segments.flatMap((own) => own[n])) {
      const { id, v } = JSON.parse(value) as { id: number; v: string | null };
      if (v === null) table.delete(id);
      else table.set(id, v);
    }
    return [...new Set([...before.keys(), ...table.keys()])].flatMap((id) => {
      const [old, now] = [before.get(id), table.get(id)];
      if (old === now) return [];
      return [
        ...(old === undefined ? [] : [`-1 ${id} ${old}`]),
        ...(now === undefined ? [] : [`1 ${id} ${now}`]),
      ];
    });
  });
  return deltas.filter((delta) => delta.length > 0).map((delta) => delta.sort());
}

describeIngests("scopes under concurrent producers", ["real"], (broker) => {
  const reader = (topic: string, scope: Scope, mode: "streaming" | "static") => () =>
    pw.kafka.read(broker.settings, {
      topicNames: [topic],
      format: "raw",
      encoding: "utf8",
      commit: { scope },
      mode,
    });

  it.each(["connector", "partition", "aligned"] as const)("%s", async (scope) => {
    const seed = seedFrom("TOWPATH_FUZZ_SEED");
    const topic = await broker.freshTopic(PARTITIONS);
    const reading = startReading(reader(topic, scope, "streaming"));
    const placed = await produceAll(broker, topic, new Rng(seed));
    const total = placed.filter(({ value }) => value !== COMMIT).length;
    await reading.until(({ rows }) => rows.length === total);
    await reading.stop();
    const segments = segmentsOf(placed);
    console.log(`scope ${scope}: seed ${seed}, ${total} rows in ${reading.commits.length} commits`);
    checks[scope](contents(reading.commits), segments);
    const again = await readAll(reader(topic, scope, "static"));
    checks[scope](contents(again.commits), segments);
  });

  it("aligned, with a primary key: the same changes in every run", async () => {
    const seed = seedFrom("TOWPATH_FUZZ_SEED");
    const topic = await broker.freshTopic(PARTITIONS);
    const read = (mode: "streaming" | "static") => () =>
      pw.kafka.read(broker.settings, {
        topicNames: [topic],
        format: "json",
        schema: pw.schema({ id: pw.column({ type: "int", primaryKey: true }), v: "str" }),
        commit: { scope: "aligned" },
        mode,
      });
    const reading = startReading(read("streaming"));
    const expected = alignedDeltas(segmentsOf(await produceAll(broker, topic, new Rng(seed), true)));
    await reading.until(({ commits }) => commits.length >= expected.length);
    await reading.stop();
    console.log(`aligned, with a primary key: seed ${seed}, ${expected.flat().length} changes`);
    const again = await readAll(read("static"));
    for (const { commits } of [reading, again]) {
      const deltas = commits.map(({ rows }) =>
        rows.map(({ id, v, diff = 1 }) => `${diff} ${id} ${v}`).sort(),
      );
      expect(deltas, `seed ${seed}`).toEqual(expected);
    }
  });
});
