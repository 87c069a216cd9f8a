import type { Batch } from "../data/batch.ts";
import { consolidate } from "../data/consolidate.ts";
import { concatBatches, ownBatch } from "../data/rows.ts";

/** Below this many rows it is not worth looking for changes that cancel. */
const MERGED_ROWS_MIN = 1024;

/**
 * Commits that wait for a slow reader: the first `capacity` each by itself, those beyond as one, which is what they
 * come to together, at the latest time. Commits are kept as columns; a copy of each, because batches are borrowed.
 *
 * Merging looks for changes that cancel only when the rows have doubled since the last look, so that a commit costs
 * its own size on average, and the queue holds at most twice what the merged commits come to.
 */
export class CommitQueue {
  readonly #capacity: number;
  #whole: Batch[] = [];
  #beyond: Batch[] = [];
  #beyondRows = 0;
  /** Rows of `beyond` when it was consolidated last. */
  #beyondMerged = 0;

  /** `capacity` is at least 1. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** No room for a commit by itself. */
  get full(): boolean {
    return this.#whole.length >= this.#capacity;
  }

  /** Takes a copy of a commit. */
  add(batch: Batch): void {
    const copy = ownBatch(batch);
    if (!this.full && this.#beyond.length === 0) {
      this.#whole.push(copy);
      return;
    }
    this.#beyond.push(copy);
    this.#beyondRows += copy.length;
    if (this.#beyondRows < Math.max(MERGED_ROWS_MIN, 2 * this.#beyondMerged)) return;
    const merged = this.#merge();
    this.#beyond = merged === null ? [] : [merged];
    this.#beyondRows = merged?.length ?? 0;
    this.#beyondMerged = this.#beyondRows;
  }

  /** The oldest commit, or null. */
  take(): Batch | null {
    const first = this.#whole.shift();
    if (first !== undefined) return first;
    const merged = this.#merge();
    this.#beyond = [];
    this.#beyondRows = 0;
    this.#beyondMerged = 0;
    return merged;
  }

  clear(): void {
    this.#whole = [];
    this.#beyond = [];
    this.#beyondRows = 0;
    this.#beyondMerged = 0;
  }

  /** What the commits beyond come to; null where nothing is left of them. */
  #merge(): Batch | null {
    const last = this.#beyond.at(-1);
    if (last === undefined) return null;
    if (this.#beyond.length === 1) return last;
    // Rows of one key may repeat between commits, whatever the table promises of each.
    return consolidate(concatBatches(this.#beyond).at(last.time), false);
  }
}
