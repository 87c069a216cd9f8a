import { isUtf8 } from "node:buffer";
import { inspect } from "node:util";

/** A header as messages have it: a name may come twice, and null is a value of its own. */
export type KafkaHeader = readonly [name: string, value: Uint8Array | null];

/** What a message that is to be written may hold beside its value. */
export interface KafkaMessageParts {
  readonly key?: Uint8Array | string | null;
  readonly value: unknown;
  readonly headers?: readonly KafkaHeader[];
  /** Where it is to go. Default: where its key says. */
  readonly partition?: number;
}

/**
 * A message that `pw.kafkaOutput` writes with key, headers and partition, rather than a row as a value alone.
 *
 * @example
 * transform: (order) => new pw.KafkaMessage({ key: order.customer, value: order })
 */
export class KafkaMessage {
  readonly value: unknown;
  readonly key: Uint8Array | string | null;
  readonly headers: readonly KafkaHeader[];
  readonly partition: number | undefined;

  constructor({ key = null, value, headers = [], partition }: KafkaMessageParts) {
    this.key = key;
    this.value = value;
    this.headers = headers;
    this.partition = partition;
  }
}

/** What messages that were read together are made of; by their places in it. */
export interface MessageStore {
  value(i: number): Buffer | null;
  key(i: number): Buffer | null;
  headers(i: number): readonly (readonly [name: string, value: Buffer | null])[];
  topic(i: number): string;
  partition(i: number): number;
  offset(i: number): number;
  timestamp(i: number): number | null;
  id(i: number): string | null;
  size(i: number): number;
}

/** A message that was read: what `pw.kafkaInput` gives. */
export class ReadMessage {
  readonly #store: MessageStore;
  readonly #place: number;

  constructor(store: MessageStore, place: number) {
    this.#store = store;
    this.#place = place;
  }

  get value(): Buffer | null {
    return this.#store.value(this.#place);
  }

  get key(): Buffer | null {
    return this.#store.key(this.#place);
  }

  get headers(): readonly (readonly [name: string, value: Buffer | null])[] {
    return this.#store.headers(this.#place);
  }

  get topic(): string {
    return this.#store.topic(this.#place);
  }

  get partition(): number {
    return this.#store.partition(this.#place);
  }

  get offset(): number {
    return this.#store.offset(this.#place);
  }

  /** Milliseconds since 1970; null where the broker has none. */
  get timestamp(): number | null {
    return this.#store.timestamp(this.#place);
  }

  /** A UUID of (topic, partition, offset): the same whenever the message is read. Null without `generateIds`. */
  get id(): string | null {
    return this.#store.id(this.#place);
  }

  /** Bytes of key and value. */
  get size(): number {
    return this.#store.size(this.#place);
  }

  /** As files have it: key, value and headers as texts, and as `{ "base64": "…" }` where they are not UTF-8. */
  toJSON(): Record<string, unknown> {
    const { topic, partition, offset, timestamp, id } = this;
    const key = textOf(this.key);
    const value = textOf(this.value);
    const headers = this.headers.map(([name, content]) => [name, textOf(content)]);
    if (id === null) return { key, value, headers, topic, partition, offset, timestamp };
    return { key, value, headers, topic, partition, offset, timestamp, id };
  }

  [inspect.custom](): Record<string, unknown> {
    const { key, value, headers, topic, partition, offset, timestamp, id } = this;
    return { key, value, headers, topic, partition, offset, timestamp, id };
  }
}

function textOf(part: Buffer | null): string | { readonly base64: string } | null {
  if (part === null) return null;
  return isUtf8(part) ? part.toString() : { base64: part.toString("base64") };
}
