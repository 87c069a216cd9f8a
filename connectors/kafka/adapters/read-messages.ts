import { pointerText } from "../../../lib/data/cell.ts";
import { KEY_WORDS } from "../../../lib/data/keys.ts";
import { keysOfPositions } from "../../../lib/data/row-key.ts";
import type { PackedBytes, PackedMessages } from "../../../lib/io/parser.ts";
import type { PartitionSlots } from "../partition-slots.ts";
import { ReadMessage } from "./kafka-message.ts";

/** A message and the slot of its partition. */
export interface Taken {
  readonly message: ReadMessage;
  readonly slot: number;
  readonly bytes: number;
}

const NO_HEADERS: ReadMessage["headers"] = [];

/** Packed messages one by one, with bytes of their own. */
export function readMessages(messages: PackedMessages, slots: PartitionSlots, withIds: boolean): Taken[] {
  const { length, partitions, offsets, timestamps, headers, keys } = messages;
  const values = ownParts(messages, length);
  const ownKeys = keys === null ? null : ownParts(keys, length);
  const ids = withIds ? idsOf(messages, slots) : null;
  return Array.from({ length }, (_, i) => {
    const slot = partitions[i];
    const { topic, partition } = slots.at(slot);
    const timestamp = timestamps === null || timestamps[i] < 0 ? null : timestamps[i];
    const value = values[i];
    const key = ownKeys?.[i] ?? null;
    const message = new ReadMessage({
      value,
      key,
      headers: headers === null ? NO_HEADERS : ownHeaders(headers(i)),
      topic,
      partition,
      offset: offsets[i],
      timestamp,
      id: ids === null ? null : pointerText(ids, 4 * KEY_WORDS * i),
    });
    return { message, slot, bytes: (value?.length ?? 0) + (key?.length ?? 0) };
  });
}

/** The parts end to end in one buffer of their own. */
function ownParts({ bytes, ends, nulls }: PackedBytes, length: number): (Buffer | null)[] {
  const own = Buffer.from(bytes.subarray(0, length === 0 ? 0 : ends[length - 1]));
  return Array.from({ length }, (_, i) =>
    nulls !== null && nulls[i] !== 0 ? null : own.subarray(i === 0 ? 0 : ends[i - 1], ends[i]),
  );
}

function ownHeaders(headers: ReadMessage["headers"]): ReadMessage["headers"] {
  if (headers.length === 0) return NO_HEADERS;
  return headers.map(([name, value]) => [name, value === null ? null : Buffer.from(value)] as const);
}

function idsOf({ partitions, offsets, length }: PackedMessages, slots: PartitionSlots): Uint8Array {
  const origins = slots.all().map(({ topic, partition }) => `${topic}\0${partition}`);
  const words = keysOfPositions(origins, partitions, offsets, new Uint32Array(length), length);
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
