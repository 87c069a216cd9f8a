import { grown } from "../base/growth.ts";
import type { StateReader, StateWriter } from "../data/state.ts";

/**
 * When what is there came, by the number of an entry. Of several that are equal the one that came last goes first, as
 * an undo would take it.
 */
export class ArrivalTimes {
  /** When the first of an entry's rows came. */
  #firsts = new Float64Array(16);
  /** When its others came, in that order: only streams, and tables made of them, have equal rows under one key. */
  readonly #others = new Map<number, number[]>();

  /** Makes room for entries below `capacity`. */
  reserve(capacity: number): void {
    this.#firsts = grown(this.#firsts, capacity);
  }

  firstOf(entry: number): number {
    return this.#firsts[entry];
  }

  lastOf(entry: number): number {
    return this.#others.get(entry)?.at(-1) ?? this.#firsts[entry];
  }

  /** An entry that was there `count` times is there `change` times more (or less) from this time on. */
  change(entry: number, count: number, change: number, time: number): void {
    if (count === 0) {
      this.#firsts[entry] = time;
      this.#others.delete(entry);
    }
    const others = this.#others.get(entry) ?? [];
    const length = Math.max(count + change - 1, 0);
    while (others.length < length) others.push(time);
    others.length = length;
    if (length > 0) this.#others.set(entry, others);
    else this.#others.delete(entry);
  }

  save(writer: StateWriter, capacity: number): void {
    writer.array("times", this.#firsts, Math.min(capacity, this.#firsts.length));
    writer.value("others", [...this.#others]);
  }

  load(reader: StateReader): void {
    this.#firsts = reader.float64("times", 16);
    this.#others.clear();
    for (const [entry, times] of reader.value("others") as [number, number[]][])
      this.#others.set(entry, times);
  }
}
