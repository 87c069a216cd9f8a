import { ByteWriter } from "../../lib/io/byte-writer.ts";
import type { Serde } from "../../lib/io/serde.ts";
import type { Codec } from "./codec.ts";

/** Bytes without a frame, by one schema. */
export class PlainSerde<T, S> implements Serde<T> {
  readonly isSync = true;
  readonly #codec: Codec<S>;
  readonly #schema: S;

  constructor(codec: Codec<S>, schema: S) {
    this.#codec = codec;
    this.#schema = schema;
  }

  deserialize(bytes: Uint8Array | null): T | null {
    return bytes === null ? null : (this.#codec.decode(this.#schema, bytes, 0, false) as T);
  }

  serialize(value: T | null): Uint8Array | null {
    if (value === null || value === undefined) return null;
    const out = new ByteWriter(256);
    this.#codec.encode(this.#schema, value, out, false);
    return Buffer.from(out.view());
  }
}
