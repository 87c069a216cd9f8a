/** Reading where the native reader was not built: slower, with a line that says so. */
import * as pw from "towpath";
import { expect, it, vi } from "vitest";
import { embedded } from "../../connectors/kafka/embedded/embedded.ts";
import { produce } from "../support/kafka/clients.ts";
import { readAll } from "../support/kafka/reading.ts";

vi.mock("../../connectors/kafka/native/index.ts", async (original) => {
  const { TowpathError } = await import("../../lib/errors.ts");
  const missing = (): never => {
    throw new TowpathError("TP_KAFKA_NATIVE_MISSING", "the packed Kafka reader was not built", {
      hint: "Build it.",
    });
  };
  return { ...(await original<object>()), pluginPath: missing, mockTopicCreate: missing };
});

it("goes the plain way, or says that the packed one is not there", async () => {
  await using broker = await embedded();
  const settings = { "bootstrap.servers": broker.bootstrap };
  await broker.createTopic("t", 4);
  await produce(settings, "t", [{ value: "a" }]);
  const read = () =>
    readAll(() =>
      pw.kafka.read(settings, { topicNames: ["t"], format: "raw", encoding: "utf8", mode: "static" }),
    );
  vi.stubEnv("TOWPATH_INGEST", "");
  const { rows, logs } = await read();
  expect(rows).toEqual([{ data: "a" }]);
  expect(logs.filter((line) => line.includes("read one by one"))).toEqual([
    "t: Kafka messages are read one by one, which is several times slower: the packed Kafka reader was not built. Build it.",
  ]);
  vi.stubEnv("TOWPATH_INGEST", "plain");
  expect((await read()).logs.join()).not.toContain("one by one");
  vi.stubEnv("TOWPATH_INGEST", "packed");
  await expect(read()).rejects.toMatchObject({ code: "TP_KAFKA_INGEST", hint: "Build it." });
  vi.unstubAllEnvs();
});
