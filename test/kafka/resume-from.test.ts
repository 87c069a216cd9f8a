/** A partition that is paused where it ends: what comes then is read from its first message on. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { PartitionSlots } from "../../connectors/kafka/client/partition-slots.ts";
import type { IngestEvent } from "../../connectors/kafka/ingest/ingest.ts";
import { openConsumer } from "../../connectors/kafka/ingest/open-consumer.ts";
import { produce } from "../support/kafka/clients.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";

const attributes = { timestamps: false, keys: false, headers: false };

describeOnBrokers("a partition that is paused at its end", ["mock", "real"], (broker) => {
  it("goes on without a gap", async () => {
    const topic = await broker.freshTopic(1);
    await produce(broker.settings, topic, [{ value: "a", partition: 0 }]);
    const { consumer, ingest: openIngest } = await openConsumer(
      { ...broker.settings, "group.id": topic },
      true,
    );
    await consumer.connect(topic);
    const slots = new PartitionSlots();
    slots.add(topic, 0);
    consumer.assign([{ topic, partition: 0, offset: 0 }]);
    const ingest = openIngest(slots, { attributes, partitionEnds: true, log: () => {} });
    const offsets: number[] = [];
    const events: IngestEvent[] = [];
    /** Reads until `isOver`, and a while longer for what should not come. */
    const read = async (isOver: () => boolean): Promise<void> => {
      for (let still = 0; still < 20; ) {
        const messages = ingest.take();
        if (messages !== null) offsets.push(...messages.offsets.subarray(0, messages.length));
        events.push(...ingest.takeEvents());
        if (isOver()) still++;
        await sleep(10);
      }
    };
    try {
      await read(() => events.length === 1);
      consumer.pause({ topic, partition: 0 });
      await sleep(50);
      consumer.resumeFrom({ topic, partition: 0, offset: slots.positions[0] });
      await sleep(50);
      await produce(broker.settings, topic, [
        { value: "b", partition: 0 },
        { value: "c", partition: 0 },
      ]);
      await read(() => offsets.length >= 3 || events.some(({ slot }) => slot < 0));
    } finally {
      await ingest.close();
      await consumer.close();
    }
    expect(offsets).toEqual([0, 1, 2]);
    expect(events.map(({ code }) => code)).toEqual(events.map(() => -191));
  });
});
