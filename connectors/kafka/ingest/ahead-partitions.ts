import type { PackedMessages } from "../../../lib/io/parser.ts";
import { addSizes } from "../../../lib/kernels/place-messages.ts";

/** What a partition may be ahead of the others before it is paused: about its waiting rows' bytes. */
const AHEAD_BYTES_MAX = 4 << 20;
/** What a message costs beside its payload. */
const MESSAGE_BYTES = 64;

/**
 * Scope aligned: rows behind a marker wait for the other partitions' markers, and a partition that is too far ahead is
 * paused. Not at once: pausing throws away what librdkafka has fetched, and partitions in step are ahead all the time.
 */
export class AheadPartitions {
  readonly #pause: (slot: number) => void;
  readonly #resume: (slot: number) => void;
  /** Ahead → whether it is paused. */
  readonly #ahead = new Map<number, boolean>();
  #sizes = new Float64Array(16);
  #pauses = true;

  constructor(pause: (slot: number) => void, resume: (slot: number) => void) {
    this.#pause = pause;
    this.#resume = resume;
  }

  /** The input session says that a partition is ahead, or no longer. */
  note(slot: number, ahead: boolean): void {
    if (ahead && this.#ahead.has(slot)) return;
    if (ahead) {
      if (slot >= this.#sizes.length) {
        const sizes = new Float64Array(slot * 2);
        sizes.set(this.#sizes);
        this.#sizes = sizes;
      }
      this.#sizes[slot] = 0;
      this.#ahead.set(slot, false);
    } else {
      if (this.#ahead.get(slot) === true) this.#resume(slot);
      this.#ahead.delete(slot);
    }
  }

  isPaused(slot: number): boolean {
    return this.#ahead.get(slot) === true;
  }

  /** Nothing comes any more that these partitions could wait for: they are read to their ends. */
  letGo(): void {
    this.#pauses = false;
    for (const [slot, paused] of this.#ahead) {
      if (!paused) continue;
      this.#ahead.set(slot, false);
      this.#resume(slot);
    }
  }

  /** Counts a batch that has been used up. */
  count({ partitions, ends, length }: PackedMessages): void {
    if (this.#ahead.size === 0 || !this.#pauses) return;
    addSizes(partitions, ends, MESSAGE_BYTES, this.#sizes, length);
    for (const [slot, paused] of this.#ahead) {
      if (paused || this.#sizes[slot] <= AHEAD_BYTES_MAX) continue;
      this.#pause(slot);
      this.#ahead.set(slot, true);
    }
  }
}
