/**
 * The packed reader alone, with the settings that Towpath gives it: BOOTSTRAP TOPIC MESSAGES. What it costs to have the
 * messages at all. Prints {"seconds", "cpuSeconds"} from the first batch to the last message.
 */
import rdkafka from "node-rdkafka";
import { changedDefaults } from "../../../connectors/kafka/client/options.ts";
import { attach, pluginPath } from "../../../connectors/kafka/native/index.ts";
import { packedBuffers } from "../../../connectors/kafka/native/packed-buffers.ts";
import { connect, disconnect } from "../../../test/support/kafka/clients.ts";

const [bootstrap, topic, messages] = process.argv.slice(2);

const consumer = new rdkafka.KafkaConsumer(
  {
    "bootstrap.servers": bootstrap,
    "group.id": "bench-drain",
    "enable.auto.commit": false,
    "enable.auto.offset.store": false,
    ...changedDefaults.consumer,
    "plugin.library.paths": pluginPath(),
  },
  {},
);
await connect(consumer);
const reader = attach(consumer);
if (reader === null) throw new Error("the plugin did not see its client");
const buffers = packedBuffers({ messages: 16_384, bytes: 2 << 20 });
let wake: () => void = () => {};
reader.onReadable(() => wake());
consumer.assign([{ topic, partition: 0, offset: 0 }]);

let seen = 0;
let startedAt = 0;
let cpu = process.cpuUsage();
while (seen < Number(messages)) {
  const taken = reader.take(buffers, 16_384);
  if (reader.events.length > 0) throw new Error(reader.events[0].text);
  if (startedAt === 0 && taken > 0) {
    startedAt = performance.now();
    cpu = process.cpuUsage();
  }
  seen += taken;
  if (taken === 0) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}
const seconds = (performance.now() - startedAt) / 1000;
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6 }));
reader.detach();
await disconnect(consumer);
