/** A program that reads Kafka ends by itself, ends when told to, and does not end while it waits for messages. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { produce } from "../support/kafka/clients.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { Script } from "../support/script.ts";

const file = "test/support/kafka/read-script.ts";

describeOnBrokers("a program", ["mock"], (broker) => {
  for (const ingest of ["packed", "plain"]) {
    const start = (topic: string, mode: string): Script =>
      new Script(file, {
        env: {
          BOOTSTRAP: broker.settings["bootstrap.servers"],
          TOPIC: topic,
          MODE: mode,
          TOWPATH_INGEST: ingest,
        },
      });

    it(`exits when a static source has ended, ${ingest}`, { timeout: 40_000 }, async () => {
      const topic = await broker.freshTopic(2);
      await produce(broker.settings, topic, [{ value: "value" }, { value: "3" }, { value: "4" }]);
      const { code, stdout } = await start(topic, "static").ended;
      expect([code, stdout]).toEqual([0, "1 7\nended 1\n"]);
    });

    it(`waits for messages until SIGINT, ${ingest}`, { timeout: 40_000 }, async () => {
      const topic = await broker.freshTopic(2);
      const script = start(topic, "streaming");
      const ended = script.ended.then(() => "ended");
      // The advice about scopes comes when it reads.
      while (!script.printed.includes("aligned")) {
        expect(await Promise.race([ended, sleep(50)])).toBeUndefined();
      }
      expect(await Promise.race([ended, sleep(2_500)])).toBeUndefined();
      const startedAt = performance.now();
      script.signal("SIGINT");
      const { code, stdout } = await script.ended;
      expect([code, stdout]).toEqual([0, "stopped 0\n"]);
      expect(performance.now() - startedAt).toBeLessThan(6_000);
    });
  }
});
