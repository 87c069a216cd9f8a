import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import {
  type EmbeddedBroker,
  embedded,
  embeddedFailure,
} from "../../../connectors/kafka/embedded/embedded.ts";
import { consume, partitionCount, produce } from "../../support/kafka/clients.ts";

const clientSettings = (broker: EmbeddedBroker) => ({ "bootstrap.servers": broker.bootstrap });

/** Whether the promise is still open after a turn of the event loop. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  const open = new Promise((resolve) => setTimeout(resolve, 20, "open"));
  return (await Promise.race([promise.catch(() => "settled"), open])) === "open";
}

describe("embedded", () => {
  it("takes messages and gives them back", async () => {
    await using broker = await embedded({ topics: ["words"] });
    expect(broker.settings).toEqual({ "bootstrap.servers": broker.bootstrap });
    expect(broker.bootstrap).toMatch(/^127\.0\.0\.1:\d+$/);
    await produce(clientSettings(broker), "words", [
      { value: "one", partition: 0 },
      { value: "two", key: "k", partition: 0 },
      { value: null, key: "k", partition: 0 },
    ]);
    const messages = await consume(clientSettings(broker), "words", { count: 3 });
    expect(messages.map(({ value }) => value?.toString() ?? null)).toEqual(["one", "two", null]);
    expect(await isOpen(broker.failure)).toBe(true);
  });

  it("creates no topic that was not asked for", async () => {
    await using broker = await embedded();
    expect(await partitionCount(clientSettings(broker), "nothing")).toBe(0);
  });

  it("creates topics with the partitions asked for", async () => {
    await using broker = await embedded({ topics: { one: 1, seven: 7 } });
    await broker.createTopic("three", 3);
    await broker.createTopic("three", 5);
    for (const [topic, count] of Object.entries({ one: 1, three: 3, seven: 7 })) {
      expect(await partitionCount(clientSettings(broker), topic)).toBe(count);
    }
  });

  it("runs several brokers at once, each with its own topics", async () => {
    await using one = await embedded({ topics: ["a"] });
    await using two = await embedded({ topics: ["b"] });
    expect(one.bootstrap).not.toBe(two.bootstrap);
    expect(await partitionCount(clientSettings(one), "b")).toBe(0);
    expect(await partitionCount(clientSettings(two), "b")).toBeGreaterThan(0);
  });

  it.each([
    ["no name", [""]],
    ["a path", ["../etc/x"]],
    ["dots", [".."]],
    ["a name of 250 letters", ["x".repeat(250)]],
    ["no partition", { a: 0 }],
    ["half a partition", { a: 1.5 }],
  ])("refuses %s", async (_, topics) => {
    await expect(embedded({ topics: topics as string[] })).rejects.toMatchObject({ code: "TP_BAD_ARGUMENT" });
  });

  it("can be closed twice, and says so when it is used after that", async () => {
    const broker = await embedded();
    await broker[Symbol.asyncDispose]();
    await broker[Symbol.asyncDispose]();
    await expect(broker.createTopic("late")).rejects.toMatchObject({ code: "TP_CLOSED" });
    expect(embeddedFailure(broker.settings)).toBeUndefined();
  });

  it("fails before it loses a message", async () => {
    await using broker = await embedded({ topics: ["big"] });
    const failure = embeddedFailure(broker.settings);
    expect(failure).toBe(broker.failure);
    const failed = expect(failure).rejects.toMatchObject({
      code: "TP_EMBEDDED_FULL",
      message: expect.stringContaining("topic big, partition 0"),
    });
    const value = "x".repeat(100_000);
    const rounds = Array.from({ length: 44 }, (_, i) => ({ value: `${i}:${value}`, partition: 0 }));
    await produce(clientSettings(broker), "big", rounds);
    await failed;
    // The first message is still there: the failure came in time.
    const [first] = await consume(clientSettings(broker), "big", { count: 1 });
    expect(first?.offset).toBe(0);
    expect(first?.value?.toString().slice(0, 2)).toBe("0:");
  });

  it("ends a process that does not look at the failure", () => {
    const script = `
      const { embedded } = await import("./connectors/kafka/embedded/embedded.ts");
      const { produce } = await import("./test/support/kafka/clients.ts");
      const broker = await embedded({ topics: ["big"] });
      const messages = Array.from({ length: 60 }, () => ({ value: "x".repeat(100_000), partition: 0 }));
      await produce({ "bootstrap.servers": broker.bootstrap }, "big", messages);
      setTimeout(() => process.exit(0), 5_000);`;
    const args = ["--import", "tsx", "--input-type=module", "-e", script];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 20_000 });
    expect(stderr).toContain("TP_EMBEDDED_FULL");
    expect(status).toBe(1);
  });
});
