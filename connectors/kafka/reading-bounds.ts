import type { PackedBytes, PackedMessages } from "../../lib/io/parser.ts";
import type { PartitionSlots } from "./partition-slots.ts";

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
    return kept.length === length ? messages : pick(messages, kept);
  }
}

function pick(messages: PackedMessages, kept: readonly number[]): PackedMessages {
  const { partitions, offsets, timestamps, keys, headers } = messages;
  return {
    length: kept.length,
    ...pickBytes(messages, kept),
    partitions: Int32Array.from(kept, (i) => partitions[i]),
    offsets: Float64Array.from(kept, (i) => offsets[i]),
    timestamps: timestamps === null ? null : Float64Array.from(kept, (i) => timestamps[i]),
    keys: keys === null ? null : pickBytes(keys, kept),
    headers: headers === null ? null : (message) => headers(kept[message]),
  };
}

function pickBytes({ bytes, ends, nulls }: PackedBytes, kept: readonly number[]): PackedBytes {
  const parts = kept.map((i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i]));
  let used = 0;
  const newEnds = Uint32Array.from(parts, (part) => {
    used += part.length;
    return used;
  });
  const newNulls = nulls === null ? null : Uint8Array.from(kept, (i) => nulls[i]);
  return { bytes: Buffer.concat(parts), ends: newEnds, nulls: newNulls };
}
