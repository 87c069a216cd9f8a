import type { StateWriter } from "../../lib/data/state.ts";
import type { CapturedState, Captures, StoredPages } from "../../lib/persistence/capture.ts";
import { Image } from "../../lib/persistence/image.ts";
import type { PageHash } from "../../lib/persistence/page-hash.ts";
import type { SavedArray } from "../../lib/persistence/saved-array.ts";

/** A checkpoint's pages in memory, kept up to date as the store on disk is: by what has changed. */
export class MemoryStore {
  readonly #stored: StoredPages = new Map();
  readonly #pages = new Map<string, Buffer>();
  #arrays: readonly SavedArray[] = [];

  /** Brings the store up to date; returns how many pages were written. */
  update(captures: Captures, save: (writer: StateWriter) => void): number {
    const capture = captures.begin(this.#stored);
    save(capture.writer());
    return this.apply(capture.finish());
  }

  apply({ arrays, changed, dropped }: CapturedState): number {
    for (const { array, page } of dropped) {
      if (!this.#pages.delete(`${array}/${page}`)) throw new Error("a page is dropped that is not there");
    }
    for (const { array, page, bytes } of changed) this.#pages.set(`${array}/${page}`, bytes);
    this.#arrays = arrays;
    return changed.length;
  }

  /** What it holds, with every page held against its hash. */
  image(hash: PageHash): Image {
    return new Image(this.#arrays, ({ id }, page) => {
      const bytes = this.#pages.get(`${id}/${page}`);
      if (bytes === undefined) throw new Error(`page ${page} of array ${id} is missing`);
      const content = bytes.subarray(0, bytes.length - 8);
      if (hash(content, id, page) !== bytes.readBigUInt64LE(content.length))
        throw new Error("a page does not fit its hash");
      return content;
    });
  }

  /** Every array with its bytes, for comparison. */
  contents(): Map<string, string> {
    return new Map(
      this.#arrays.map(({ name, id, kind, length }) => {
        const pages: string[] = [];
        for (let page = 0; this.#pages.has(`${id}/${page}`); page++) {
          pages.push(this.#pages.get(`${id}/${page}`)?.subarray(0, -8).toString("base64") ?? "");
        }
        return [name, `${kind} ${length} ${pages.join(" ")}`];
      }),
    );
  }
}
