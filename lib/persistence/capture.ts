import { STATE_PAGE, type StateArray, type StateWriter } from "../data/state.ts";
import type { PageHash } from "./page-hash.ts";
import { type ArrayKind, kindOf, pagesOf, type SavedArray } from "./saved-array.ts";

/** What is known of an array from one capture to the next. */
interface KnownArray {
  readonly id: number;
  kind: ArrayKind;
  length: number;
  /** By page, of the last capture. */
  hashes: BigUint64Array;
  /** The last capture that had the array. */
  seen: number;
}

/** A page to be written. */
export interface ChangedPage {
  readonly array: number;
  readonly page: number;
  /** A copy: the page, then its hash. */
  readonly bytes: Buffer;
}

/** The state between two commits, as one of the two stores needs it to be brought up to date. */
export interface CapturedState {
  readonly arrays: readonly SavedArray[];
  readonly changed: readonly ChangedPage[];
  /** Of the pages that the store has, those that are no part of the state any more. */
  readonly dropped: readonly { readonly array: number; readonly page: number }[];
}

/** What a store holds, as far as a capture must know: the hash of every page, by the array's id. */
export type StoredPages = Map<number, BigUint64Array>;

const HASH_BYTES = 8;

/**
 * Takes what operators, sources and outputs save, and copies of it the pages that a store does not have yet. Which
 * ones is told by their hashes, or by the writer's `dirty` where the page has been hashed before and is known unchanged.
 */
export class Captures {
  readonly #hash: PageHash;
  readonly #known = new Map<string, KnownArray>();
  #count = 0;
  #lastId = 0;

  constructor(hash: PageHash) {
    this.#hash = hash;
  }

  /** Captures what `save` writes, for a store that holds `stored`; that is brought up to date with it. */
  begin(stored: StoredPages): Capture {
    this.#count++;
    return new Capture(
      this.#hash,
      (name) => this.#array(name),
      this.#count,
      stored,
      () => this.#forget(),
    );
  }

  #array(name: string): KnownArray {
    let known = this.#known.get(name);
    if (known === undefined) {
      known = { id: ++this.#lastId, kind: "uint8", length: 0, hashes: new BigUint64Array(0), seen: 0 };
      this.#known.set(name, known);
    }
    return known;
  }

  /** Arrays that the last capture did not have any more. */
  #forget(): void {
    for (const [name, { seen }] of this.#known) if (seen !== this.#count) this.#known.delete(name);
  }
}

/** One capture, being filled. */
export class Capture {
  readonly #hash: PageHash;
  readonly #arrayOf: (name: string) => KnownArray;
  readonly #count: number;
  readonly #stored: StoredPages;
  readonly #done: () => void;
  readonly #arrays: SavedArray[] = [];
  readonly #changed: ChangedPage[] = [];
  readonly #dropped: { readonly array: number; readonly page: number }[] = [];

  constructor(
    hash: PageHash,
    arrayOf: (name: string) => KnownArray,
    count: number,
    stored: StoredPages,
    done: () => void,
  ) {
    this.#hash = hash;
    this.#arrayOf = arrayOf;
    this.#count = count;
    this.#stored = stored;
    this.#done = done;
  }

  writer(prefix = ""): StateWriter {
    return {
      since: this.#count === 1 ? -1 : this.#count - 1,
      array: (name, array, length, dirty) =>
        this.#put(`${prefix}${name}`, kindOf(array), array, length, dirty ?? null),
      value: (name, value) => {
        const text = Buffer.from(JSON.stringify(value) ?? "null", "utf8");
        this.#put(`${prefix}${name}`, "json", text, text.length, null);
      },
      scope: (name) => this.writer(`${prefix}${name}/`),
    };
  }

  finish(): CapturedState {
    this.#done();
    const kept = new Set(this.#arrays.map(({ id }) => id));
    for (const [array, hashes] of this.#stored) {
      if (kept.has(array)) continue;
      this.#drop(array, 0, hashes.length);
      this.#stored.delete(array);
    }
    return { arrays: this.#arrays, changed: this.#changed, dropped: this.#dropped };
  }

  #drop(array: number, from: number, to: number): void {
    for (let page = from; page < to; page++) this.#dropped.push({ array, page });
  }

  #put(name: string, kind: ArrayKind, array: StateArray, length: number, dirty: Uint8Array | null): void {
    const known = this.#arrayOf(name);
    const hashes = this.#hashed(known, kind, array, length, dirty);
    const stored = this.#stored.get(known.id) ?? new BigUint64Array(0);
    for (let page = 0; page < hashes.length; page++) {
      if (page < stored.length && stored[page] === hashes[page]) continue;
      const slice = pageOf(array, length, page);
      const bytes = Buffer.allocUnsafeSlow(slice.length + HASH_BYTES);
      bytes.set(slice);
      bytes.writeBigUInt64LE(hashes[page], slice.length);
      this.#changed.push({ array: known.id, page, bytes });
    }
    this.#drop(known.id, hashes.length, stored.length);
    this.#stored.set(known.id, hashes);
    this.#arrays.push({ name, id: known.id, kind, length });
  }

  /** The pages' hashes now. */
  #hashed(
    known: KnownArray,
    kind: ArrayKind,
    array: StateArray,
    length: number,
    dirty: Uint8Array | null,
  ): BigUint64Array {
    const hashes = new BigUint64Array(pagesOf(length));
    // A page that was short, or of numbers of another kind, says nothing of the one there now.
    const full =
      known.kind === kind && known.seen === this.#count - 1 ? Math.floor(known.length / STATE_PAGE) : 0;
    for (let page = 0; page < hashes.length; page++) {
      const isClean = dirty !== null && page < full && dirty[page] === 0;
      hashes[page] = isClean ? known.hashes[page] : this.#hash(pageOf(array, length, page), known.id, page);
    }
    known.kind = kind;
    known.length = length;
    known.hashes = hashes;
    known.seen = this.#count;
    return hashes;
  }
}

/** The bytes of a page, not copied. */
function pageOf(array: StateArray, length: number, page: number): Uint8Array {
  const size = array.BYTES_PER_ELEMENT;
  const from = page * STATE_PAGE;
  const count = Math.min(STATE_PAGE, length - from);
  return new Uint8Array(array.buffer, array.byteOffset + from * size, count * size);
}
