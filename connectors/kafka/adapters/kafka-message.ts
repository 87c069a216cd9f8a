import { isUtf8 } from "node:buffer";
import { unwritable } from "../../../lib/pipe/json-text.ts";

/** A header as messages have it: a name may come twice, and null is a value of its own. */
export type KafkaHeader = readonly [name: string, value: Uint8Array | null];

/** What a message that is to be written may hold beside its value. */
export interface KafkaMessageParts {
  readonly key?: Uint8Array | string | null;
  readonly value: unknown;
  readonly headers?: readonly KafkaHeader[];
  readonly partition?: number;
}

/**
 * A message of Kafka: what `pw.kafkaInput` gives, and what `pw.kafkaOutput` writes with key, headers and partition rather
 * than as a value alone.
 *
 * @example
 * transform: (order) => new pw.KafkaMessage({ key: order.customer, value: order })
 */
export class KafkaMessage {
  readonly value: unknown;
  readonly key: Uint8Array | string | null;
  readonly headers: readonly KafkaHeader[];
  /** Where it stood; where it is to go, if not where its key says. */
  readonly partition: number | undefined;

  constructor({ key = null, value, headers = [], partition }: KafkaMessageParts) {
    this.key = key;
    this.value = value;
    this.headers = headers;
    this.partition = partition;
  }

  /** As files have it: key, value and headers as texts. Throws TP_PIPE_VALUE where they are none. */
  toJSON(): Record<string, unknown> {
    const { key, value, headers, partition } = this;
    return {
      key: textOf(key, "key"),
      value: textOf(value, "value"),
      headers: headerTexts(headers),
      ...(partition === undefined ? {} : { partition }),
    };
  }
}

function headerTexts(headers: readonly KafkaHeader[]): unknown {
  return headers.map(([name, content]) => [name, textOf(content, `header ${JSON.stringify(name)}`)]);
}

function textOf(part: unknown, what: string): unknown {
  if (!(part instanceof Uint8Array)) return part;
  if (!isUtf8(part)) throw unwritable(`the ${what} of the message is not UTF-8`);
  return Buffer.from(part.buffer, part.byteOffset, part.length).toString();
}

/** A message that was read. */
export class ReadMessage extends KafkaMessage {
  declare readonly value: Buffer | null;
  declare readonly key: Buffer | null;
  declare readonly partition: number;
  declare readonly headers: readonly (readonly [name: string, value: Buffer | null])[];
  readonly topic: string;
  readonly offset: number;
  /** Milliseconds since 1970; null where the broker has none. */
  readonly timestamp: number | null;
  /** A UUID of (topic, partition, offset): the same whenever the message is read. Null without `generateIds`. */
  readonly id: string | null;

  constructor(parts: {
    readonly value: Buffer | null;
    readonly key: Buffer | null;
    readonly headers: ReadMessage["headers"];
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
    readonly timestamp: number | null;
    readonly id: string | null;
  }) {
    super(parts);
    this.topic = parts.topic;
    this.offset = parts.offset;
    this.timestamp = parts.timestamp;
    this.id = parts.id;
  }

  override toJSON(): Record<string, unknown> {
    const { topic, partition, offset, timestamp, id } = this;
    const key = textOf(this.key, "key");
    const value = textOf(this.value, "value");
    const headers = headerTexts(this.headers);
    if (id === null) return { key, value, headers, topic, partition, offset, timestamp };
    return { key, value, headers, topic, partition, offset, timestamp, id };
  }
}
