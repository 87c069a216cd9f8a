import type { Message } from "node-rdkafka";
import { describe, expect, it } from "vitest";
import { PartitionSlots } from "../../../connectors/kafka/client/partition-slots.ts";
import { MessagePacker } from "../../../connectors/kafka/ingest/message-packer.ts";

function message(partition: number, offset: number): Message {
  const value = Buffer.from(`${partition}/${offset}`);
  return { topic: "t", partition, offset, value, key: null, size: value.length, timestamp: 0 } as Message;
}

function read(packer: MessagePacker, ...messages: Message[]): string[] {
  const { length, bytes, ends } = packer.pack(messages);
  return Array.from({ length }, (_, i) =>
    Buffer.from(bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i])).toString(),
  );
}

describe("messages that come again after a partition was resumed", () => {
  it("are left out, also where older ones were still on their way", () => {
    const slots = new PartitionSlots();
    slots.add("t", 0);
    slots.add("t", 1);
    const packer = new MessagePacker(slots, { timestamps: false, keys: false, headers: false });
    expect(read(packer, message(0, 0), message(1, 0), message(0, 1))).toEqual(["0/0", "1/0", "0/1"]);
    slots.guard(0);
    expect(read(packer, message(0, 2), message(0, 1), message(1, 1), message(0, 2))).toEqual(["0/2", "1/1"]);
    expect(read(packer, message(0, 2), message(0, 3))).toEqual(["0/3"]);
    expect([...slots.positions.subarray(0, 2)]).toEqual([4, 2]);
  });

  it("are what the broker says where nothing was ever paused", () => {
    const slots = new PartitionSlots();
    slots.add("t", 0);
    const packer = new MessagePacker(slots, { timestamps: false, keys: false, headers: false });
    expect(read(packer, message(0, 5), message(0, 0))).toEqual(["0/5", "0/0"]);
  });
});
