/** The topics of a channel: what they are called, and that they are there. */
import { setTimeout as sleep } from "node:timers/promises";
import { TowpathError } from "../../../lib/errors.ts";
import { addressOf, clientErrors } from "../client/client-errors.ts";
import type { KafkaSettings } from "../client/options.ts";
import { createTopic, type NewTopic, type TopicRefusal } from "../client/topic-admin.ts";
import { embeddedBroker } from "../embedded/embedded.ts";
import type { Consumer } from "../ingest/consumer.ts";

/** The sides of a channel, and the partition of the status topic that each writes to and the other reads. */
export const sides = { writers: 0, readers: 1 } as const;
export type Side = keyof typeof sides;

/** How long a topic that was just made may take to be known. */
const KNOWN_MS = 10_000;
const POLL_MS = 50;

/** Records for a group of readers: a partition for each of its members. */
export function dataTopic(channel: string, group: string): string {
  return `${channel}.${group}`;
}

/** Who is there, and how far. */
export function statusTopic(channel: string): string {
  return `${channel}.status`;
}

/**
 * What the status topic is made with: the last status of each end is kept for ever. Small segments, because what is in the
 * newest one is never compacted, and whoever opens a channel reads all of it.
 */
const statusConfig = {
  "cleanup.policy": "compact",
  "segment.bytes": "8388608",
  "min.cleanable.dirty.ratio": "0.2",
};

/** The topics that a member of a group of readers needs. */
export function topicsOf(channel: string, group: string, of: number): NewTopic[] {
  return [
    { topic: statusTopic(channel), partitions: Object.keys(sides).length, config: statusConfig },
    { topic: dataTopic(channel, group), partitions: of, config: {} },
  ];
}

/**
 * Creates a topic where it is not there. One that is there stays as it is, whatever it is.
 * Throws TP_CHANNEL_PARTITIONS, TP_KAFKA_AUTHORIZATION, TP_KAFKA_TOPIC_UNKNOWN.
 */
export async function provide(consumer: Consumer, settings: KafkaSettings, wanted: NewTopic): Promise<void> {
  const { topic, partitions } = wanted;
  let count = await countPartitions(consumer, topic);
  if (count === 0) {
    const refusal = await create(settings, wanted);
    const until = performance.now() + (refusal === null ? KNOWN_MS : 0);
    count = await countPartitions(consumer, topic);
    while (count === 0 && performance.now() < until) {
      await sleep(POLL_MS);
      count = await countPartitions(consumer, topic);
    }
    if (count === 0) throw notCreated(wanted, refusal, settings);
  }
  if (count !== partitions) throw otherCount(topic, count, partitions);
}

/** 0 where there is no such topic. Asking does not create it. */
export async function countPartitions(consumer: Consumer, topic: string): Promise<number> {
  return (await consumer.partitionsOf(topic)).length;
}

async function create(settings: KafkaSettings, wanted: NewTopic): Promise<TopicRefusal | null> {
  const embedded = embeddedBroker(settings);
  if (embedded === undefined) return createTopic(settings, wanted);
  await embedded.createTopic(wanted.topic, wanted.partitions);
  return null;
}

function otherCount(topic: string, count: number, wanted: number): TowpathError {
  const status = topic.endsWith(".status");
  const detail = status
    ? `topic ${topic} has ${count} partitions, and the status topic of a channel has ${wanted}`
    : `topic ${topic} has ${count} partitions, and this reader is one of a group of ${wanted}`;
  return new TowpathError("TP_CHANNEL_PARTITIONS", detail, {
    where: `topic ${topic}`,
    hint: status
      ? "Is it another program's? Choose another name for the channel. Nothing was changed on the broker."
      : "A group's topic has a partition for each of its members: give `of` the topic's number, name another group, or delete the topic yourself. Nothing was changed on the broker.",
  });
}

function notCreated(
  { topic, partitions }: NewTopic,
  refusal: TopicRefusal | null,
  settings: KafkaSettings,
): TowpathError {
  const unauthorized: readonly (number | undefined)[] = [
    clientErrors.topicAuthorization,
    clientErrors.clusterAuthorization,
  ];
  const code = unauthorized.includes(refusal?.code) ? "TP_KAFKA_AUTHORIZATION" : "TP_KAFKA_TOPIC_UNKNOWN";
  const why = refusal === null ? "" : `: ${refusal.message}`;
  return new TowpathError(code, `topic ${topic} is not there and was not created${why}`, {
    where: addressOf(settings),
    hint: `Create it with ${partitions} partition${partitions === 1 ? "" : "s"}, or give this user the right to.`,
  });
}
