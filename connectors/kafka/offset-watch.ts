import type { Consumer } from "./consumer.ts";
import type { PartitionSlots } from "./partition-slots.ts";

/**
 * Finds partitions that stand still because the broker no longer has the offset to be read next. The packed reader is
 * told of this by an error event; node-rdkafka's `consume` drops an error that comes behind messages of the same batch
 * (KafkaConsumerConsumeNum::Execute), and would then stand still in silence.
 */
export class OffsetWatch {
  readonly #consumer: Consumer;
  readonly #slots: PartitionSlots;
  #before: readonly number[] = [];
  #asking = false;

  constructor(consumer: Consumer, slots: PartitionSlots) {
    this.#consumer = consumer;
    this.#slots = slots;
  }

  /**
   * Call it about once a second while nothing arrives: the slot of a partition that lost its place, or -1. Asks the
   * broker only about partitions that have not moved since the last call although messages are said to wait.
   */
  async look(): Promise<number> {
    if (this.#asking) return -1;
    const now = this.#slots.all().map((_, slot) => this.#slots.positions[slot]);
    const still = now.map((_, slot) => slot).filter((slot) => this.#isStuck(slot, now[slot]));
    this.#before = now;
    this.#asking = true;
    try {
      for (const slot of still) {
        const { low } = await this.#consumer.watermarks(this.#slots.at(slot));
        if (low > now[slot]) return slot;
      }
      return -1;
    } catch {
      return -1; // The broker is away: nothing is known.
    } finally {
      this.#asking = false;
    }
  }

  #isStuck(slot: number, position: number): boolean {
    if (position < 0 || this.#before[slot] !== position) return false;
    const known = this.#consumer.knownWatermarks(this.#slots.at(slot));
    return known !== null && known.high > position;
  }
}
