import { describe, expect, it } from "vitest";
import { json } from "../../../connectors/formats/json.ts";
import { consumerMemory, producerMemory } from "../../../connectors/kafka/client/memory-settings.ts";
import { defaultCommitPolicy } from "../../../lib/io/commit-policy.ts";
import { InputSession } from "../../../lib/io/input-session.ts";
import { describeMemory, divideMemory, type MemoryBudget } from "../../../lib/io/memory-budget.ts";
import { columnsOf, packed } from "../../connectors/formats/packed.ts";

const MB = 1 << 20;

describe("divideMemory", () => {
  it("gives the ends no more than the limit, however many they are", () => {
    for (const [sources, sinks] of [
      [1, 1],
      [3, 2],
      [1, 7],
    ]) {
      const { source, sink } = divideMemory(256, sources, sinks) as MemoryBudget;
      const each = source.queueBytes + source.letterBytes + source.pendingBytes;
      expect(sources * each + sinks * sink.outputBytes).toBeLessThanOrEqual(256 * MB);
    }
  });

  it("is nothing without a limit, and refuses one that is none", () => {
    expect(divideMemory(undefined, 1, 1)).toBeNull();
    for (const limit of [0, -1, 15, Number.NaN, "256", Number.POSITIVE_INFINITY])
      expect(() => divideMemory(limit, 1, 1)).toThrow("the option memoryLimitMb of pw.run cannot be");
  });

  it("can be shown", () => {
    expect(describeMemory(divideMemory(64, 2, 1) as MemoryBudget)).toEqual({
      "memory limit": "64 MB, beside the tables themselves",
      "each source": "8 MB fetched, 12 MB of rows that wait for a commit",
      "each output": "16 MB on its way",
    });
  });
});

describe("the clients' settings", () => {
  const { source, sink } = divideMemory(64, 1, 1) as MemoryBudget;

  it("keep their queues within the shares, with a fetch that comes on top", () => {
    const settings = consumerMemory({ "bootstrap.servers": "h:1" }, source);
    const kbytes = Number(settings["queued.max.messages.kbytes"]);
    expect(kbytes * 1024 + Number(settings["fetch.message.max.bytes"])).toBeLessThanOrEqual(
      source.queueBytes,
    );
    expect(producerMemory({}, sink)).toEqual({ "queue.buffering.max.kbytes": sink.outputBytes / 1024 });
  });

  it("leave the user's own, by whatever name", () => {
    const given = { "max.partition.fetch.bytes": 99, "queued.max.messages.kbytes": 7 };
    const settings = consumerMemory(given, source);
    expect(settings).toMatchObject(given);
    expect(settings).not.toHaveProperty(["fetch.message.max.bytes"]);
  });

  it("stay as they are without a limit", () => {
    expect(consumerMemory({ a: 1 }, undefined)).toEqual({ a: 1 });
    expect(producerMemory({ a: 1 }, undefined)).toEqual({ a: 1 });
  });
});

describe("rows that wait for their commit", () => {
  function session(bytesMax: number, types: Record<string, string>): InputSession {
    const columns = columnsOf(types);
    return new InputSession({
      parser: json.parser.create(columns),
      columns,
      needed: columns.map(() => true),
      primaryKey: null,
      policy: defaultCommitPolicy,
      pendingBytesMax: () => bytesMax,
      onError: "fail",
      origin: String,
      place: String,
      log() {},
      now: () => 0,
    });
  }

  it("end the run beyond their share, which the error names", () => {
    const input = session(MB, { text: "str" });
    const message = JSON.stringify({ text: "x".repeat(1_000) });
    expect(() => {
      for (let i = 0; i < 10_000; i++) {
        input.feed(packed([message]));
        while (input.poll());
      }
    }).toThrow(
      /TP_COMMIT_TOO_LARGE: \d+ rows, more than the 1 MB that memoryLimitMb leaves for them, came without a commit marker.*raise memoryLimitMb of pw.run/,
    );
  });

  it("are let go with their commit", () => {
    const input = session(MB, { text: "str", data: "json" });
    const message = JSON.stringify({ text: "x".repeat(1_000), data: { a: 1 } });
    for (let i = 1; i <= 2_000; i++) {
      input.feed(packed(i % 10 === 0 ? [message, "*COMMIT*"] : [message]));
      while (input.poll()) {
        input.seal(2 * i);
        input.release();
      }
    }
    expect(input.commits).toBe(200);
  });
});
