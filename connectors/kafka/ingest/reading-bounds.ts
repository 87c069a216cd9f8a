import type { PackedMessages } from "../../../lib/io/parser.ts";
import type { PartitionSlots } from "../client/partition-slots.ts";
import { pickMessages } from "./pick-messages.ts";

/**
 * Where a static source ends: at the offsets that its partitions had at the start, reached by position (a later
 * message was read, or the partition's end was met), never by counting messages: offsets have gaps.
 */
export class ReadingBounds {
  readonly #slots: PartitionSlots;
  readonly #ends: readonly number[];

  /** `ends[slot]`: the offset after the last message to be read. */
  constructor(slots: PartitionSlots, ends: readonly number[]) {
    this.#slots = slots;
    this.#ends = ends;
  }

  get reached(): boolean {
    return this.#ends.every((end, slot) => this.#slots.positions[slot] >= end);
  }

  /** Whether all partitions have been read to their ends but for those that are paused. */
  reachedBut(isPaused: (slot: number) => boolean): boolean {
    return this.#ends.every((end, slot) => this.#slots.positions[slot] >= end || isPaused(slot));
  }

  /** Messages that are still to be read, as far as offsets tell. */
  get lag(): number {
    return this.#ends.reduce((sum, end, slot) => sum + Math.max(0, end - this.#slots.positions[slot]), 0);
  }

  /** The messages before the ends: nearly always all of them. A batch that is cut is a copy. */
  within(messages: PackedMessages): PackedMessages {
    const ends = this.#ends;
    if (ends.every((end, slot) => this.#slots.positions[slot] <= end)) return messages;
    const { length, partitions, offsets } = messages;
    const kept: number[] = [];
    for (let i = 0; i < length; i++) if (offsets[i] < ends[partitions[i]]) kept.push(i);
    return kept.length === length ? messages : pickMessages(messages, kept);
  }
}
