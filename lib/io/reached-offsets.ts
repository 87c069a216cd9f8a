import { grown } from "../base/growth.ts";
import { partitionRun } from "../kernels/find-marker.ts";
import type { PackedMessages } from "./parser.ts";

/** How far a session has read in each partition: the offset to read on from, -1 where nothing has been read. */
export class ReachedOffsets {
  #offsets = new Float64Array(16).fill(-1);
  /** By partition: what the last `takeMoved` said of it. */
  #taken = new Float64Array(16).fill(-1);
  #count = 0;

  at(partition: number): number {
    return partition < this.#count ? this.#offsets[partition] : -1;
  }

  /** Messages [from, to) have been read. */
  note({ partitions, offsets, next }: PackedMessages, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const end = partitionRun(partitions, at, to);
      this.pass(partitions[at], next === undefined ? offsets[end - 1] + 1 : next[end - 1]);
      at = end;
    }
  }

  /** Everything of a partition before `offset` has been read. */
  pass(partition: number, offset: number): void {
    if (partition >= this.#count) this.#add(partition);
    if (offset > this.#offsets[partition]) this.#offsets[partition] = offset;
  }

  /** The partitions that have moved since the last call, and where they are now. */
  takeMoved(): Map<number, number> {
    const moved = new Map<number, number>();
    for (let partition = 0; partition < this.#count; partition++) {
      const offset = this.#offsets[partition];
      if (offset === this.#taken[partition]) continue;
      this.#taken[partition] = offset;
      moved.set(partition, offset);
    }
    return moved;
  }

  #add(partition: number): void {
    const before = this.#count;
    this.#count = partition + 1;
    this.#offsets = grown(this.#offsets, this.#count);
    this.#taken = grown(this.#taken, this.#count);
    this.#offsets.fill(-1, before, this.#count);
    this.#taken.fill(-1, before, this.#count);
  }
}
