import { TowpathError } from "../errors.ts";
import type { ClosedCommit } from "./commit-scopes.ts";
import type { PackedMessages } from "./parser.ts";
import type { Segment, SegmentPool } from "./segment.ts";

/** Where each partition that a commit moves goes on behind it. */
export type CommitEnds = ReadonlyMap<number, number>;

interface Lane {
  /** The commits that move this partition, in order, by number, and where each ends in it. */
  readonly stops: { readonly commit: number; readonly end: number }[];
  /** The stop that the next message stands before. */
  at: number;
  /** Rows of the commits that are not whole yet. */
  readonly segments: Map<number, Segment>;
  isAhead: boolean;
}

/**
 * Commits that an earlier process has journalled, made again: a message belongs to the first commit that ends behind
 * it in its partition, in whatever order partitions arrive. What stands behind the last of them is held until all are
 * made. A partition that has gone past the commit that is due is ahead, for the source to pause it.
 */
export class Replay {
  readonly #commits: readonly CommitEnds[];
  readonly #pool: SegmentPool;
  readonly #onAhead: (partition: number, ahead: boolean) => void;
  readonly #lanes = new Map<number, Lane>();
  #held: PackedMessages[] = [];
  #due = 0;

  constructor(
    commits: readonly CommitEnds[],
    pool: SegmentPool,
    onAhead: (partition: number, ahead: boolean) => void,
  ) {
    this.#commits = commits;
    this.#pool = pool;
    this.#onAhead = onAhead;
    commits.forEach((ends, commit) => {
      for (const [partition, end] of ends) this.#laneOf(partition).stops.push({ commit, end });
    });
  }

  get isDone(): boolean {
    return this.#due === this.#commits.length;
  }

  /** Commits that are still to be made. */
  get left(): number {
    return this.#commits.length - this.#due;
  }

  get pendingRows(): number {
    let rows = 0;
    for (const { segments } of this.#lanes.values())
      for (const segment of segments.values()) rows += segment.rows.length;
    return rows;
  }

  /** Where the commit ends that the partition's next message belongs to; null behind the last one. */
  endOf(partition: number): number | null {
    const { stops, at } = this.#laneOf(partition);
    return at < stops.length ? stops[at].end : null;
  }

  /** Where the partition's next rows go. */
  current(partition: number): Segment {
    const { stops, at, segments } = this.#laneOf(partition);
    const { commit } = stops[at];
    let segment = segments.get(commit);
    if (segment === undefined) {
      segment = this.#pool.take();
      segments.set(commit, segment);
    }
    return segment;
  }

  /** Keeps messages behind the last commit. */
  hold(own: PackedMessages): void {
    this.#held.push(own);
    this.#tell(own.partitions[0]);
  }

  /** Everything of a partition before `offset` has been read. */
  pass(partition: number, offset: number): void {
    const lane = this.#laneOf(partition);
    while (lane.at < lane.stops.length && offset >= lane.stops[lane.at].end) lane.at++;
    this.#tell(partition);
  }

  /** The next commit, where it is whole. Its messages may have had no row, or be gone by compaction. */
  ready(): ClosedCommit | null {
    if (this.isDone) return null;
    const ends = this.#commits[this.#due];
    const partitions = [...ends.keys()].sort((a, b) => a - b);
    if (!partitions.every((partition) => this.#hasPassed(partition))) return null;
    const segments = partitions.flatMap((partition) => this.#takeSegment(partition));
    if (segments.length === 0) segments.push(this.#pool.take());
    this.#due++;
    for (const partition of this.#lanes.keys()) this.#tell(partition);
    return { segments, ends };
  }

  /** All commits have been made: the messages behind them, in the order of arrival. */
  finish(): PackedMessages[] {
    for (const [partition, lane] of this.#lanes) if (lane.isAhead) this.#onAhead(partition, false);
    const held = this.#held;
    this.#held = [];
    return held;
  }

  #hasPassed(partition: number): boolean {
    const { stops, at } = this.#laneOf(partition);
    return at === stops.length || stops[at].commit > this.#due;
  }

  #takeSegment(partition: number): Segment[] {
    const { segments } = this.#laneOf(partition);
    const segment = segments.get(this.#due);
    if (segment === undefined) return [];
    segments.delete(this.#due);
    return [segment];
  }

  #tell(partition: number): void {
    const lane = this.#laneOf(partition);
    const isAhead = !this.isDone && this.#hasPassed(partition);
    if (isAhead === lane.isAhead) return;
    lane.isAhead = isAhead;
    this.#onAhead(partition, isAhead);
  }

  #laneOf(partition: number): Lane {
    let lane = this.#lanes.get(partition);
    if (lane === undefined) {
      lane = { stops: [], at: 0, segments: new Map(), isAhead: false };
      this.#lanes.set(partition, lane);
    }
    return lane;
  }
}

/** A source has come to its end before the commits that it is to make again. */
export function replayFailure(left: number): TowpathError {
  return new TowpathError(
    "TP_SOURCE_CHANGED",
    `the source ended before ${left} commits that had been made of it could be made again`,
    {
      hint: "Its messages are gone or are others. Start afresh where that is meant: npx towpath state PATH --clear.",
    },
  );
}
