/** Everything that a topic holds, byte by byte, and where Java's clients would have put it. */
import { randomUUID } from "node:crypto";
import { packedBuffers } from "../../../connectors/kafka/native/packed-buffers.ts";
import type { ClientSettings } from "./broker.ts";
import { watermarks } from "./clients.ts";
import { packedConsumer, type ReadMessage, readUntil } from "./packed-consumer.ts";

/** All messages of a topic: those of a partition in order. */
export async function messagesIn(
  settings: ClientSettings,
  topic: string,
  partitions = 1,
): Promise<ReadMessage[]> {
  const bounds = await Promise.all(
    Array.from({ length: partitions }, (_, partition) => watermarks(settings, topic, partition)),
  );
  const count = bounds.reduce((sum, { low, high }) => sum + high - low, 0);
  if (count === 0) return [];
  await using opened = await packedConsumer({ ...settings, "group.id": `test-${randomUUID()}` });
  const { consumer, reader } = opened;
  consumer.assign(Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0 })));
  const buffers = packedBuffers({ messages: 4_096, bytes: 4 << 20, keys: true, headers: true });
  const { messages } = await readUntil(reader, (found) => found.length >= count, buffers);
  return messages.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** The headers as [name, text] pairs. */
export function headerTexts({ headers }: ReadMessage): (readonly [string, string | null])[] {
  return headers.map(({ name, value }) => [name, value === null ? null : value.toString()] as const);
}

/** A header by name; the last counts. */
export function headerOf(message: ReadMessage, name: string): string | undefined {
  return headerTexts(message).findLast(([other]) => other === name)?.[1] ?? undefined;
}

/**
 * The partition that Java's producer chooses for a key: org.apache.kafka.common.utils.Utils.murmur2 (MurmurHash2 of
 * Austin Appleby, seed 0x9747b28c), made positive, modulo the number of partitions.
 */
export function partitionForKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

export function murmur2(bytes: Uint8Array): number {
  const m = 0x5bd1e995;
  let hash = 0x9747b28c ^ bytes.length;
  const whole = bytes.length - (bytes.length % 4);
  for (let i = 0; i < whole; i += 4) {
    let k = Buffer.from(bytes).readInt32LE(i);
    k = Math.imul(k, m);
    k = Math.imul(k ^ (k >>> 24), m);
    hash = Math.imul(hash, m) ^ k;
  }
  for (let i = bytes.length - 1; i >= whole; i--) hash ^= bytes[i] << (8 * (i - whole));
  if (bytes.length > whole) hash = Math.imul(hash, m);
  hash = Math.imul(hash ^ (hash >>> 13), m);
  return hash ^ (hash >>> 15);
}
