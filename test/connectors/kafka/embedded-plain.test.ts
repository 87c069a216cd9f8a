import { expect, it, vi } from "vitest";
import { embedded } from "../../../connectors/kafka/embedded/embedded.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { consume, partitionCount, produce } from "../../support/kafka/clients.ts";

vi.mock("../../../connectors/kafka/native/index.ts", () => {
  const missing = (): never => {
    throw new TowpathError("TP_KAFKA_NATIVE_MISSING", "the addon was not built", { hint: "Build it." });
  };
  return { pluginPath: missing, mockTopicCreate: missing };
});

it("works without the native addon, with 4 partitions a topic and one line that says so", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  await using broker = await embedded({ topics: { four: 4, one: 1 } });
  await broker.createTopic("one", 1);
  const settings = { "bootstrap.servers": broker.bootstrap };
  for (const topic of ["four", "one"]) expect(await partitionCount(settings, topic)).toBe(4);
  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/topic one .* has 4 partitions, not 1\..*Build it\./)],
  ]);
  await produce(settings, "one", [{ value: "x", partition: 2 }]);
  const [message] = await consume(settings, "one", { partitions: 4, count: 1 });
  expect(message?.partition).toBe(2);
});
