import { pointerText } from "../../../lib/data/cell.ts";
import { KEY_WORDS } from "../../../lib/data/keys.ts";
import { keysOfPositions } from "../../../lib/data/row-key.ts";
import type { PackedBytes, PackedMessages } from "../../../lib/io/parser.ts";
import type { PartitionSlots } from "../client/partition-slots.ts";
import { type MessageStore, ReadMessage } from "./kafka-message.ts";

const NO_HEADERS: ReadMessage["headers"] = [];

/** Packed messages one by one. They share a copy of their bytes, and make their parts when somebody asks. */
export function readMessages(
  messages: PackedMessages,
  slots: PartitionSlots,
  withIds: boolean,
): ReadMessage[] {
  const { length } = messages;
  const store = new OwnMessages(messages, slots, withIds);
  return Array.from({ length }, (_, i) => new ReadMessage(store, i));
}

class OwnMessages implements MessageStore {
  readonly #values: OwnParts;
  readonly #keys: OwnParts | null;
  readonly #headers: readonly ReadMessage["headers"][] | null;
  readonly #slots: PartitionSlots;
  readonly #partitions: Int32Array;
  readonly #offsets: Float64Array;
  readonly #timestamps: Float64Array | null;
  readonly #withIds: boolean;
  #ids: Uint8Array | null = null;

  constructor(messages: PackedMessages, slots: PartitionSlots, withIds: boolean) {
    const { length, keys, headers, timestamps } = messages;
    this.#slots = slots;
    this.#withIds = withIds;
    this.#values = new OwnParts(messages, length);
    this.#keys = keys === null ? null : new OwnParts(keys, length);
    this.#headers = headers === null ? null : Array.from({ length }, (_, i) => ownHeaders(headers(i)));
    this.#partitions = messages.partitions.slice(0, length);
    this.#offsets = messages.offsets.slice(0, length);
    this.#timestamps = timestamps === null ? null : timestamps.slice(0, length);
  }

  value(i: number): Buffer | null {
    return this.#values.at(i);
  }

  key(i: number): Buffer | null {
    return this.#keys?.at(i) ?? null;
  }

  headers(i: number): ReadMessage["headers"] {
    return this.#headers?.[i] ?? NO_HEADERS;
  }

  topic(i: number): string {
    return this.#slots.at(this.#partitions[i]).topic;
  }

  partition(i: number): number {
    return this.#slots.at(this.#partitions[i]).partition;
  }

  offset(i: number): number {
    return this.#offsets[i];
  }

  timestamp(i: number): number | null {
    const timestamp = this.#timestamps?.[i] ?? -1;
    return timestamp < 0 ? null : timestamp;
  }

  id(i: number): string | null {
    if (!this.#withIds) return null;
    this.#ids ??= this.#makeIds();
    return pointerText(this.#ids, 4 * KEY_WORDS * i);
  }

  size(i: number): number {
    return this.#values.size(i) + (this.#keys?.size(i) ?? 0);
  }

  #makeIds(): Uint8Array {
    const { length } = this.#offsets;
    const origins = this.#slots.all().map(({ topic, partition }) => `${topic}\0${partition}`);
    const ordinals = new Uint32Array(length);
    const words = keysOfPositions(origins, this.#partitions, this.#offsets, ordinals, length);
    return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  }
}

/** A copy of some parts, end to end. */
class OwnParts {
  readonly #bytes: Buffer;
  readonly #ends: Uint32Array;
  readonly #nulls: Uint8Array | null;

  constructor({ bytes, ends, nulls }: PackedBytes, length: number) {
    this.#bytes = Buffer.from(bytes.subarray(0, length === 0 ? 0 : ends[length - 1]));
    this.#ends = ends.slice(0, length);
    this.#nulls = nulls === null ? null : nulls.slice(0, length);
  }

  at(i: number): Buffer | null {
    if (this.#nulls !== null && this.#nulls[i] !== 0) return null;
    return this.#bytes.subarray(i === 0 ? 0 : this.#ends[i - 1], this.#ends[i]);
  }

  size(i: number): number {
    return this.#ends[i] - (i === 0 ? 0 : this.#ends[i - 1]);
  }
}

function ownHeaders(headers: ReadMessage["headers"]): ReadMessage["headers"] {
  if (headers.length === 0) return NO_HEADERS;
  return headers.map(([name, value]) => [name, value === null ? null : Buffer.from(value)] as const);
}
