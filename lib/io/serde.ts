/** What turns one part of a message, its key or its value, into a value of the script and back. */

/** A header as it came: names may repeat, and a value may be null. */
export type MessageHeader = readonly [name: string, value: Uint8Array | null];

/** Which part of which message is at hand. */
export interface SerdeContext {
  readonly topic: string;
  readonly field: "key" | "value";
  /** In the message's order; absent where nobody asked for them. */
  readonly headers?: readonly MessageHeader[] | undefined;
}

/**
 * Bytes to a value. Null is the absent key or the tombstone, not the empty text; what this package makes passes it
 * through. A promise stands for a value that needs something fetched first, a schema say: implementations answer at
 * once wherever they can. Throws, or rejects, where the bytes cannot be read. The bytes are borrowed: valid until the
 * call returns or its promise settles.
 */
export interface Deserializer<T = unknown> {
  /** true: it never gives a promise, so that rows need not be made ready to wait. */
  readonly isSync?: boolean | undefined;
  deserialize(bytes: Uint8Array | null, context: SerdeContext): T | null | Promise<T | null>;
}

/** A value to bytes. Null asks for a message without this part: a tombstone, for a value. Throws, or rejects. */
export interface Serializer<T = unknown> {
  /** As for a deserializer. */
  readonly isSync?: boolean | undefined;
  serialize(value: T | null, context: SerdeContext): Uint8Array | null | Promise<Uint8Array | null>;
}

/** Both ways: what it serializes, it deserializes to an equal value. */
export interface Serde<T = unknown> extends Deserializer<T>, Serializer<T> {}

/** Where a deserializer is asked for, a function will do. */
export type DeserializeFunction<T = unknown> = Deserializer<T>["deserialize"];

/** Where a serializer is asked for, a function will do. */
export type SerializeFunction<T = unknown> = Serializer<T>["serialize"];

/**
 * A deserializer of either form, as the function.
 *
 * @example
 * const parse = deserializeOf((bytes) => bytes && JSON.parse(Buffer.from(bytes).toString()));
 */
export function deserializeOf<T>(given: Deserializer<T> | DeserializeFunction<T>): DeserializeFunction<T> {
  return typeof given === "function" ? given : (bytes, context) => given.deserialize(bytes, context);
}

/** A serializer of either form, as the function. */
export function serializeOf<T>(given: Serializer<T> | SerializeFunction<T>): SerializeFunction<T> {
  return typeof given === "function" ? given : (value, context) => given.serialize(value, context);
}
