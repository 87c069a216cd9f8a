import { describe, expect, it } from "vitest";
import { RetentionWatch } from "../../../connectors/kafka/embedded/retention-watch.ts";

const line = (topic: string, partition: number, bytes: number, start = 0): string =>
  `[thrd:mock]: Broker 1: Log append ${topic} [${partition}] 2 messages, ${bytes} bytes at offset 5 ` +
  `(log now ${start}..7, original start 0)`;

describe("RetentionWatch", () => {
  it("says nothing while there is room, and of other lines", () => {
    const watch = new RetentionWatch();
    expect(watch.note(line("a", 0, 4_000_000))).toBeUndefined();
    expect(watch.note("[thrd:mock]: Broker 1: Received FetchRequestV16 from 127.0.0.1:1")).toBeUndefined();
    expect(watch.note("Log append, but of another form")).toBeUndefined();
  });

  it("counts every partition for itself", () => {
    const watch = new RetentionWatch();
    for (const topic of ["a", "b"]) {
      for (const partition of [0, 1]) expect(watch.note(line(topic, partition, 4_000_000))).toBeUndefined();
    }
    const error = watch.note(line("b", 1, 300_000));
    expect(error?.code).toBe("TP_EMBEDDED_FULL");
    expect(error?.message).toContain("topic b, partition 1");
  });

  it("counts batches too", () => {
    const watch = new RetentionWatch();
    for (let i = 1; i < 80_000; i++)
      if (watch.note(line("a", 0, 10)) !== undefined) throw new Error(`at ${i}`);
    expect(watch.note(line("a", 0, 10))?.code).toBe("TP_EMBEDDED_FULL");
  });

  it("says so when messages are gone already", () => {
    expect(new RetentionWatch().note(line("a", 0, 10, 3))?.message).toContain(
      "has dropped its oldest messages",
    );
  });
});
