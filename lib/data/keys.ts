import { assert } from "../base/assert.ts";

/** Words of 32 bits in a row's 128-bit key. */
export const KEY_WORDS = 4;

/**
 * The keys of a batch's rows, made when somebody first asks.
 *
 * Most keys are never looked at (a count by word needs none), so a batch carries the way to derive them: from the
 * position of a message, from a group's values, from the keys of two joined rows. Borrowed, like its batch.
 */
export class Keys {
  #words: Uint32Array | null;
  readonly #derive: (() => Uint32Array) | null;

  private constructor(words: Uint32Array | null, derive: (() => Uint32Array) | null) {
    this.#words = words;
    this.#derive = derive;
  }

  /** Keys that are there: four words a row. */
  static of(words: Uint32Array): Keys {
    return new Keys(words, null);
  }

  /** Keys that `derive` makes at the first look, within the life of the batch. */
  static derived(derive: () => Uint32Array): Keys {
    return new Keys(null, derive);
  }

  /** Row i's key is words 4i … 4i+3. */
  words(): Uint32Array {
    if (this.#words === null) {
      assert(this.#derive !== null, "keys have neither words nor a way to make them");
      this.#words = this.#derive();
    }
    return this.#words;
  }
}
