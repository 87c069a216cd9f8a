import { assert } from "../base/assert.ts";
import type { PackedBytes, PackedMessages } from "./parser.ts";
import type { Segment } from "./segment.ts";

/** A copy of messages [from, to), since the original is borrowed. */
export function ownMessages(messages: PackedMessages, from: number, to: number): PackedMessages {
  const headers = Array.from({ length: to - from }, (_, i) => messages.headers?.(from + i) ?? []);
  return {
    length: to - from,
    ...ownBytes(messages, from, to),
    partitions: messages.partitions.slice(from, to),
    offsets: messages.offsets.slice(from, to),
    next: messages.next?.slice(from, to),
    timestamps: messages.timestamps?.slice(from, to) ?? null,
    keys: messages.keys === null ? null : ownBytes(messages.keys, from, to),
    headers: messages.headers === null ? null : (message) => headers[message],
  };
}

function ownBytes({ bytes, ends, nulls }: PackedBytes, from: number, to: number): PackedBytes {
  const start = from === 0 ? 0 : ends[from - 1];
  const end = to === 0 ? start : ends[to - 1];
  return {
    bytes: bytes.slice(start, Math.max(start, end)),
    ends: ends.slice(from, to).map((at) => at - start),
    nulls: nulls?.slice(from, to) ?? null,
  };
}

/** Messages one batch after the other. Happens once in the life of a source: clarity counts more than speed. */
export function joinMessages(parts: readonly PackedMessages[]): PackedMessages {
  const { timestamps, keys, headers } = parts[0];
  return {
    length: parts.reduce((sum, part) => sum + part.length, 0),
    ...joinBytes(parts),
    partitions: Int32Array.from(parts.flatMap((part) => [...part.partitions])),
    offsets: Float64Array.from(parts.flatMap((part) => [...part.offsets])),
    timestamps:
      timestamps === null ? null : Float64Array.from(parts.flatMap((part) => [...(part.timestamps ?? [])])),
    keys: keys === null ? null : joinBytes(parts.map((part) => part.keys as PackedBytes)),
    headers: headers === null ? null : joinHeaders(parts),
  };
}

function joinBytes(parts: readonly PackedBytes[]): PackedBytes {
  const ends: number[] = [];
  const nulls: number[] = [];
  let base = 0;
  for (const part of parts) {
    for (const end of part.ends) ends.push(base + end);
    for (let i = 0; i < part.ends.length; i++) nulls.push(part.nulls?.[i] ?? 0);
    base += part.bytes.length;
  }
  return {
    bytes: Buffer.concat(parts.map((part) => part.bytes)),
    ends: Uint32Array.from(ends),
    nulls: Uint8Array.from(nulls),
  };
}

function joinHeaders(parts: readonly PackedMessages[]): NonNullable<PackedMessages["headers"]> {
  const all = parts.flatMap((part) => Array.from({ length: part.length }, (_, i) => part.headers?.(i) ?? []));
  return (message) => all[message];
}

/** Finds messages that segments keep a copy of. */
export function messageFinder(segments: readonly Segment[]): (partition: number, offset: number) => Found {
  let index: Map<string, Found> | null = null;
  return (partition, offset) => {
    index ??= indexMessages(segments);
    const found = index.get(`${partition} ${offset}`);
    assert(found !== undefined, "a rejected message was not kept");
    return found;
  };
}

type Found = readonly [messages: PackedMessages, i: number];

function indexMessages(segments: readonly Segment[]): Map<string, Found> {
  const index = new Map<string, Found>();
  for (const messages of segments.flatMap((segment) => segment.messages)) {
    const { partitions, offsets, length } = messages;
    for (let i = 0; i < length; i++) index.set(`${partitions[i]} ${offsets[i]}`, [messages, i]);
  }
  return index;
}
