import type { Chunk } from "./outbox.ts";

/** Messages of one commit that were delivered: its ticket, how many, their bytes. */
export type Delivered = (ticket: number, messages: number, bytes: number) => void;

/** A message that was not delivered, or not where it belongs. */
export interface SendFailure {
  /** Of librdkafka; 0: it was delivered, but not behind the one before; null: only the text is known. */
  readonly code: number | null;
  readonly text: string;
  readonly topic: string;
  readonly partition: number;
  /** Of the payload. */
  readonly bytes: number;
}

/**
 * Hands packed messages to a connected producer. Two ways lead here: the native writer (packed-sender.ts) and
 * node-rdkafka's own `produce` (plain-sender.ts); what the broker gets is the same.
 *
 * Laws: messages are taken in order, and copied; a refused one leaves none behind it taken; each that was taken is
 * reported once.
 */
export interface ChunkSender {
  readonly kind: "packed" | "plain";
  /** The index of a new topic: 0, 1, 2 … */
  addTopic(name: string): number;
  /** How many partitions a topic has, as far as is known; told again where there are more. */
  setPartitions(topic: number, partitions: number): void;
  /** Takes messages [from, to) of a chunk and returns how many; `refusal` says why not all. */
  send(chunk: Chunk, from: number, to: number): number;
  /** Why the last `send` did not take all. */
  readonly refusal: { readonly code: number; readonly message: string } | null;
  /** Tells what has been delivered since the last call; returns the first failure. */
  collect(delivered: Delivered): SendFailure | null;
  /** Comes before the client's `disconnect`. */
  close(): void;
}
