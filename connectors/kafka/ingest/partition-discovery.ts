import { setTimeout as sleep } from "node:timers/promises";
import { TowpathError } from "../../../lib/errors.ts";
import { addressOf } from "../client/client-errors.ts";
import type { KafkaSettings } from "../client/options.ts";
import type { PartitionSlots, TopicPartition } from "../client/partition-slots.ts";
import type { Consumer } from "./consumer.ts";

/** A topic that was just made may take a moment to be known. */
const RETRY_MS = [100, 300, 600];
const DEFAULT_EVERY_MS = 5_000;

/** All partitions of the topics. Throws TP_KAFKA_TOPIC_UNKNOWN naming the ones that are not there; none is created. */
export async function findPartitions(
  consumer: Consumer,
  settings: KafkaSettings,
  topics: readonly string[],
): Promise<TopicPartition[]> {
  for (const wait of [...RETRY_MS, 0]) {
    const found = await Promise.all(topics.map((topic) => consumer.partitionsOf(topic)));
    const unknown = topics.filter((_, i) => found[i].length === 0);
    if (unknown.length === 0) {
      return topics.flatMap((topic, i) => found[i].map((partition) => ({ topic, partition })));
    }
    if (wait === 0) throw topicUnknown(unknown, settings);
    await sleep(wait);
  }
  return [];
}

function topicUnknown(topics: readonly string[], settings: KafkaSettings): TowpathError {
  const names = topics.map((topic) => `"${topic}"`).join(", ");
  return new TowpathError(
    "TP_KAFKA_TOPIC_UNKNOWN",
    `the broker has no topic ${names}, or does not show it to this user`,
    { where: addressOf(settings), hint: "Create it first; reading never creates a topic." },
  );
}

/** How often to look for new partitions: librdkafka's setting where it is given; null: never. */
export function discoveryIntervalMs(settings: KafkaSettings): number | null {
  const given = settings["topic.metadata.refresh.interval.ms"];
  const everyMs = given === undefined ? DEFAULT_EVERY_MS : Number(given);
  return everyMs > 0 ? everyMs : null;
}

/** Looks for partitions that topics were given while they are read. */
export class PartitionDiscovery {
  readonly #consumer: Consumer;
  readonly #slots: PartitionSlots;
  readonly #topics: readonly string[];
  readonly #isWanted: (partition: number) => boolean;
  readonly #found: (slots: readonly number[]) => void;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `found` is told the slots of new partitions, of those that `isWanted`. */
  constructor(
    consumer: Consumer,
    slots: PartitionSlots,
    topics: readonly string[],
    isWanted: (partition: number) => boolean,
    found: (slots: readonly number[]) => void,
  ) {
    this.#consumer = consumer;
    this.#slots = slots;
    this.#topics = topics;
    this.#isWanted = isWanted;
    this.#found = found;
  }

  start(everyMs: number): void {
    this.#timer = setTimeout(async () => {
      await this.#look();
      if (!this.#stopped) this.start(everyMs);
    }, everyMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** One topic after the other, so that a lost broker holds one thread of libuv's pool at most. */
  async #look(): Promise<void> {
    for (const topic of this.#topics) {
      // A lost broker is not news here, and a partition can be found the next time.
      const partitions = await this.#consumer.partitionsOf(topic).catch(() => []);
      if (this.#stopped) return;
      const fresh = partitions.filter(
        (partition) => this.#isWanted(partition) && this.#slots.find(topic, partition) < 0,
      );
      if (fresh.length > 0) this.#found(fresh.map((partition) => this.#slots.add(topic, partition)));
    }
  }
}
