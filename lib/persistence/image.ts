import type { StateReader } from "../data/state.ts";
import { TowpathError } from "../errors.ts";
import { type ArrayKind, arrayKinds, pageBytes, pagesOf, type SavedArray } from "./saved-array.ts";

/** The bytes of a page that has been checked, without its hash. */
export type PageSource = (array: SavedArray, page: number) => Uint8Array;

type KindOf<K extends ArrayKind> = InstanceType<(typeof arrayKinds)[K]>;

/** A checkpoint as `load` reads it. */
export class Image {
  readonly #arrays: ReadonlyMap<string, SavedArray>;
  readonly #page: PageSource;

  constructor(arrays: readonly SavedArray[], page: PageSource) {
    this.#arrays = new Map(arrays.map((array) => [array.name, array]));
    this.#page = page;
  }

  /** Whether anything was saved under a scope. */
  has(scope: string): boolean {
    const prefix = `${scope}/`;
    for (const name of this.#arrays.keys()) if (name.startsWith(prefix)) return true;
    return false;
  }

  reader(prefix = ""): StateReader {
    return {
      float64: (name, capacity) => this.#read(`${prefix}${name}`, "float64", capacity),
      uint32: (name, capacity) => this.#read(`${prefix}${name}`, "uint32", capacity),
      int32: (name, capacity) => this.#read(`${prefix}${name}`, "int32", capacity),
      uint8: (name, capacity) => this.#read(`${prefix}${name}`, "uint8", capacity),
      value: (name) => JSON.parse(Buffer.from(this.#read(`${prefix}${name}`, "json")).toString("utf8")),
      scope: (name) => this.reader(`${prefix}${name}/`),
    };
  }

  #read<K extends ArrayKind>(name: string, kind: K, capacity = 0): KindOf<K> {
    const saved = this.#arrays.get(name);
    if (saved === undefined || saved.kind !== kind) {
      throw new TowpathError("TP_STATE_FORMAT", `the state holds no ${kind} "${name}"`, {
        hint: "It was saved by another version of Towpath: run that one, or start afresh.",
      });
    }
    const array = new arrayKinds[kind](Math.max(saved.length, capacity));
    const bytes = new Uint8Array(array.buffer);
    let at = 0;
    for (let page = 0; page < pagesOf(saved.length); page++) {
      bytes.set(this.#page(saved, page), at);
      at += pageBytes(saved, page);
    }
    return array as KindOf<K>;
  }
}
