/**
 * Starts a real Apache Kafka in the foreground until SIGTERM or SIGINT, for benchmarks and people:
 *
 *     node --import tsx test/support/kafka/serve.ts [--port 9092] [--heap 1g] [--topic name[:partitions]]...
 *
 * Prints one JSON line when it is ready: bootstrap, pid, dir, and the client settings of both listeners.
 */
import { parseArgs } from "node:util";
import { startKafka } from "./broker.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    heap: { type: "string" },
    topic: { type: "string", multiple: true, default: [] },
  },
});

const stopped = new Promise<void>((resolve) => {
  process.once("SIGTERM", () => resolve());
  process.once("SIGINT", () => resolve());
});
const kafka = await startKafka({
  forLoad: true,
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  ...(values.heap === undefined ? {} : { heap: values.heap }),
});
for (const topic of values.topic) {
  const [name, partitions = "1"] = topic.split(":");
  await kafka.createTopic(name as string, Number(partitions));
}
const { bootstrap, pid, dir, settings, sasl } = kafka;
console.log(JSON.stringify({ bootstrap, pid, dir, settings, sasl: sasl.settings }));
const heartbeat = setInterval(() => {}, 60_000);
await stopped;
clearInterval(heartbeat);
await kafka.stop();
