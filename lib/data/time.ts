/**
 * Times of commits: even safe integers, the wall clock in milliseconds rounded down to even, always greater than the
 * one before (design.md, section 2). Odd times are half-steps of the commit before them.
 */
export class CommitClock {
  #last: number;
  readonly #now: () => number;

  /** `last` is the last time of a former run; `now` is the wall clock in ms. */
  constructor(now: () => number = Date.now, last = 0) {
    this.#now = now;
    this.#last = last;
  }

  next(): number {
    const wall = Math.floor(this.#now() / 2) * 2;
    this.#last = Math.max(wall, this.#last + 2);
    return this.#last;
  }

  /** Goes on after a time that an earlier run has given. */
  reach(time: number): void {
    this.#last = Math.max(this.#last, time);
  }

  get last(): number {
    return this.#last;
  }
}
