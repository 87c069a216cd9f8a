import type { PartitionSlots } from "../client/partition-slots.ts";
import type { Consumer } from "./consumer.ts";

/**
 * Finds partitions that stand still because the broker no longer has the offset to be read next. The packed reader is
 * told of this by an error event; node-rdkafka's `consume` drops an error that comes behind messages of the same batch
 * (KafkaConsumerConsumeNum::Execute), and would then stand still in silence.
 */
export class OffsetWatch {
  readonly #consumer: Consumer;
  readonly #slots: PartitionSlots;
  #before: readonly number[] = [];
  #lastAsked = -1;
  #asking = false;

  constructor(consumer: Consumer, slots: PartitionSlots) {
    this.#consumer = consumer;
    this.#slots = slots;
  }

  /**
   * Call it about once a second while nothing arrives: the slot of a partition that lost its place, or -1. Asks the
   * broker about partitions that have not moved since the last call: all those where messages are said to wait, and
   * one of the others in turn, since what librdkafka knows of a partition stands still with it.
   */
  async look(): Promise<number> {
    if (this.#asking) return -1;
    const now = this.#slots.all().map((_, slot) => this.#slots.positions[slot]);
    const still = [...now.keys()].filter((slot) => now[slot] >= 0 && this.#before[slot] === now[slot]);
    this.#before = now;
    const waiting = still.filter((slot) => this.#seemsToWait(slot, now[slot]));
    const inTurn = still.find((slot) => slot > this.#lastAsked) ?? still[0] ?? -1;
    this.#lastAsked = inTurn;
    this.#asking = true;
    try {
      for (const slot of new Set(inTurn < 0 ? waiting : [...waiting, inTurn])) {
        const { low } = await this.#consumer.watermarks(this.#slots.at(slot));
        if (low > this.#slots.positions[slot]) return slot;
      }
      return -1;
    } catch {
      return -1; // The broker is away: nothing is known.
    } finally {
      this.#asking = false;
    }
  }

  #seemsToWait(slot: number, position: number): boolean {
    const known = this.#consumer.knownWatermarks(this.#slots.at(slot));
    return known !== null && known.high > position;
  }
}
