/** librdkafka's mock cluster as the native addon offers it, for tests of the addon itself. */
import { randomUUID } from "node:crypto";
import rdkafka from "node-rdkafka";
import { mockBootstraps, mockTopicCreate, pluginPath } from "../../../connectors/kafka/native/index.ts";
import { connect, disconnect } from "./clients.ts";
import type { FullMessage } from "./packed-consumer.ts";

export interface MockHost extends AsyncDisposable {
  /** librdkafka's name of the client that runs the cluster. */
  readonly name: string;
  readonly settings: { readonly "bootstrap.servers": string };
  /** Creates a topic under a name that no other test has; returns the name. */
  freshTopic(partitions?: number): string;
}

/** Starts a mock cluster in this process. */
export async function mockHost(): Promise<MockHost> {
  const client = new rdkafka.Producer(
    { "test.mock.num.brokers": 1, "plugin.library.paths": pluginPath() } as never,
    {},
  );
  await connect(client);
  const name = nameOf(client);
  return {
    name,
    settings: { "bootstrap.servers": mockBootstraps(name) },
    freshTopic(partitions = 1) {
      const topic = `t-${randomUUID()}`;
      mockTopicCreate(name, topic, partitions, 1);
      return topic;
    },
    [Symbol.asyncDispose]: () => disconnect(client),
  };
}

/** librdkafka's name of a connected client. */
export function nameOf(client: unknown): string {
  return (client as { name: string }).name;
}

/** All partitions of a topic from the start. */
export function fromStart(topic: string, partitions = 1) {
  return Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0 }));
}

/** Messages m0, m1, … over the partitions in turn. */
export function numbered(count: number, partitions = 1): FullMessage[] {
  return Array.from({ length: count }, (_, i) => ({
    partition: i % partitions,
    value: Buffer.from(`m${i}`),
  }));
}

/** Values as text, a byte a character. */
export function values(messages: readonly { value: Buffer | null }[]): (string | null)[] {
  return messages.map(({ value }) => value?.toString("latin1") ?? null);
}
