import { grown } from "../../../lib/base/growth.ts";

/** A topic's partition. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/**
 * The partitions of one source. A slot is a partition's index in the order of discovery; packed messages, rows and
 * commit scopes know partitions by it. Slots are never taken back.
 */
export class PartitionSlots {
  readonly #list: TopicPartition[] = [];
  readonly #slots = new Map<string, number[]>();
  /** The offset to be read next of each slot, -1 while it is not known. Written by the ingest. */
  positions = new Float64Array(16);

  get count(): number {
    return this.#list.length;
  }

  readonly #resumed = new Set<number>();

  /** Whether a partition was ever resumed, so that messages must be looked at one by one (`accept`). */
  get guarded(): boolean {
    return this.#resumed.size > 0;
  }

  /**
   * The partition was paused and goes on. The client fetches again what pausing threw away, and may begin before what
   * was handed out already: from now on messages below the slot's position are repeats.
   */
  guard(slot: number): void {
    this.#resumed.add(slot);
  }

  /** Whether a message is news, in which case the slot's position moves behind it. */
  accept(slot: number, offset: number): boolean {
    if (offset < this.positions[slot] && this.#resumed.has(slot)) return false;
    this.positions[slot] = offset + 1;
    return true;
  }

  /** The slot of a partition that is new to the source. */
  add(topic: string, partition: number): number {
    const slot = this.#list.push({ topic, partition }) - 1;
    let ofTopic = this.#slots.get(topic);
    if (ofTopic === undefined) {
      ofTopic = [];
      this.#slots.set(topic, ofTopic);
    }
    ofTopic[partition] = slot;
    this.positions = grown(this.positions, slot + 1);
    this.positions[slot] = -1;
    return slot;
  }

  /** The slot of a partition, -1 where the source does not have it. */
  find(topic: string, partition: number): number {
    return this.#slots.get(topic)?.[partition] ?? -1;
  }

  at(slot: number): TopicPartition {
    return this.#list[slot];
  }

  /** "topic orders, partition 0". */
  place(slot: number): string {
    const { topic, partition } = this.#list[slot];
    return `topic ${topic}, partition ${partition}`;
  }

  all(): readonly TopicPartition[] {
    return this.#list;
  }

  /** Says that everything of a slot before `offset` has been read. */
  reached(slot: number, offset: number): void {
    if (offset > this.positions[slot]) this.positions[slot] = offset;
  }
}
