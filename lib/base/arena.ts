import { grown } from "./growth.ts";

/**
 * Append-only bytes with a count of how many of them are dead.
 *
 * Invariant: bytes below `used` are never overwritten while the buffer lives: growing and compacting make a new
 * buffer, so a slice handed out with `bytes` stays what it was for as long as its holder keeps it.
 */
export class Arena {
  bytes: Uint8Array;
  used = 0;
  dead = 0;

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.used + count > this.bytes.length) this.bytes = grown(this.bytes, this.used + count);
  }

  /** Copies `source[start, end)` in and returns where it now starts. */
  append(source: Uint8Array, start: number, end: number): number {
    const length = end - start;
    this.reserve(length);
    const at = this.used;
    const bytes = this.bytes;
    // A call to `set` costs about 40 ns whatever its length; most words are shorter than that is worth.
    if (length < 48) for (let i = 0; i < length; i++) bytes[at + i] = source[start + i];
    else bytes.set(source.subarray(start, end), at);
    this.used = at + length;
    return at;
  }

  /** True when more than half is dead and compacting would free something worth the copy. */
  get wasteful(): boolean {
    return this.dead > 4096 && this.dead * 2 > this.used;
  }

  /** Forgets everything; the buffer is used again, so no slice of it may be held any more. */
  reset(): void {
    this.used = 0;
    this.dead = 0;
  }
}
