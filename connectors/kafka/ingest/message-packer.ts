import type { Message, MessageHeader } from "node-rdkafka";
import { grown } from "../../../lib/base/growth.ts";
import type { PackedBytes, PackedMessages } from "../../../lib/io/parser.ts";
import type { PartitionSlots } from "../client/partition-slots.ts";
import type { Attributes } from "./ingest.ts";

/** Packs node-rdkafka's message objects into the arrays that parsers read; the arrays are used again. */
export class MessagePacker {
  readonly #slots: PartitionSlots;
  readonly #attributes: Attributes;
  readonly #payload = new PartPacker();
  readonly #key = new PartPacker();
  #partitions = new Int32Array(16);
  #offsets = new Float64Array(16);
  #timestamps = new Float64Array(16);

  constructor(slots: PartitionSlots, attributes: Attributes) {
    this.#slots = slots;
    this.#attributes = attributes;
  }

  pack(received: readonly Message[]): PackedMessages {
    const messages = this.#place(received);
    const { timestamps, keys, headers } = this.#attributes;
    const payload = this.#payload.pack(messages.map(({ value }) => value));
    const packed = { length: messages.length, ...payload, partitions: this.#partitions };
    return {
      ...packed,
      offsets: this.#offsets,
      timestamps: timestamps ? this.#timestamps : null,
      keys: keys ? this.#key.pack(messages.map(({ key }) => bytesOf(key))) : null,
      headers: headers ? (message) => headersOf(messages[message].headers ?? []) : null,
    };
  }

  /** Notes where each message stands, and returns those that are news. */
  #place(messages: readonly Message[]): readonly Message[] {
    const { length } = messages;
    const fresh: Message[] = [];
    this.#partitions = grown(this.#partitions, length);
    this.#offsets = grown(this.#offsets, length);
    if (this.#attributes.timestamps) this.#timestamps = grown(this.#timestamps, length);
    for (const message of messages) {
      const { topic, partition, offset, timestamp } = message;
      const slot = this.#slots.find(topic, partition);
      if (!this.#slots.accept(slot, offset)) continue;
      const i = fresh.push(message) - 1;
      this.#partitions[i] = slot;
      this.#offsets[i] = offset;
      if (this.#attributes.timestamps) this.#timestamps[i] = timestamp ?? -1;
    }
    return fresh;
  }
}

/** Byte strings end to end. */
class PartPacker {
  #bytes = new Uint8Array(4096);
  #ends = new Uint32Array(16);
  #nulls = new Uint8Array(16);

  pack(parts: readonly (Buffer | null)[]): PackedBytes {
    const { length } = parts;
    this.#ends = grown(this.#ends, length);
    this.#nulls = grown(this.#nulls, length);
    const total = parts.reduce((sum, part) => sum + (part?.length ?? 0), 0);
    if (total > this.#bytes.length) this.#bytes = new Uint8Array(Math.max(total, this.#bytes.length * 2));
    let used = 0;
    let anyNull = false;
    for (let i = 0; i < length; i++) {
      const part = parts[i];
      if (part !== null) {
        this.#bytes.set(part, used);
        used += part.length;
      } else anyNull = true;
      this.#ends[i] = used;
      this.#nulls[i] = part === null ? 1 : 0;
    }
    return { bytes: this.#bytes, ends: this.#ends, nulls: anyNull ? this.#nulls : null };
  }
}

function bytesOf(value: Buffer | string | null | undefined): Buffer | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? Buffer.from(value) : value;
}

/** node-rdkafka gives each header as an object of one field. It shows a null value as an empty one. */
function headersOf(headers: readonly MessageHeader[]): [string, Buffer | null][] {
  return headers.flatMap((header) =>
    Object.entries(header).map(([name, value]): [string, Buffer | null] => [name, bytesOf(value)]),
  );
}
