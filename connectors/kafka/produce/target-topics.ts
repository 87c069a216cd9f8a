import { TowpathError } from "../../../lib/errors.ts";
import { addressOf } from "../client/client-errors.ts";
import type { KafkaSettings } from "../client/options.ts";
import type { Chunk } from "./outbox.ts";
import { EVERY, FIELDS, PARTITION, TOPIC } from "./outbox.ts";

/** Finds out how many partitions a topic has; throws where there is no such topic. */
export type CountPartitions = (topic: string) => Promise<number>;

/**
 * The topics that a producer writes to. Nothing is sent to one before the broker has said that it is there and how many
 * partitions it has: a message to a topic that is not would be refused late, or wait for ever.
 */
export class TargetTopics {
  readonly #settings: KafkaSettings;
  readonly #count: CountPartitions;
  readonly #counted: (index: number, partitions: number) => void;
  readonly #names: string[] = [];
  readonly #indexes = new Map<string, number>();
  /** By index; 0 while unknown. */
  readonly #partitions: number[] = [];

  /** `counted` is called with the partitions of a topic whenever the broker has said how many it has. */
  constructor(
    settings: KafkaSettings,
    count: CountPartitions,
    counted: (index: number, partitions: number) => void,
  ) {
    this.#settings = settings;
    this.#count = count;
    this.#counted = counted;
  }

  /** The index of a topic; undefined where `add` has not been told of it. */
  find(name: string): number | undefined {
    return this.#indexes.get(name);
  }

  add(name: string, index: number): void {
    this.#indexes.set(name, index);
    this.#names[index] = name;
    this.#partitions[index] = 0;
  }

  nameOf(index: number): string {
    return this.#names[index];
  }

  /** The partitions of a topic; 0 before `learn`. */
  partitionsOf(index: number): number {
    return this.#partitions[index];
  }

  /** Asks the broker. Throws what `CountPartitions` throws, and TP_BAD_ARGUMENT without partition `least`. */
  async learn(index: number, least: number): Promise<void> {
    const topic = this.#names[index];
    const count = await this.#count(topic);
    if (least >= count) {
      throw new TowpathError("TP_BAD_ARGUMENT", `topic ${topic} has no partition ${least}`, {
        where: addressOf(this.#settings),
        hint: count === 1 ? "Its only partition is 0." : `Its partitions are 0 to ${count - 1}.`,
      });
    }
    this.#partitions[index] = count;
    this.#counted(index, count);
  }

  /** Asks about topics of one partition again: they may have got more. Throws as `learn`. */
  async refresh(): Promise<void> {
    for (let index = 0; index < this.#names.length; index++)
      if (this.#partitions[index] === 1) await this.learn(index, 0);
  }

  /** Where, from message `from` on, the run of messages ends that can be sent as they are. */
  runEnd({ fields, count }: Chunk, from: number): number {
    const partitions = this.#partitions;
    let i = from;
    for (; i < count; i++) {
      const partition = fields[i * FIELDS + PARTITION];
      const known = partitions[fields[i * FIELDS + TOPIC]];
      if (partition === EVERY || known <= Math.max(partition, 0)) break;
    }
    return i;
  }
}
