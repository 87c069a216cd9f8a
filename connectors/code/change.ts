import { pointerText } from "../../lib/data/cell.ts";
import type { Keys } from "../../lib/data/keys.ts";
import type { Row } from "../../lib/data/value.ts";

/**
 * One change of a table: a row that came (`diff` 1) or went (`diff` -1), at a time.
 *
 * `key` is a getter, so that the text of a key nobody looks at is never made; it may be looked at at any time.
 */
export class Change<R = Row> {
  readonly row: R;
  readonly time: number;
  /** How many times the row came (above 0) or went (below 0): 1 or -1 unless the table holds equal rows. */
  readonly diff: number;
  readonly #keys: Keys;
  readonly #at: number;

  /** The key is number `at` of `keys`, which must be lasting. */
  constructor(keys: Keys, at: number, row: R, time: number, diff: number) {
    this.row = row;
    this.time = time;
    this.diff = diff;
    this.#keys = keys;
    this.#at = at;
  }

  /** The row's key: a UUID. */
  get key(): string {
    const { buffer, byteOffset } = this.#keys.words();
    return pointerText(new Uint8Array(buffer, byteOffset + 16 * this.#at, 16));
  }

  /** With the key, as plain data. */
  toJSON(): { key: string; row: R; time: number; diff: number } {
    return { key: this.key, row: this.row, time: this.time, diff: this.diff };
  }
}
