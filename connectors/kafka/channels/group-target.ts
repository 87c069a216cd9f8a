/** What a writer knows of one partition when it opens. */
export interface PartitionTail {
  /** The number of its last record there, -1 where there is none. */
  readonly last: number;
  /** The offset behind everything that is there. */
  readonly end: number;
}

/**
 * One group's topic, as a writer fills it: record number s goes to partition s mod n, so that whoever writes the record
 * again, after a crash, meets the same partition. What a partition holds of the writer's records is always a prefix of those
 * that belong there (producer.ts).
 */
export class GroupTarget {
  readonly group: string;
  /** The topic's number in the producer. */
  topic = -1;
  readonly #tails: PartitionTail[];
  /** What the last opening knew for sure of each partition: an offset before which no record is from `acked` on. */
  readonly #known: readonly number[];

  constructor(group: string, tails: readonly PartitionTail[], known: readonly number[]) {
    this.group = group;
    this.#tails = [...tails];
    this.#known = known;
  }

  get partitions(): number {
    return this.#tails.length;
  }

  /** The number of the first record that is not in its partition. */
  get missing(): number {
    return this.#tails.reduce(
      (least, { last }, p) => Math.min(least, this.#after(last, p)),
      Number.MAX_SAFE_INTEGER,
    );
  }

  /** The partition that a record has to be sent to, -1 where it is there already. */
  partitionFor(number: number): number {
    const partition = number % this.#tails.length;
    return number > this.#tails[partition].last ? partition : -1;
  }

  /**
   * For each partition an offset before which there are none of this writer's records from number `acked` on, where all
   * before it have been acknowledged: each of its own records took an offset behind the end that it found.
   */
  offsetsAt(acked: number): number[] {
    const count = this.#tails.length;
    return this.#tails.map(({ last, end }, p) => {
      if (last >= acked) return Math.min(this.#known[p] ?? 0, end);
      const next = this.#after(last, p);
      return end + Math.max(0, Math.ceil((acked - next) / count));
    });
  }

  /** All records below `next` are acknowledged, and none from there on lies before the offset `end`. */
  rebase(partition: number, next: number, end: number): void {
    this.#tails[partition] = { last: lastBelow(next, partition, this.#tails.length), end };
  }

  #after(last: number, partition: number): number {
    return last < 0 ? partition : last + this.#tails.length;
  }
}

/** The greatest number below `next` that belongs to a partition, -1 where there is none. */
export function lastBelow(next: number, partition: number, partitions: number): number {
  return partition < next ? next - 1 - ((next - 1 - partition) % partitions) : -1;
}
