import type { PackedMessages } from "../../../lib/io/parser.ts";

/** The end of a partition or an error of the client, as the ingest met it. */
export interface IngestEvent {
  /** librdkafka's code: `clientErrors.partitionEof`, or an error's. */
  readonly code: number;
  /** Slot of the partition that it is about, or -1. */
  readonly slot: number;
  /** At a partition's end: the offset that its next message will have. */
  readonly offset: number;
  readonly message: string;
}

/** Which attributes of a message somebody reads, beside its payload and place. */
export interface Attributes {
  readonly timestamps: boolean;
  readonly keys: boolean;
  readonly headers: boolean;
}

/**
 * Messages out of a connected consumer, packed. Two ways lead here: the native reader (packed-ingest.ts) and
 * node-rdkafka's own `consume` (plain-ingest.ts); what they hand out is the same.
 *
 *   take until null → use up each batch → takeEvents → wait for onReadable
 *
 * Laws (test/kafka/read-ingest.test.ts): `take` never waits; a batch is valid until the next `take`; messages of a
 * partition come in order, and `positions` of the slots say the next one; no event is lost; nothing polls while
 * nothing arrives.
 */
export interface Ingest {
  readonly kind: "packed" | "plain";
  take(): PackedMessages | null;
  /** The events of the takes since the last call. Their offsets say how they stand to the messages. */
  takeEvents(): readonly IngestEvent[];
  /** `wake` is called when messages or events have arrived since a `take` returned null. */
  onReadable(wake: () => void): void;
  /**
   * The assignment has changed: hands out what has come under the former one and was not taken, so that none of it can
   * be mistaken for what comes under a later one. The caller drops what is not its own any more.
   */
  turn(use: (messages: PackedMessages) => void): Promise<void>;
  /** Gives the consumer back; comes before its `disconnect`. */
  close(): Promise<void>;
}

export const NO_EVENTS: readonly IngestEvent[] = [];
