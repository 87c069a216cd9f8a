import { describe, expect, it } from "vitest";
import { channelSchema } from "../../../../connectors/kafka/channels/channel-schema.ts";
import { GroupTarget } from "../../../../connectors/kafka/channels/group-target.ts";
import { LinkClock } from "../../../../connectors/kafka/channels/link-clock.ts";
import { Peers } from "../../../../connectors/kafka/channels/peers.ts";
import { ReadersWatch } from "../../../../connectors/kafka/channels/readers-watch.ts";
import {
  type ChannelState,
  decodeStatus,
  encodeStatus,
  type ReaderStatus,
  type WriterStatus,
} from "../../../../connectors/kafka/channels/status-record.ts";
import { WritersWatch } from "../../../../connectors/kafka/channels/writers-watch.ts";

const writer = (state: ChannelState, more: Partial<WriterStatus> = {}): WriterStatus => ({
  role: "writer",
  name: "sensor",
  readers: ["mean"],
  session: "w1",
  state,
  schema: "int",
  heartbeatMs: 2_000,
  error: state === "error" ? "it broke" : null,
  acked: 0,
  offsets: {},
  ends: null,
  ...more,
});
const reader = (index: number, state: ChannelState, more: Partial<ReaderStatus> = {}): ReaderStatus => ({
  role: "reader",
  group: "mean",
  index,
  of: 2,
  session: `r${index}`,
  state,
  schema: "int",
  heartbeatMs: 2_000,
  error: null,
  done: {},
  ...more,
});

/** A table of peers under a clock that only this test moves. */
function table() {
  const clock = { ms: 0 };
  const peers = new Peers(() => clock.ms);
  const options = { channel: "signal", reader: "reader mean", group: "mean", index: 0, schema: "int" };
  const watch = (more: { writers?: number; done?: Record<string, string> } = {}) =>
    new WritersWatch(peers, { ...options, writers: 1, deadAfterMs: 120_000, done: {}, ...more });
  return { clock, peers, watch };
}

describe("the peers of a channel", () => {
  it("keep an error until the peer opens or starts again", () => {
    const { peers } = table();
    peers.heed(writer("error"), false);
    for (const state of ["stopped", "closed"] as const) {
      peers.heed(writer(state), false);
      expect(peers.writers("mean")[0]?.status).toMatchObject({ state: "error", error: "it broke" });
    }
    for (const state of ["opened", "started"] as const) {
      peers.heed(writer("error"), false);
      peers.heed(writer(state, { session: "w2" }), false);
      expect(peers.writers("mean")[0]?.status).toMatchObject({ state, error: null });
    }
  });

  it("are dead after 120 s of silence by the receiver's clock, and not before", () => {
    const { clock, peers, watch } = table();
    const watching = watch();
    peers.heed(writer("started"), false);
    clock.ms = 120_000;
    expect(() => watching.check(0)).not.toThrow();
    clock.ms = 120_001;
    expect(() => watching.check(0)).toThrow(
      "TP_CHANNEL_PEER: writer sensor is not heard of any more: its last sign came 120 s ago",
    );
    peers.heed(writer("started"), false);
    expect(() => watching.check(0)).not.toThrow();
  });

  it("are neither alive nor dead by what stood in the topic before", () => {
    const { clock, peers, watch } = table();
    peers.heed(writer("error"), true);
    peers.heed(reader(0, "started"), true);
    clock.ms = 1_000_000;
    const watching = watch();
    expect(() => watching.check(0)).not.toThrow();
    expect(watching.isOver(0)).toBe(false);
    const options = { channel: "signal", writer: "writer sensor", schema: "int", deadAfterMs: 120_000 };
    const readers = new ReadersWatch(peers, options);
    const groups = [{ group: "mean", of: 2 }];
    expect(readers.missing(groups)).toEqual(["group mean (member 0, 1 of 2)"]);
    peers.heed(reader(0, "started"), false);
    peers.heed(reader(1, "opened"), false);
    expect(readers.missing(groups)).toEqual(["group mean (member 1 (opened) of 2)"]);
    peers.heed(reader(1, "started"), false);
    expect(readers.missing(groups)).toEqual([]);
    clock.ms += 120_001;
    expect(readers.missing(groups)).toEqual(["group mean (member 0 (started), 1 (started) of 2)"]);
    expect(readers.lost(groups)).toHaveLength(2);
    expect(readers.lost(groups)).toEqual([]);
  });

  it("end a reader when as many as there should be are done, and all of theirs is read", () => {
    const { peers, watch } = table();
    const two = watch({ writers: 2 });
    const ends = { mean: [10, 9] };
    peers.heed(writer("closed", { ends }), true);
    expect(two.isOver(10)).toBe(false);
    expect(watch().isOver(9)).toBe(false);
    expect(watch().isOver(10)).toBe(true);
    peers.heed(writer("started", { name: "other" }), false);
    expect([two.isOver(99), watch().isOver(99)]).toEqual([false, false]);
    peers.heed(writer("stopped", { name: "other", ends: { mean: [20, 20] } }), false);
    expect([two.isOver(19), two.isOver(20)]).toEqual([false, true]);
    // Those of other groups do not matter.
    peers.heed(writer("started", { name: "third", readers: ["max"] }), false);
    expect(two.isOver(20)).toBe(true);
  });

  it("leave a reader waiting for the next session of a writer that it is done with", () => {
    const { peers, watch } = table();
    peers.heed(writer("closed", { ends: { mean: [10, 9] } }), true);
    const watching = watch({ done: { sensor: "w1" } });
    expect(watching.isOver(10)).toBe(false);
    peers.heed(writer("closed", { session: "w2", ends: { mean: [12, 9] } }), false);
    expect([watching.isOver(10), watching.isOver(12)]).toEqual([false, true]);
  });

  it("do not count as dead while this process hears nobody", () => {
    let time = 0;
    const clock = new LinkClock(10_000, () => time);
    time = 5_000;
    clock.note();
    expect(clock.now).toBe(5_000);
    time = 100_000;
    expect(clock.now).toBe(15_000);
    clock.note();
    time = 101_000;
    expect(clock.now).toBe(16_000);
  });
});

describe("a status", () => {
  it("is read as it was written, and anything else is none", () => {
    const status = writer("stopped", { offsets: { mean: [1, 2] }, ends: { mean: [3, 4] }, acked: 7 });
    expect(decodeStatus(encodeStatus(status))).toMatchObject(status);
    const text = encodeStatus(reader(0, "started"));
    expect(decodeStatus(text)).toMatchObject(reader(0, "started"));
    const wrong = [
      "",
      "no json",
      "null",
      "[]",
      "{}",
      text.replace('"version":1', '"version":2'),
      text.replace('"started"', '"else"'),
      text.replace('"index":0', '"index":-1'),
      text.replace('"done":{}', '"done":[]'),
      encodeStatus(status).replace("[1,2]", '["1",2]'),
      encodeStatus(status).replace('["mean"]', "[1]"),
    ];
    expect(wrong.map(decodeStatus)).toEqual(wrong.map(() => null));
  });
});

describe("a writer's place in a topic", () => {
  const none = { last: -1, end: 0 };

  it("deals records round robin, and skips those that are there", () => {
    const empty = new GroupTarget("mean", [none, none, none], []);
    expect([0, 1, 2, 3].map((n) => empty.partitionFor(n))).toEqual([0, 1, 2, 0]);
    expect(empty.missing).toBe(0);
    // Partition 0 has 0, 3 and 6, partition 1 has 1, partition 2 has 2 and 5.
    const torn = new GroupTarget(
      "mean",
      [
        { last: 6, end: 3 },
        { last: 1, end: 1 },
        { last: 5, end: 2 },
      ],
      [0, 0, 0],
    );
    expect(torn.missing).toBe(4);
    expect([4, 5, 6, 7, 8, 9].map((n) => torn.partitionFor(n))).toEqual([1, -1, -1, 1, 2, 0]);
  });

  it("says from which offsets on its last records are to be looked for", () => {
    const torn = new GroupTarget(
      "mean",
      [
        { last: 6, end: 103 },
        { last: 1, end: 51 },
      ],
      [100, 40],
    );
    // 3 is missing in partition 1; in partition 0 there are records from 3 on.
    expect([torn.missing, torn.offsetsAt(3)]).toEqual([3, [100, 51]]);
    expect(torn.offsetsAt(4)).toEqual([100, 52]);
    expect(torn.offsetsAt(8)).toEqual([103, 54]);
    expect(torn.offsetsAt(9)).toEqual([104, 54]);
    // Others have written to partition 1 meanwhile: when number 9 was the next, its end was 80.
    torn.rebase(1, 9, 80);
    expect([9, 10, 11, 12].map((acked) => torn.offsetsAt(acked)[1])).toEqual([80, 81, 81, 82]);
    expect([9, 10].map((number) => torn.partitionFor(number))).toEqual([1, 0]);
  });
});

describe("a channel's schema", () => {
  const plain = { type: "record", name: "S", fields: [{ name: "at", type: "long" }] };
  const same = (schema: unknown): boolean =>
    channelSchema(JSON.stringify(schema)).text === channelSchema(plain).text;

  it("is the same where only layout, documentation, aliases and defaults differ", () => {
    const fields = [{ doc: "when", name: "at", type: { type: "long" }, default: 0 }];
    expect(same({ doc: "a sample", aliases: ["T"], ...plain, fields })).toBe(true);
  });

  it("is another one where names, types or the meaning of values differ", () => {
    expect(same({ ...plain, name: "T" })).toBe(false);
    expect(same({ ...plain, fields: [{ name: "at", type: "int" }] })).toBe(false);
    const instant = { type: "long", logicalType: "timestamp-millis" };
    expect(same({ ...plain, fields: [{ name: "at", type: instant }] })).toBe(false);
    expect(() => channelSchema("{")).toThrow("TP_BAD_SCHEMA");
  });

  it("may refer to itself", () => {
    const tree = {
      type: "record",
      name: "T",
      fields: [{ name: "next", type: ["null", "T"] }],
    };
    expect(channelSchema(tree).text).toBe(JSON.stringify({ name: "T", type: "record", fields: tree.fields }));
  });
});
