import { grown } from "../../../lib/base/growth.ts";
import type { PackedBytes, PackedMessages } from "../../../lib/io/parser.ts";
import { placeMessages, takeFlag } from "../../../lib/kernels/place-messages.ts";
import type { PartitionSlots } from "../client/partition-slots.ts";
import type { Reader } from "../native/index.ts";
import {
  decodeHeaders,
  FLAG_NULL_KEY,
  FLAG_NULL_PAYLOAD,
  type PackedBuffers,
  packedBuffers,
} from "../native/packed-buffers.ts";
import { type Attributes, type Ingest, type IngestEvent, NO_EVENTS } from "./ingest.ts";
import { pickMessages } from "./pick-messages.ts";

/** What a take is at most; one message may be larger. */
export interface BatchRoom {
  readonly messages: number;
  readonly bytes: number;
}

/** Enough to make a take's own cost vanish, little enough to stay near the caches. */
const ROOM: BatchRoom = { messages: 16_384, bytes: 2 << 20 };

/** Batches from the native reader, which fills our buffers without an object per message. */
export class PackedIngest implements Ingest {
  readonly kind = "packed";
  readonly #reader: Reader;
  readonly #slots: PartitionSlots;
  readonly #buffers: PackedBuffers;
  readonly #messagesMax: number;
  readonly #partitions: Int32Array;
  readonly #nulls: Uint8Array;
  readonly #keyNulls: Uint8Array;
  readonly #attributes: Attributes;
  /** The reader's partitions → the source's slots. */
  #slotOf = new Int32Array(16);
  #known = 0;
  #generation = 0;
  #events: readonly IngestEvent[] = NO_EVENTS;

  constructor(reader: Reader, slots: PartitionSlots, attributes: Attributes, room: BatchRoom = ROOM) {
    this.#messagesMax = room.messages;
    this.#partitions = new Int32Array(room.messages);
    this.#nulls = new Uint8Array(room.messages);
    this.#keyNulls = new Uint8Array(room.messages);
    this.#reader = reader;
    this.#slots = slots;
    this.#attributes = attributes;
    this.#buffers = packedBuffers({
      ...room,
      keys: attributes.keys,
      headers: attributes.headers,
    });
  }

  take(): PackedMessages | null {
    const reader = this.#reader;
    let count: number;
    do {
      count = reader.take(this.#buffers, this.#messagesMax);
      if (reader.toppars.length > this.#known) this.#learnSlots();
      if (reader.events.length > 0) this.#noteEvents();
    } while (count === 0 && reader.hasMore);
    return count === 0 ? null : this.#messages(count);
  }

  takeEvents(): readonly IngestEvent[] {
    const events = this.#events;
    this.#events = NO_EVENTS;
    return events;
  }

  onReadable(wake: () => void): void {
    this.#reader.onReadable(wake);
  }

  async turn(use: (messages: PackedMessages) => void): Promise<void> {
    this.#reader.setGeneration(++this.#generation);
    for (let messages = this.take(); messages !== null; messages = this.take()) {
      use(messages);
      if (this.#reader.generation === this.#generation) return;
    }
  }

  async close(): Promise<void> {
    this.#reader.detach();
  }

  #messages(count: number): PackedMessages {
    const { payload, keys, headers, flags, toppar, offsets, timestamps } = this.#buffers;
    const partitions = this.#partitions;
    const fresh = this.#slots.guarded ? this.#place(count) : null;
    if (fresh === null)
      placeMessages(toppar, this.#slotOf, offsets, this.#slots.positions, partitions, count);
    const nulls = takeFlag(flags, FLAG_NULL_PAYLOAD, this.#nulls, count) ? this.#nulls : null;
    const messages: PackedMessages = {
      length: count,
      bytes: payload.bytes,
      ends: payload.ends,
      nulls,
      partitions,
      offsets,
      timestamps: this.#attributes.timestamps ? timestamps : null,
      keys: keys === null ? null : this.#keys(keys, flags, count),
      headers:
        headers === null
          ? null
          : (message) =>
              decodeHeaders(headers, message).map(({ name, value }) => [
                name,
                value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.length),
              ]),
    };
    return fresh === null || fresh.length === count ? messages : pickMessages(messages, fresh);
  }

  /** `placeMessages` with an eye on repeats: the places of the messages that are news. */
  #place(count: number): number[] {
    const { toppar, offsets } = this.#buffers;
    const fresh: number[] = [];
    for (let i = 0; i < count; i++) {
      const slot = this.#slotOf[toppar[i]];
      this.#partitions[i] = slot;
      if (this.#slots.accept(slot, offsets[i])) fresh.push(i);
    }
    return fresh;
  }

  #keys(keys: NonNullable<PackedBuffers["keys"]>, flags: Uint8Array, count: number): PackedBytes {
    const nulls = takeFlag(flags, FLAG_NULL_KEY, this.#keyNulls, count) ? this.#keyNulls : null;
    return { bytes: keys.bytes, ends: keys.ends, nulls };
  }

  #learnSlots(): void {
    const { toppars } = this.#reader;
    this.#slotOf = grown(this.#slotOf, toppars.length);
    for (; this.#known < toppars.length; this.#known++) {
      const { topic, partition } = toppars[this.#known];
      this.#slotOf[this.#known] = this.#slots.find(topic, partition);
    }
  }

  #noteEvents(): void {
    const events = this.#reader.events.map(({ code, toppar, offset, text }) => {
      const slot = toppar < 0 ? -1 : this.#slotOf[toppar];
      return { code, slot, offset, message: text };
    });
    this.#events = [...this.#events, ...events];
  }
}
