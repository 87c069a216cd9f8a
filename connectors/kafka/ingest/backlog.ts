/** The rows of commits that have been sealed and that not all outputs have delivered yet. */
export class Backlog {
  readonly #rowsMax: number;
  readonly #commits: { readonly time: number; readonly rows: number }[] = [];
  #rows = 0;
  #held = false;

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  /** Whether no other commit is to be read for now. One alone may be larger than the bound: it is let in at 0. */
  get full(): boolean {
    this.#held = this.#rows >= this.#rowsMax;
    return this.#held;
  }

  sealed(time: number, rows: number): void {
    if (this.#rowsMax === Number.POSITIVE_INFINITY) return;
    this.#commits.push({ time, rows });
    this.#rows += rows;
  }

  /** Everything up to `time` has been delivered; returns whether somebody was held up and is not any more. */
  delivered(time: number): boolean {
    while (this.#commits.length > 0 && this.#commits[0].time <= time) {
      this.#rows -= this.#commits[0].rows;
      this.#commits.shift();
    }
    return this.#held && !this.full;
  }
}
