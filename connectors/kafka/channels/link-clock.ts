/**
 * Milliseconds during which this process could hear its peers, to measure their silence by. It stands still while the
 * process itself is halted or its connection is cut, which must not make everybody else look dead.
 */
export class LinkClock {
  readonly #toleranceMs: number;
  readonly #time: () => number;
  #notedAt: number;
  #lostMs = 0;

  /** After `toleranceMs` without a sign that the connection works, the clock stops. `time` is monotonic. */
  constructor(toleranceMs: number, time: () => number = () => performance.now()) {
    this.#toleranceMs = toleranceMs;
    this.#time = time;
    this.#notedAt = time();
  }

  get now(): number {
    return Math.min(this.#time(), this.#notedAt + this.#toleranceMs) - this.#lostMs;
  }

  /** Something came from the broker: a record, or that it has one of ours. */
  note(): void {
    const time = this.#time();
    this.#lostMs += Math.max(0, time - this.#notedAt - this.#toleranceMs);
    this.#notedAt = time;
  }
}
