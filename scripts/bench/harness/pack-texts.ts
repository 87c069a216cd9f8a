import type { PackedMessages } from "../../../lib/io/parser.ts";

/** Texts as the packed reader would bring them. */
export function packTexts(texts: readonly string[]): PackedMessages {
  const ends = new Uint32Array(texts.length);
  let end = 0;
  texts.forEach((text, i) => {
    end += Buffer.byteLength(text);
    ends[i] = end;
  });
  return {
    length: texts.length,
    bytes: new Uint8Array(Buffer.from(texts.join(""))),
    ends,
    nulls: null,
    partitions: new Int32Array(texts.length),
    offsets: Float64Array.from(texts, (_, i) => i),
    timestamps: null,
    keys: null,
    headers: null,
  };
}
