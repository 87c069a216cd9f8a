/** Messages as rows: which columns there are, and what stands in them. */
import type { Columns } from "../../../lib/data/schema.ts";
import type { MessageHeader } from "../../../lib/io/serde.ts";

/** The columns of a table of received messages. */
export interface ReceivedMessage {
  /** As it came; null where there is none, which is not the empty key. */
  key: Buffer | null;
  /** As it came; null in a tombstone. */
  value: Buffer | null;
  /** In the message's order; names may repeat. Empty where there are none. */
  headers: readonly MessageHeader[];
  topic: string;
  partition: number;
  offset: number;
  /** Milliseconds since 1970, of the producer or the broker as the topic says; null where it has none. */
  timestamp: number | null;
  /** Milliseconds from `timestamp` until the message was read here, by two clocks; null without a timestamp. */
  latency: number | null;
}

/** The columns of a table of what went wrong with messages. */
export interface MessageError {
  /** A code of the list of errors: `TP_DESERIALIZE_VALUE`, `TP_KAFKA_AUTHORIZATION` … */
  code: string;
  reason: string;
  /** What was being done: "input", "deserializeKey", "deserializeValue", "serializeKey" or "serializeValue". */
  stage: string;
  topic: string | null;
  partition: number | null;
  offset: number | null;
  timestamp: number | null;
}

/** What went wrong with the source itself is about no message, so that these are null. */
export interface SourceError extends MessageError {
  key: Buffer | null;
  value: Buffer | null;
  headers: readonly MessageHeader[] | null;
}

export const messageColumns = [
  { name: "key", type: { name: "bytes", optional: true } },
  { name: "value", type: { name: "bytes", optional: true } },
  { name: "headers", type: { name: "any", optional: false } },
  { name: "topic", type: { name: "str", optional: false } },
  { name: "partition", type: { name: "int", optional: false } },
  { name: "offset", type: { name: "int", optional: false } },
  { name: "timestamp", type: { name: "datetime", optional: true } },
  { name: "latency", type: { name: "float", optional: true } },
] as const satisfies Columns;

export const sourceErrorColumns = [
  { name: "code", type: { name: "str", optional: false } },
  { name: "reason", type: { name: "str", optional: false } },
  { name: "stage", type: { name: "str", optional: false } },
  { name: "topic", type: { name: "str", optional: true } },
  { name: "partition", type: { name: "int", optional: true } },
  { name: "offset", type: { name: "int", optional: true } },
  { name: "timestamp", type: { name: "datetime", optional: true } },
  { name: "key", type: { name: "bytes", optional: true } },
  { name: "value", type: { name: "bytes", optional: true } },
  { name: "headers", type: { name: "any", optional: true } },
] as const satisfies Columns;
