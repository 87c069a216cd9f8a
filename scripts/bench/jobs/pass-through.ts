/**
 * What it costs to go through Kafka twice, without tables: BOOTSTRAP OUT_TOPIC WORDS_TOPIC. What has come in goes out
 * again each 20 ms as one message: how many messages so far, then their bytes. Clients are set as Towpath sets them.
 */
import rdkafka from "node-rdkafka";
import { changedDefaults } from "../../../connectors/kafka/client/options.ts";
import { attach, pluginPath } from "../../../connectors/kafka/native/index.ts";
import { packedBuffers } from "../../../connectors/kafka/native/packed-buffers.ts";
import { connect } from "../../../test/support/kafka/clients.ts";

const COMMIT_EVERY_MS = 20;

const [bootstrap, outTopic, wordsTopic] = process.argv.slice(2);

const consumer = new rdkafka.KafkaConsumer(
  {
    "bootstrap.servers": bootstrap,
    "group.id": "bench-pass-through",
    "enable.auto.commit": false,
    "enable.auto.offset.store": false,
    ...changedDefaults.consumer,
    "plugin.library.paths": pluginPath(),
  },
  {},
);
const producer = new rdkafka.Producer({ "bootstrap.servers": bootstrap, ...changedDefaults.producer });
await Promise.all([connect(consumer), connect(producer)]);
const reader = attach(consumer);
if (reader === null) throw new Error("the plugin did not see its client");
const buffers = packedBuffers({ messages: 16_384, bytes: 2 << 20 });
let pending: Buffer[] = [];
let seen = 0;

function send(): void {
  producer.produce(outTopic, 0, Buffer.concat([Buffer.from(`${seen}\n`), ...pending]));
  pending = [];
  producer.poll();
}

function take(): void {
  do {
    const count = reader?.take(buffers, 16_384) ?? 0;
    if (count === 0) continue;
    // The first message since the last commit starts the clock, as `commit.everyMs` has it.
    if (pending.length === 0) setTimeout(send, COMMIT_EVERY_MS);
    pending.push(Buffer.from(buffers.payload.bytes.subarray(0, buffers.payload.used)));
    seen += count;
  } while (reader?.hasMore);
}

reader.onReadable(() => take());
consumer.assign([{ topic: wordsTopic, partition: 0, offset: 0 }]);
take();
process.on("SIGTERM", () => process.exit(0));
// The reader's wake-up does not keep the process alive.
setInterval(() => take(), 1_000);
