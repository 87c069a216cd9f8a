import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RootDatabase } from "lmdb";
import { TowpathError } from "../errors.ts";
import type { CapturedState } from "./capture.ts";
import { decodeManifest, encodeManifest, type Manifest } from "./manifest.ts";
import type { PageHash } from "./page-hash.ts";
import { pageBytes, pagesOf, type SavedArray } from "./saved-array.ts";

const HASH_BYTES = 8;
/** More than the files of an empty environment. */
const ROOM_BYTES = 64 << 10;
/** Page 0 of array 0; arrays are numbered from 1. */
const MANIFEST_KEY = keyOf(0, 0);

/** Loaded on first use. Throws TP_KAFKA_NATIVE_MISSING where its native part is not there. */
export async function loadLmdb(): Promise<typeof import("lmdb")> {
  try {
    return await import("lmdb");
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new TowpathError(
      "TP_KAFKA_NATIVE_MISSING",
      `lmdb, which keeps checkpoints, cannot be loaded: ${what}`,
      {
        hint: "Bring its native part: npm rebuild lmdb, or pnpm rebuild lmdb.",
        cause,
      },
    );
  }
}

/**
 * One checkpoint in an lmdb environment: each page under (array, page) with its hash behind it, and the manifest. A
 * later checkpoint is written over it in one transaction, so that it is there whole or not at all.
 *
 * lmdb trusts its file: one that was cut short or damaged between the pages can end the process (SIGBUS, measured) or
 * keep it in a loop. Nothing is opened here that `probe.ts` has not read to its end in a process of its own.
 */
export class PageEnvironment {
  readonly #database: RootDatabase<Buffer, Buffer>;
  readonly #hash: PageHash;

  private constructor(database: RootDatabase<Buffer, Buffer>, hash: PageHash) {
    this.#database = database;
    this.#hash = hash;
  }

  static async open(path: string, hash: PageHash, readOnly = false): Promise<PageEnvironment> {
    const { open } = await loadLmdb();
    if (!readOnly) await makeRoom(path);
    const database = open<Buffer, Buffer>({
      path,
      readOnly,
      encoding: "binary",
      keyEncoding: "binary",
      // Promises of writes are kept only when the disk has them.
      overlappingSync: false,
    });
    return new PageEnvironment(database, hash);
  }

  /** Null where there is none that is whole; of another format only that is known. */
  manifest(): Manifest | { readonly format: number } | null {
    const bytes = this.#database.getBinary(MANIFEST_KEY);
    return bytes === undefined ? null : decodeManifest(bytes, this.#hash);
  }

  /** The page, valid until the next is asked for; null where it is not there or not whole. */
  page(array: SavedArray, page: number): Uint8Array | null {
    const length = pageBytes(array, page);
    const bytes = this.#database.getBinaryFast(keyOf(array.id, page));
    if (bytes?.length !== length + HASH_BYTES) return null;
    const content = bytes.subarray(0, length);
    return this.#hash(content, array.id, page) === bytes.readBigUInt64LE(length) ? content : null;
  }

  /** Whether every page of the manifest is there and whole. */
  isWhole({ arrays }: Manifest): boolean {
    return arrays.every((array) => {
      for (let page = 0; page < pagesOf(array.length); page++)
        if (this.page(array, page) === null) return false;
      return true;
    });
  }

  /** Resolves when all of it is on disk; rejects where it cannot be, and then the former checkpoint is still there. */
  async write({ changed, dropped }: CapturedState, manifest: Manifest): Promise<void> {
    const database = this.#database;
    const puts: Promise<unknown>[] = [];
    const written = database.batch(() => {
      for (const { array, page } of dropped) puts.push(database.remove(keyOf(array, page)));
      for (const { array, page, bytes } of changed) puts.push(database.put(keyOf(array, page), bytes));
      puts.push(database.put(MANIFEST_KEY, encodeManifest(manifest, this.#hash)));
    });
    const results = await Promise.allSettled([written, ...puts, database.flushed]);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw await rootOf(failed.reason);
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

/**
 * Makes the directory, and makes certain that a new environment fits: one that lmdb cannot begin ends the process by
 * SIGSEGV (measured), where a transaction that does not fit fails as it should.
 */
async function makeRoom(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  const trial = join(path, "room");
  try {
    await writeFile(trial, Buffer.alloc(ROOM_BYTES, 1), { flush: true });
  } finally {
    await rm(trial, { force: true });
  }
}

/** lmdb's "Commit failed" keeps what the system said in a promise of its own. */
async function rootOf(error: unknown): Promise<unknown> {
  if (typeof error !== "object" || error === null || !("commitError" in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (root) {
    return root;
  }
}

function keyOf(array: number, page: number): Buffer {
  const key = Buffer.alloc(8);
  key.writeUInt32BE(array, 0);
  key.writeUInt32BE(page, 4);
  return key;
}
