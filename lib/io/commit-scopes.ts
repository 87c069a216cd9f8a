import type { CommitPolicy } from "./commit-policy.ts";
import type { ReachedOffsets } from "./reached-offsets.ts";
import type { Segment, SegmentPool } from "./segment.ts";

/** A whole commit: its segments that have rows, and where reading goes on in the partitions that it moves. */
export interface ClosedCommit {
  readonly segments: readonly Segment[];
  readonly ends: ReadonlyMap<number, number>;
}

/**
 * Which pending segments a marker closes: the three scopes of design.md, "Time and commits".
 *
 * `current(partition)` is where rows of a partition go now; `mark(partition)` says that its marker came and has been
 * read; `ready()` is the next whole commit (taken out), or null: asked for before anything else is read.
 */
export interface CommitScope {
  current(partition: number): Segment;
  mark(partition: number): void;
  /** Closes everything that has rows, as `everyMs` and the end of a static source do. */
  closeAll(): void;
  ready(): ClosedCommit | null;
  /** Rows received and not yet handed out. */
  readonly pendingRows: number;
  /** When the oldest pending row came, in ms; null where there is none. */
  readonly oldestAt: number | null;
}

/** `onAhead` is told where a partition is ahead of the others, or no longer. */
export function commitScope(
  scope: CommitPolicy["scope"],
  pool: SegmentPool,
  reached: ReachedOffsets,
  onAhead: (partition: number, ahead: boolean) => void,
): CommitScope {
  switch (scope) {
    case "connector":
      return new ConnectorScope(pool, reached);
    case "partition":
      return new PartitionScope(pool, reached);
    case "aligned":
      return new AlignedScope(pool, reached, onAhead);
  }
}

/** A marker commits all that the connector has received. */
class ConnectorScope implements CommitScope {
  readonly #pool: SegmentPool;
  readonly #reached: ReachedOffsets;
  #segment: Segment;

  constructor(pool: SegmentPool, reached: ReachedOffsets) {
    this.#pool = pool;
    this.#reached = reached;
    this.#segment = pool.take();
  }

  get pendingRows(): number {
    return this.#segment.rows.length;
  }

  get oldestAt(): number | null {
    return this.#segment.openedAt;
  }

  current(): Segment {
    return this.#segment;
  }

  mark(): void {
    this.#segment.closed = true;
  }

  closeAll(): void {
    this.mark();
  }

  ready(): ClosedCommit | null {
    const segment = this.#segment;
    if (!segment.closed) return null;
    segment.closed = false;
    if (segment.rows.length === 0) return null;
    this.#segment = this.#pool.take();
    return { segments: [segment], ends: this.#reached.takeMoved() };
  }
}

/** A marker commits the rows of its own partition. */
class PartitionScope implements CommitScope {
  readonly #pool: SegmentPool;
  readonly #reached: ReachedOffsets;
  readonly #segments = new Map<number, Segment>();

  constructor(pool: SegmentPool, reached: ReachedOffsets) {
    this.#pool = pool;
    this.#reached = reached;
  }

  get pendingRows(): number {
    return sumRows(this.#segments.values());
  }

  get oldestAt(): number | null {
    return oldest(this.#segments.values());
  }

  current(partition: number): Segment {
    let segment = this.#segments.get(partition);
    if (segment === undefined) {
      segment = this.#pool.take();
      this.#segments.set(partition, segment);
    }
    return segment;
  }

  mark(partition: number): void {
    this.current(partition).closed = true;
  }

  closeAll(): void {
    for (const segment of this.#segments.values()) segment.closed = true;
  }

  ready(): ClosedCommit | null {
    for (const [partition, segment] of this.#segments) {
      if (!segment.closed) continue;
      segment.closed = false;
      if (segment.rows.length === 0) continue;
      this.#segments.delete(partition);
      return { segments: [segment], ends: new Map([[partition, this.#reached.at(partition)]]) };
    }
    return null;
  }
}

/**
 * The n-th commit is the n-th segment of every assigned partition; it closes when each has its n-th marker.
 * Rows behind a marker wait in the partition's next segment, and the source is told to pause the partition.
 */
export class AlignedScope implements CommitScope {
  readonly #pool: SegmentPool;
  readonly #reached: ReachedOffsets;
  readonly #queues = new Map<number, Segment[]>();
  /** Where the partitions go on behind the last round, and where commits have said that they do. */
  readonly #ends = new Map<number, number>();
  readonly #said = new Map<number, number>();
  readonly #onAhead: (partition: number, ahead: boolean) => void;

  constructor(
    pool: SegmentPool,
    reached: ReachedOffsets,
    onAhead: (partition: number, ahead: boolean) => void,
  ) {
    this.#pool = pool;
    this.#reached = reached;
    this.#onAhead = onAhead;
  }

  get pendingRows(): number {
    return sumRows([...this.#queues.values()].flat());
  }

  get oldestAt(): number | null {
    return oldest([...this.#queues.values()].flat());
  }

  /** Partitions whose next marker has not come while others wait for it. */
  get stalled(): number[] {
    const waiting = [...this.#queues].filter(([, queue]) => !queue[0].closed).map(([partition]) => partition);
    return waiting.length === this.#queues.size ? [] : waiting;
  }

  /** Partitions take part from the moment they are assigned, also while they are empty. */
  assign(partition: number): void {
    if (!this.#queues.has(partition)) this.#queues.set(partition, [this.#pool.take()]);
  }

  current(partition: number): Segment {
    this.assign(partition);
    return (this.#queues.get(partition) as Segment[]).at(-1) as Segment;
  }

  mark(partition: number): void {
    const segment = this.current(partition);
    segment.closed = true;
    segment.end = this.#reached.at(partition);
    const queue = this.#queues.get(partition) as Segment[];
    queue.push(this.#pool.take());
    this.#onAhead(partition, true);
  }

  closeAll(): void {
    for (const queue of this.#queues.values()) queue[0].closed = true;
  }

  ready(): ClosedCommit | null {
    while (this.#queues.size > 0 && [...this.#queues.values()].every((queue) => queue[0].closed)) {
      const segments: Segment[] = [];
      for (const [partition, queue] of this.#queues) {
        const segment = queue.shift() as Segment;
        segments.push(segment);
        this.#ends.set(partition, segment.end < 0 ? this.#reached.at(partition) : segment.end);
        if (queue.length === 0) queue.push(this.#pool.take());
        if (queue.length === 1) this.#onAhead(partition, false);
      }
      const filled = segments.filter((segment) => segment.rows.length > 0);
      for (const segment of segments) if (segment.rows.length === 0) this.#pool.give(segment);
      if (filled.length > 0) return { segments: filled, ends: this.#takeEnds() };
    }
    return null;
  }

  /** Segments without rows consume their markers too. */
  #takeEnds(): Map<number, number> {
    const moved = [...this.#ends].filter(([partition, end]) => end > (this.#said.get(partition) ?? -1));
    for (const [partition, end] of moved) this.#said.set(partition, end);
    return new Map(moved);
  }
}

function sumRows(segments: Iterable<Segment>): number {
  let rows = 0;
  for (const segment of segments) rows += segment.rows.length;
  return rows;
}

function oldest(segments: Iterable<Segment>): number | null {
  let at: number | null = null;
  for (const { openedAt } of segments) if (openedAt !== null && (at === null || openedAt < at)) at = openedAt;
  return at;
}
