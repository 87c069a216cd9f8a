import type { PackedBytes, PackedMessages } from "../../../lib/io/parser.ts";

export interface Message {
  readonly partition: number;
  readonly offset: number;
  readonly value: string | Buffer | null;
  readonly key: string | Buffer | null;
}

/** Messages as an ingest packs them, with keys. */
export function packed(messages: readonly Message[]): PackedMessages {
  return {
    length: messages.length,
    ...packedBytes(messages.map(({ value }) => value)),
    partitions: Int32Array.from(messages, ({ partition }) => partition),
    offsets: Float64Array.from(messages, ({ offset }) => offset),
    timestamps: null,
    keys: packedBytes(messages.map(({ key }) => key)),
    headers: null,
  };
}

function packedBytes(parts: readonly (string | Buffer | null)[]): PackedBytes {
  const buffers = parts.map((part) => Buffer.from(part ?? ""));
  let used = 0;
  return {
    bytes: Buffer.concat(buffers),
    ends: Uint32Array.from(buffers, ({ length }) => {
      used += length;
      return used;
    }),
    nulls: parts.includes(null) ? Uint8Array.from(parts, (part) => (part === null ? 1 : 0)) : null,
  };
}
