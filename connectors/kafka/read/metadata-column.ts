import { isUtf8 } from "node:buffer";
import type { ColumnBuilder, TextBuilder } from "../../../lib/data/column-builder.ts";
import type { ColumnSchema } from "../../../lib/data/schema.ts";
import type { PackedBytes, PackedMessages } from "../../../lib/io/parser.ts";
import type { Segment } from "../../../lib/io/segment.ts";
import type { PartitionSlots } from "../client/partition-slots.ts";

/**
 * The column that `withMetadata` adds: a json object of where the row's message stood and what came with it,
 *
 *   { topic, partition, offset, timestamp, key, headers: [{ name, value }, …] }
 *
 * `timestamp` is in ms since 1970, null where the message has none. Keys and header values are bytes to Kafka: here
 * they are text where they are UTF-8, `{ "base64": "…" }` where they are not, null where there are none, so that no
 * byte is lost. Headers keep their order, and names may repeat.
 */
export const metadataColumn: ColumnSchema = { name: "_metadata", type: { name: "json", optional: false } };

/** Fills the metadata column, the last one, of the rows that an input session hands over run by run. */
export class MetadataWriter {
  readonly #slots: PartitionSlots;
  /** Runs come in the order of the messages, so the search for a row's message goes on where the last one ended. */
  #at = 0;
  #messages: PackedMessages | null = null;

  constructor(slots: PartitionSlots) {
    this.#slots = slots;
  }

  write(messages: PackedMessages, segment: Segment, from: number, to: number): void {
    const { columns, partitions, offsets } = segment.rows;
    const builder = columns.at(-1) as ColumnBuilder | null;
    if (builder === null) return;
    if (messages !== this.#messages) {
      this.#messages = messages;
      this.#at = 0;
    }
    for (let row = from; row < to; row++) {
      while (
        messages.offsets[this.#at] !== offsets[row] ||
        messages.partitions[this.#at] !== partitions[row]
      ) {
        this.#at++;
      }
      (builder as TextBuilder).setString(row, this.#json(messages, this.#at));
    }
  }

  /** Stable JSON: the names in order, as every json cell has them. */
  #json(messages: PackedMessages, message: number): string {
    const { topic, partition } = this.#slots.at(messages.partitions[message]);
    const time = messages.timestamps?.[message] ?? -1;
    const headers = (messages.headers?.(message) ?? [])
      .map(([name, value]) => `{"name":${JSON.stringify(name)},"value":${bytesJson(value)}}`)
      .join(",");
    const key = bytesJson(messages.keys === null ? null : entry(messages.keys, message));
    const place = `"offset":${messages.offsets[message]},"partition":${partition}`;
    return `{"headers":[${headers}],"key":${key},${place},"timestamp":${time < 0 ? null : time},"topic":${JSON.stringify(topic)}}`;
  }
}

function entry({ bytes, ends, nulls }: PackedBytes, i: number): Buffer | null {
  if (nulls !== null && nulls[i] !== 0) return null;
  const start = i === 0 ? 0 : ends[i - 1];
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, ends[i] - start);
}

function bytesJson(bytes: Buffer | null): string {
  if (bytes === null) return "null";
  return isUtf8(bytes) ? JSON.stringify(bytes.toString("utf8")) : `{"base64":"${bytes.toString("base64")}"}`;
}
