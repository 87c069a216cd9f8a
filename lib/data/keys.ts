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
  /** They may be asked for when the batch has gone: what they are made of is neither borrowed nor written again. */
  readonly isLasting: boolean;

  /** Keys that nobody reads and nobody could make (see lib/plan/key-demand.ts). */
  static readonly unread = new Keys(null, null);

  private constructor(words: Uint32Array | null, derive: (() => Uint32Array) | null, isLasting = false) {
    this.#words = words;
    this.#derive = derive;
    this.isLasting = isLasting;
  }

  /** Keys that are there: four words a row. */
  static of(words: Uint32Array): Keys {
    return new Keys(words, null);
  }

  /** Keys that `derive` makes at the first look, within the life of the batch. */
  static derived(derive: () => Uint32Array): Keys {
    return new Keys(null, derive);
  }

  /** Keys that `derive` makes at the first look, whenever that is. */
  static lasting(derive: () => Uint32Array): Keys {
    return new Keys(null, derive, true);
  }

  /** Keys that are made of these at the first look; unread like these. */
  mapped(derive: (words: Uint32Array) => Uint32Array): Keys {
    return this.isUnread ? this : Keys.derived(() => derive(this.words()));
  }

  get isUnread(): boolean {
    return this === Keys.unread;
  }

  /** Row i's key is words 4i … 4i+3. */
  words(): Uint32Array {
    if (this.#words === null) {
      assert(this.#derive !== null, "keys are asked for that the plan says nobody reads");
      this.#words = this.#derive();
    }
    return this.#words;
  }
}
