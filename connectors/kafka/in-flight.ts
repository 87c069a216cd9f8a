/** Numbers kept of a message: its commit's time, its bytes, when it was handed over (ms of performance.now()). */
const FIELDS = 3;

/** Messages that were handed to the client and not yet reported on, oldest first, without an object for each. */
export class InFlight {
  /** A ring; the number of messages that it has room for is a power of two. */
  #ring = new Float64Array(64 * FIELDS);
  #head = 0;
  count = 0;
  /** Of all payloads together. */
  bytes = 0;

  push(time: number, bytes: number, at: number): void {
    if (this.count === this.#capacity) this.#grow();
    const slot = ((this.#head + this.count) & (this.#capacity - 1)) * FIELDS;
    this.#ring[slot] = time;
    this.#ring[slot + 1] = bytes;
    this.#ring[slot + 2] = at;
    this.count++;
    this.bytes += bytes;
  }

  /** Takes the oldest out and returns its commit's time. There must be one. */
  shift(): number {
    const slot = this.#head * FIELDS;
    this.#head = (this.#head + 1) & (this.#capacity - 1);
    this.count--;
    this.bytes -= this.#ring[slot + 1];
    return this.#ring[slot];
  }

  /** The commit's time of the oldest; null where there is none. */
  get oldestTime(): number | null {
    return this.count === 0 ? null : this.#ring[this.#head * FIELDS];
  }

  /** When the oldest was handed over; null where there is none. */
  get oldestAt(): number | null {
    return this.count === 0 ? null : this.#ring[this.#head * FIELDS + 2];
  }

  /** The bytes of the oldest; there must be one. */
  get oldestBytes(): number {
    return this.#ring[this.#head * FIELDS + 1];
  }

  get #capacity(): number {
    return this.#ring.length / FIELDS;
  }

  #grow(): void {
    const bigger = new Float64Array(this.#ring.length * 2);
    const split = this.#head * FIELDS;
    bigger.set(this.#ring.subarray(split));
    bigger.set(this.#ring.subarray(0, split), this.#ring.length - split);
    this.#ring = bigger;
    this.#head = 0;
  }
}
