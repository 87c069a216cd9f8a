/** Parts of the source that no broker shows reliably. */
import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { PartitionSlots } from "../../connectors/kafka/client/partition-slots.ts";
import { AheadPartitions } from "../../connectors/kafka/ingest/ahead-partitions.ts";
import { Consumer } from "../../connectors/kafka/ingest/consumer.ts";
import { OffsetWatch } from "../../connectors/kafka/ingest/offset-watch.ts";
import { ReadingBounds } from "../../connectors/kafka/ingest/reading-bounds.ts";
import { MetadataWriter, metadataColumn } from "../../connectors/kafka/read/metadata-column.ts";
import { StallReport } from "../../connectors/kafka/read/stall-report.ts";
import { readCell } from "../../lib/data/cell.ts";
import type { Column } from "../../lib/data/column.ts";
import { stableJson } from "../../lib/data/value.ts";
import { defaultCommitPolicy } from "../../lib/io/commit-policy.ts";
import type { PackedMessages } from "../../lib/io/parser.ts";
import { Segment } from "../../lib/io/segment.ts";

function slotsOf(count: number): PartitionSlots {
  const slots = new PartitionSlots();
  for (let i = 0; i < count; i++) slots.add("t", i);
  return slots;
}

/** Messages [slot, offset, payload], with key and header made of the payload. */
function packed(messages: readonly (readonly [number, number, string | null])[]): PackedMessages {
  const parts = messages.map(([, , text]) => Buffer.from(text ?? ""));
  let used = 0;
  const ends = Uint32Array.from(parts, (part) => {
    used += part.length;
    return used;
  });
  const bytes = Buffer.concat(parts);
  const nulls = Uint8Array.from(messages, ([, , text]) => (text === null ? 1 : 0));
  return {
    length: messages.length,
    bytes,
    ends,
    nulls,
    partitions: Int32Array.from(messages, ([slot]) => slot),
    offsets: Float64Array.from(messages, ([, offset]) => offset),
    timestamps: Float64Array.from(messages, (_, i) => 1_000 + i),
    keys: { bytes, ends, nulls },
    headers: (i) => [["h", parts[i]]],
  };
}

it("reading ends are reached by position, and what lies behind them is cut off", () => {
  const slots = slotsOf(2);
  const bounds = new ReadingBounds(slots, [5, 3]);
  slots.reached(0, 4);
  slots.reached(1, 1);
  expect([bounds.reached, bounds.lag]).toEqual([false, 3]);
  const whole = packed([[0, 3, "a"]]);
  expect(bounds.within(whole)).toBe(whole);
  slots.reached(0, 7);
  slots.reached(1, 3);
  expect([bounds.reached, bounds.lag]).toEqual([true, 0]);
  const cut = bounds.within(
    packed([
      [0, 4, "kept"],
      [0, 5, "behind"],
      [1, 1, null],
      [0, 6, "behind"],
      [1, 2, "é"],
    ]),
  );
  expect(cut.length).toBe(3);
  expect(Buffer.from(cut.bytes).toString()).toBe("kepté");
  expect([...cut.ends]).toEqual([4, 4, 6]);
  expect([...(cut.nulls ?? [])]).toEqual([0, 1, 0]);
  expect([...cut.offsets]).toEqual([4, 1, 2]);
  expect([...(cut.timestamps ?? [])]).toEqual([1_000, 1_002, 1_004]);
  expect([...(cut.keys?.ends ?? [])]).toEqual([4, 4, 6]);
  expect(cut.headers?.(2)).toEqual([["h", Buffer.from("é")]]);
});

it("a partition that stands still below the broker's first offset is found, others are not", async () => {
  const slots = slotsOf(4);
  slots.reached(0, 10);
  slots.reached(1, 10);
  slots.reached(2, 10);
  const asked: number[] = [];
  const lows = [0, 50, 0, 0];
  const watch = new OffsetWatch(
    {
      async watermarks({ partition }: { partition: number }) {
        asked.push(partition);
        return { low: lows[partition], high: 90 };
      },
      // Only partition 1 is known to have more; partition 3 has not begun.
      knownWatermarks: ({ partition }: { partition: number }) => ({
        low: 0,
        high: partition === 1 ? 90 : 10,
      }),
    } as never,
    slots,
  );
  expect([await watch.look(), asked]).toEqual([-1, []]);
  expect([await watch.look(), asked]).toEqual([1, [1]]);
  slots.reached(1, 60);
  expect([await watch.look(), asked]).toEqual([-1, [1, 2]]);
  lows[0] = 11;
  expect([await watch.look(), asked]).toEqual([0, [1, 2, 1, 0]]);
});

it("a partition is paused once it is far ahead, and resumed once", () => {
  const calls: string[] = [];
  const ahead = new AheadPartitions(
    (slot) => calls.push(`pause ${slot}`),
    (slot) => calls.push(`resume ${slot}`),
  );
  const big = "x".repeat(1 << 20);
  const batch = packed([
    [20, 0, big],
    [3, 0, big],
  ]);
  ahead.count(batch);
  ahead.note(20, true);
  ahead.note(20, true);
  for (let i = 0; i < 3; i++) ahead.count(batch);
  expect(calls).toEqual([]);
  for (let i = 0; i < 3; i++) ahead.count(batch);
  ahead.note(20, true);
  ahead.note(20, false);
  ahead.note(20, false);
  ahead.note(3, true);
  ahead.note(3, false);
  expect(calls).toEqual(["pause 20", "resume 20"]);
});

it("a stalled partition is named once for each time that it stalls", () => {
  const lines: string[] = [];
  const report = new StallReport(
    { ...defaultCommitPolicy, stallAfterMs: 2_000 },
    (slot) => `partition ${slot}`,
    (line) => lines.push(line),
  );
  for (const now of [0, 1_000, 2_000, 3_000]) report.look([4], now);
  report.look([], 4_000);
  for (const now of [5_000, 6_000, 7_000]) report.look([4, 5], now);
  expect(lines).toEqual([
    "the other partitions have waited 2 s for the *COMMIT* of partition 4",
    "the other partitions have waited 2 s for the *COMMIT* of partition 4",
    "the other partitions have waited 2 s for the *COMMIT* of partition 5",
  ]);
});

it("metadata cells hold stable JSON, also for several rows of a message and for messages without any", () => {
  const slots = slotsOf(2);
  const writer = new MetadataWriter(slots);
  const messages = packed([
    [1, 7, 'a"\u0001'],
    [0, 7, "rejected"],
    [0, 8, null],
  ]);
  const segment = new Segment([metadataColumn], [true]);
  segment.rows.endRow(1, 7, 0);
  segment.rows.endRow(1, 7, 1);
  writer.write(messages, segment, 0, 2);
  segment.rows.endRow(0, 8, 0);
  writer.write(messages, segment, 2, 3);
  const column = segment.rows.finish()[0] as Column;
  const cells = [0, 1, 2].map((row) => readCell(column, metadataColumn.type, row));
  expect(cells).toEqual([
    {
      topic: "t",
      partition: 1,
      offset: 7,
      timestamp: 1_000,
      key: 'a"\u0001',
      headers: [{ name: "h", value: 'a"\u0001' }],
    },
    {
      topic: "t",
      partition: 1,
      offset: 7,
      timestamp: 1_000,
      key: 'a"\u0001',
      headers: [{ name: "h", value: 'a"\u0001' }],
    },
    { topic: "t", partition: 0, offset: 8, timestamp: 1_002, key: null, headers: [{ name: "h", value: "" }] },
  ]);
  if (column.layout !== "text") throw new Error("a json cell is text");
  const text = Buffer.from(column.bytes.subarray(column.starts[0], column.ends[0])).toString();
  expect(text).toBe(stableJson(cells[0]));
});

it("a request is made again while a leader is elected, and not where that is no help", async () => {
  const answers = [6, 5, null, 29, null];
  class FakeConsumer extends EventEmitter {
    queryWatermarkOffsets(
      _topic: string,
      _partition: number,
      _ms: number,
      done: (...args: unknown[]) => void,
    ): void {
      const code = answers.shift();
      if (code === null) done(null, { lowOffset: 1, highOffset: 2 });
      else done({ code, message: "Broker: no" });
    }
  }
  const settings = { "bootstrap.servers": "b:1" };
  const options = { partitionEnds: false, plugin: null };
  const consumer = new Consumer({ KafkaConsumer: FakeConsumer } as never, settings, options);
  expect(await consumer.watermarks({ topic: "t", partition: 0 })).toEqual({ low: 1, high: 2 });
  await expect(consumer.watermarks({ topic: "t", partition: 0 })).rejects.toMatchObject({
    code: "TP_KAFKA_AUTHORIZATION",
    detail: "no",
  });
  expect(answers).toEqual([null]);
});
