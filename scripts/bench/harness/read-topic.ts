import { setTimeout as sleep } from "node:timers/promises";
import type rdkafka from "node-rdkafka";
import { packedBuffers } from "../../../connectors/kafka/native/packed-buffers.ts";
import { packedConsumer } from "../../../test/support/kafka/packed-consumer.ts";

const NO_PROGRESS_MS = 20_000;

/** Calls `take` with every message that a topic's partition 0 holds: its text and the broker's time of it, in ms. */
export async function readTopic(
  bootstrap: string,
  topic: string,
  take: (text: string, at: number) => void,
): Promise<void> {
  await using reading = await packedConsumer({
    "bootstrap.servers": bootstrap,
    "group.id": "bench-reader",
    "fetch.queue.backoff.ms": 1,
  });
  const { consumer, reader } = reading;
  const end = await highWatermark(consumer, topic);
  const buffers = packedBuffers({ messages: 16_384, bytes: 4 << 20 });
  consumer.assign([{ topic, partition: 0, offset: 0 }]);
  let last = performance.now();
  for (let next = 0; next < end; ) {
    const count = reader.take(buffers, 16_384);
    if (reader.events.length > 0) throw new Error(`${topic}: ${reader.events[0].text}`);
    if (count === 0) {
      if (performance.now() - last > NO_PROGRESS_MS) throw new Error(`${topic}: stuck at ${next} of ${end}`);
      await sleep(2);
      continue;
    }
    last = performance.now();
    const { bytes, ends } = buffers.payload;
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < count; i++) {
      take(view.toString("utf8", i === 0 ? 0 : ends[i - 1], ends[i]), buffers.timestamps[i]);
    }
    next = buffers.offsets[count - 1] + 1;
  }
}

/** The offset that the next message of partition 0 will get. */
export function highWatermark(client: rdkafka.Client<string>, topic: string): Promise<number> {
  return new Promise((resolve, reject) => {
    client.queryWatermarkOffsets(topic, 0, 10_000, (error, offsets) =>
      error ? reject(new Error(error.message)) : resolve(offsets.highOffset),
    );
  });
}
