import { copySlices } from "../kernels/join-bytes.ts";
import { TextColumn } from "./column.ts";
import { KEY_WORDS, Keys } from "./keys.ts";

/** Bytes of a pointer: the key's four words, least significant byte first, as the words lie in memory. */
const KEY_BYTES = 16;

/** The keys of n rows as a pointer column over the same memory; borrowed like the keys. Sorted as their texts are. */
export function keyColumn(keys: Keys, n: number): TextColumn {
  const words = keys.words();
  const starts = new Uint32Array(n);
  const ends = new Uint32Array(n);
  for (let row = 0, at = 0; row < n; row++) {
    starts[row] = at;
    at += KEY_BYTES;
    ends[row] = at;
  }
  return new TextColumn(new Uint8Array(words.buffer, words.byteOffset, KEY_BYTES * n), starts, ends);
}

/** The keys that a pointer column holds, made at the first look. Cells that hold none give the key 0. */
export function pointerWords({ bytes, starts, ends }: TextColumn, n: number): Keys {
  return Keys.derived(() => {
    const words = new Uint32Array(KEY_WORDS * n);
    copySlices(bytes, starts, ends, n, KEY_BYTES, new Uint8Array(words.buffer));
    return words;
  });
}
