import { grown } from "../base/growth.ts";
import type { StateReader, StateWriter } from "../data/state.ts";

/** Hands out slot numbers, the freed ones again first, so that stores stay as small as their live rows. */
export class Slots {
  /** Slots [0, used) have been handed out at some time. */
  used = 0;
  #free = new Uint32Array(16);
  #freeCount = 0;

  get live(): number {
    return this.used - this.#freeCount;
  }

  take(): number {
    return this.#freeCount > 0 ? this.#free[--this.#freeCount] : this.used++;
  }

  free(slot: number): void {
    this.#free = grown(this.#free, this.#freeCount + 1);
    this.#free[this.#freeCount++] = slot;
  }

  save(writer: StateWriter): void {
    writer.value("used", this.used);
    writer.array("free", this.#free, this.#freeCount);
  }

  load(reader: StateReader): void {
    this.used = reader.value("used") as number;
    this.#free = reader.uint32("free");
    this.#freeCount = this.#free.length;
  }
}
