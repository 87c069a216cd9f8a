/**
 * Members FROM to FROM + COUNT - 1 of a group of OF readers, opened all at once: CHANNEL | COORDINATOR, BROKER, NAME, FROM,
 * COUNT, OF. Only what they need is loaded. As channel readers, or as consumers that subscribe and have the coordinator deal out the partitions. Prints a
 * line of JSON with how many are ready whenever that changes, and stays until it is stopped.
 */
import rdkafka from "node-rdkafka";
import { channelReader } from "../../../connectors/kafka/channels/channel-reader.ts";

const [way, bootstrap, name, from, count, of] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const indexes = Array.from({ length: Number(count) }, (_, i) => Number(from) + i);
/** By member, how many partitions it has. */
const ready = new Map<number, number>();

function tell(): void {
  const partitions = [...ready.values()].reduce((sum, own) => sum + own, 0);
  console.log(JSON.stringify({ ready: ready.size, partitions, at: Date.now() }));
}

async function openReader(index: number): Promise<void> {
  const schema = { type: "record", name: "Sample", fields: [{ name: "value", type: "double" }] } as const;
  const reader = channelReader({ uri: `kafka://${bootstrap}/${name}`, schema, index, of: Number(of) });
  await reader.open();
  ready.set(index, 1);
  tell();
}

/** The partitions that a member was given by its group's last deal. */
async function subscribe(index: number): Promise<void> {
  const settings = { "bootstrap.servers": bootstrap, "group.id": name, "fetch.wait.max.ms": 500 };
  const consumer = new rdkafka.KafkaConsumer({ ...settings, rebalance_cb: true }, {});
  await new Promise<void>((resolve, reject) => {
    consumer.connect({ topic: name }, (error) => (error ? reject(new Error(error.message)) : resolve()));
  });
  consumer.on("rebalance", () => {
    // When it has been heeded.
    setTimeout(() => {
      const partitions = consumer.assignments().length;
      if (partitions === 0) ready.delete(index);
      else ready.set(index, partitions);
      tell();
    }, 0);
  });
  consumer.setDefaultConsumeTimeout(0);
  consumer.subscribe([name]);
  // What the coordinator says is heard when the consumer is polled.
  const poll = (): void => {
    consumer.consume(1, () => setTimeout(poll, 100));
  };
  poll();
}

tell();
await Promise.all(indexes.map(way === "channel" ? openReader : subscribe));
