import type { PackedBytes, PackedMessages } from "../../../lib/io/parser.ts";

/** The messages at the given places, in that order, copied. */
export function pickMessages(messages: PackedMessages, kept: readonly number[]): PackedMessages {
  const { partitions, offsets, timestamps, keys, headers } = messages;
  return {
    length: kept.length,
    ...pickBytes(messages, kept),
    partitions: Int32Array.from(kept, (i) => partitions[i]),
    offsets: Float64Array.from(kept, (i) => offsets[i]),
    timestamps: timestamps === null ? null : Float64Array.from(kept, (i) => timestamps[i]),
    keys: keys === null ? null : pickBytes(keys, kept),
    headers: headers === null ? null : (message) => headers(kept[message]),
  };
}

function pickBytes({ bytes, ends, nulls }: PackedBytes, kept: readonly number[]): PackedBytes {
  const parts = kept.map((i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i]));
  let used = 0;
  const newEnds = Uint32Array.from(parts, (part) => {
    used += part.length;
    return used;
  });
  const newNulls = nulls === null ? null : Uint8Array.from(kept, (i) => nulls[i]);
  return { bytes: Buffer.concat(parts), ends: newEnds, nulls: newNulls };
}
