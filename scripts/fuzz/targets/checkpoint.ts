import { Image } from "../../../lib/persistence/image.ts";
import {
  CHECKPOINT_FORMAT,
  decodeManifest,
  encodeManifest,
  isReadable,
  type Manifest,
} from "../../../lib/persistence/manifest.ts";
import { type PageHash, pageHash } from "../../../lib/persistence/page-hash.ts";
import { pageBytes } from "../../../lib/persistence/saved-array.ts";
import { mutated } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";

const hash: PageHash = await pageHash();

const manifest: Manifest = {
  format: CHECKPOINT_FORMAT,
  number: 3,
  time: 1_795_261_068_762,
  takenAt: 1_795_261_069_000,
  plan: { operators: {}, sources: {} } as unknown as Manifest["plan"],
  arrays: [
    { name: "groupBy/keys", id: 1, kind: "uint32", length: 5 },
    { name: "groupBy/names", id: 2, kind: "json", length: 40 },
    { name: "__proto__/constructor", id: 3, kind: "float64", length: 9_000 },
  ],
};
const seeds = [encodeManifest(manifest, hash)];
const tokens = [
  '"kind":"',
  '"length":',
  "4294967295",
  "uint8",
  "1e999",
  "-1",
  '"arrays":[',
  '"format":2',
  "hasOwnProperty",
];

/** No page of a hostile manifest is larger than what it is of. */
const LENGTH_MAX = 1 << 20;

/**
 * Heads of checkpoints. Damaged ones are refused by their checksum; those that somebody made with a right checksum are
 * read as far as they make sense.
 */
export const checkpoint: FuzzTarget = {
  name: "checkpoint",
  make(rng) {
    const bytes = Buffer.from(mutated(rng, seeds, tokens));
    // Half of them with a checksum that fits, or nothing behind it would ever be reached.
    if (bytes.length > 8 && rng.chance(0.5))
      bytes.writeBigUInt64LE(hash(bytes.subarray(0, -8), 0, 0), bytes.length - 8);
    return bytes;
  },
  run(bytes) {
    const found = decodeManifest(Buffer.from(bytes), hash);
    if (found === null || !isReadable(found)) return;
    const image = new Image(found.arrays, (array, page) => new Uint8Array(pageBytes(array, page)));
    const reader = image.reader();
    for (const { name, kind, length } of found.arrays) {
      image.has(name);
      if (length > LENGTH_MAX || kind === "json") continue;
      const read = reader[kind](name, 0);
      if (read.length < length) throw new Error(`${read.length} of ${length} elements of an array`);
    }
  },
};
