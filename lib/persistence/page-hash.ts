import xxhash, { type XXHashAPI } from "xxhash-wasm";

/**
 * XXH64 of a page, seeded with its name: the checksum that is stored with it, and what tells whether it has changed
 * since. Seeded, because a page in another's place is as wrong as a damaged one.
 */
export type PageHash = (bytes: Uint8Array, array: number, page: number) => bigint;

let loaded: Promise<XXHashAPI> | null = null;

/** Loaded on first use. */
export async function pageHash(): Promise<PageHash> {
  loaded ??= xxhash();
  const { h64Raw } = await loaded;
  return (bytes, array, page) => h64Raw(bytes, (BigInt(array) << 32n) | BigInt(page));
}
