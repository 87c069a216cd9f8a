import type { Batch } from "../../../lib/data/batch.ts";
import { KEY_WORDS } from "../../../lib/data/keys.ts";
import type { PartitionTenure } from "./partition-tenure.ts";

/** Keys that are remembered; a power of two. */
const PLACES = 1 << 16;

/**
 * Watches that messages of one primary key come in one partition, which a group's plans rely on: remembers where some
 * of the keys were seen, the latest of each place of a table. Says so once; what other processes see it cannot know.
 */
export class KeyHomes {
  readonly #words = new Uint32Array(PLACES * KEY_WORDS);
  readonly #homes: (PartitionTenure | undefined)[] = new Array(PLACES);
  readonly #log: (line: string) => void;
  #isTold = false;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** The rows of a commit of `tenure`. */
  note({ keys, diffs, length }: Batch, tenure: PartitionTenure): void {
    if (this.#isTold) return;
    const words = keys.words();
    for (let row = 0; row < length; row++) {
      if (diffs !== null && diffs[row] < 0) continue;
      const place = words[KEY_WORDS * row] & (PLACES - 1);
      const home = this.#homes[place];
      if (home !== undefined && home.slot !== tenure.slot && this.#isSame(place, words, row)) {
        this.#tell(home, tenure);
        return;
      }
      this.#homes[place] = tenure;
      for (let w = 0; w < KEY_WORDS; w++) this.#words[KEY_WORDS * place + w] = words[KEY_WORDS * row + w];
    }
  }

  #isSame(place: number, words: Uint32Array, row: number): boolean {
    for (let w = 0; w < KEY_WORDS; w++)
      if (this.#words[KEY_WORDS * place + w] !== words[KEY_WORDS * row + w]) return false;
    return true;
  }

  #tell(home: PartitionTenure, other: PartitionTenure): void {
    this.#isTold = true;
    this.#log(
      `messages of one primary key come in several partitions, in ${home.place} and in ${other.place}: a group cannot keep their row together; send all messages of a key to one partition`,
    );
  }
}
