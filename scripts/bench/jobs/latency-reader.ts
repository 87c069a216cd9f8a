/**
 * Reads results as they come and says, when it gets SIGTERM, how old the messages were that they first counted:
 * BOOTSTRAP OUT_TOPIC STAMPS_FILE SKIP_MS KIND, where KIND is "words" or "pass-through". Messages of the first SKIP_MS
 * do not count. Nothing is parsed before the end.
 */
import { readFileSync } from "node:fs";
import rdkafka from "node-rdkafka";
import { attach, pluginPath } from "../../../connectors/kafka/native/index.ts";
import { packedBuffers } from "../../../connectors/kafka/native/packed-buffers.ts";
import { connect } from "../../../test/support/kafka/clients.ts";
import { wallClock } from "../harness/clock.ts";
import { Latencies } from "../harness/latencies.ts";

const [bootstrap, topic, stampsFile, skipMs, kind] = process.argv.slice(2);

interface Arrival {
  readonly at: number;
  readonly bytes: Buffer;
  readonly ends: Uint32Array;
}

const consumer = new rdkafka.KafkaConsumer(
  {
    "bootstrap.servers": bootstrap,
    "group.id": "bench-latency",
    "enable.auto.commit": false,
    "enable.auto.offset.store": false,
    "fetch.queue.backoff.ms": 1,
    "fetch.wait.max.ms": 10,
    "plugin.library.paths": pluginPath(),
  },
  {},
);
await connect(consumer);
const reader = attach(consumer);
if (reader === null) throw new Error("the plugin did not see its client");
const buffers = packedBuffers({ messages: 16_384, bytes: 4 << 20 });
const arrivals: Arrival[] = [];

function take(): void {
  do {
    const count = reader?.take(buffers, 16_384) ?? 0;
    const at = wallClock();
    if (count === 0) continue;
    const { bytes, used, ends } = buffers.payload;
    arrivals.push({ at, bytes: Buffer.from(bytes.subarray(0, used)), ends: ends.slice(0, count) });
  } while (reader?.hasMore);
}

reader.onReadable(() => take());
consumer.assign([{ topic, partition: 0, offset: 0 }]);
take();
const alive = setInterval(() => take(), 1_000);

process.once("SIGTERM", () => {
  clearInterval(alive);
  const stamps = new Float64Array(new Uint8Array(readFileSync(stampsFile)).buffer);
  const latencies = new Latencies(stamps);
  for (const { at, bytes, ends } of arrivals) {
    ends.forEach((end, i) => {
      const text = bytes.toString("utf8", i === 0 ? 0 : ends[i - 1], end);
      if (kind === "words") latencies.takeCounts(text, at);
      else latencies.takePrefix(text, at);
    });
  }
  console.log(JSON.stringify(latencies.summary(Number(skipMs))));
  process.exit(0);
});
