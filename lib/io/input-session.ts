import { Batch } from "../data/batch.ts";
import type { Column } from "../data/column.ts";
import { Keys } from "../data/keys.ts";
import { keysOfPositions, keysOfValues } from "../data/row-key.ts";
import { concatBatches } from "../data/rows.ts";
import type { Columns } from "../data/schema.ts";
import { TowpathError } from "../errors.ts";
import { findMarker, partitionRun } from "../kernels/find-marker.ts";
import type { CommitPolicy } from "./commit-policy.ts";
import { AlignedScope, type CommitScope, ConnectorScope, PartitionScope } from "./commit-scopes.ts";
import { HeldMessages } from "./held-messages.ts";
import { KeyedRows } from "./keyed-rows.ts";
import type { PackedMessages, Parser } from "./parser.ts";
import { type DeadLetters, Rejections } from "./rejections.ts";
import { type Segment, SegmentPool } from "./segment.ts";

export interface SessionOptions {
  readonly parser: Parser;
  /** The table's columns; after those of the parser may come one for the metadata. */
  readonly columns: Columns;
  readonly needed: readonly boolean[];
  /** Positions of the primary key's columns, or null: rows are then keyed by where they stand. */
  readonly primaryKey: readonly number[] | null;
  readonly policy: CommitPolicy;
  readonly onError: "fail" | "skip" | DeadLetters;
  /** Source name, topic and partition of a partition slot, for keys. */
  origin(partition: number): string;
  /** "topic orders, partition 0": for errors. */
  place(partition: number): string;
  /** "orders.csv:17": a message, for errors; default: its partition's place and its offset. */
  position?(partition: number, offset: number): string;
  /** Fills the metadata column of rows [from, to) of `segment`, which came from `messages`. */
  metadata?(messages: PackedMessages, segment: Segment, from: number, to: number): void;
  /** Scope aligned: the partition is ahead of the others, or no longer. */
  onAhead?(partition: number, ahead: boolean): void;
  log(line: string): void;
  now(): number;
}

/** Pending rows that get no marker for this long are worth a line. */
const QUIET_AFTER_MS = 10_000;

/**
 * From packed messages to sealed commits: finds the markers, has the runs between them parsed into pending segments,
 * and seals each whole commit as one batch. Pull-based: `feed` once the last feed is used up, then `poll` until it
 * returns false; after each true one `seal` and one `release`.
 */
export class InputSession {
  readonly #options: SessionOptions;
  readonly #pool: SegmentPool;
  readonly #scope: CommitScope;
  readonly #marker: Uint8Array | null;
  readonly #keyed: KeyedRows | null;
  readonly #held: HeldMessages;
  readonly #rejections: Rejections;
  #messages: PackedMessages | null = null;
  #at = 0;
  #sealed: readonly Segment[] = [];
  #sawMarker = false;
  #warnedQuiet = false;
  rows = 0;
  commits = 0;

  constructor(options: SessionOptions) {
    const { columns, needed, policy, primaryKey } = options;
    this.#options = options;
    const built = needed.map((need, i) => need || (primaryKey?.includes(i) ?? false));
    this.#pool = new SegmentPool(columns, built);
    this.#scope = commitScope(policy, this.#pool, options);
    this.#marker = policy.marker === null ? null : Buffer.from(policy.marker);
    this.#keyed =
      primaryKey === null
        ? null
        : new KeyedRows(
            columns.map(({ type }) => type),
            built,
          );
    this.#held = new HeldMessages(options.parser);
    this.#rejections = new Rejections({
      onError: options.onError,
      position: (partition, offset) => this.#position(partition, offset),
      log: (line) => options.log(line),
    });
  }

  /** Rows received and not yet committed. */
  get pendingRows(): number {
    return this.#scope.pendingRows;
  }

  /** Messages that were rejected and left out. */
  get rejected(): number {
    return this.#rejections.count;
  }

  /** Scope aligned: a partition that was assigned must be waited for, also while nothing comes from it. */
  assign(partition: number): void {
    if (this.#scope instanceof AlignedScope) this.#scope.assign(partition);
  }

  /** Scope aligned: the partitions that the others wait for. */
  get stalled(): readonly number[] {
    return this.#scope instanceof AlignedScope ? this.#scope.stalled : [];
  }

  /** Milliseconds until `everyMs` is due; null where nothing is pending or it is off. */
  get dueInMs(): number | null {
    const { everyMs } = this.#options.policy;
    const { oldestAt } = this.#scope;
    return everyMs === null || oldestAt === null
      ? null
      : Math.max(0, oldestAt + everyMs - this.#options.now());
  }

  /** Takes the next messages; the last ones must have been used up. */
  feed(messages: PackedMessages): void {
    this.#messages = this.#held.filter(messages);
    this.#at = 0;
  }

  /** Whether the messages of the last `feed` are used up. */
  get drained(): boolean {
    return this.#messages === null;
  }

  /** Goes on until a commit is whole (true) or the messages are used up (false). May throw for a bad message. */
  poll(): boolean {
    if (this.#takeReady()) return true;
    const messages = this.#messages;
    while (messages !== null && this.#at < messages.length) {
      this.#readRun(messages);
      if (this.#takeReady()) return true;
    }
    this.#messages = null;
    if (this.dueInMs === 0) this.#scope.closeAll();
    return this.#takeReady();
  }

  /** The end of a static source: whether a last commit is to be sealed. */
  finish(): boolean {
    this.#held.finish();
    const { tail, marker } = this.#options.policy;
    const commits = tail === "commit" || (tail === "auto" && (marker === null || !this.#sawMarker));
    if (commits) {
      this.#scope.closeAll();
      return this.#takeReady();
    }
    if (this.pendingRows > 0) {
      this.#options.log(`${this.pendingRows} rows after the last commit marker were left out`);
    }
    return false;
  }

  seal(time: number): Batch | null {
    const batches = this.#sealed.map((segment) => this.#toBatch(segment, time));
    const batch = batches.length === 1 ? batches[0] : concatBatches(batches);
    this.commits++;
    return this.#keyed === null ? batch : this.#keyed.apply(batch, null);
  }

  /** For each partition in the commit just sealed, the offset after its last row; call it between seal and release. */
  sealedOffsets(): Map<number, number> {
    const reached = new Map<number, number>();
    for (const { rows } of this.#sealed) {
      for (let row = 0; row < rows.length; row++) reached.set(rows.partitions[row], rows.offsets[row] + 1);
    }
    return reached;
  }

  release(): void {
    for (const segment of this.#sealed) this.#pool.give(segment);
    this.#sealed = [];
  }

  /** Says once when rows wait for a marker that does not come. Call it about once a second. */
  remind(): void {
    const { oldestAt } = this.#scope;
    if (this.#warnedQuiet || oldestAt === null || this.#options.now() - oldestAt < QUIET_AFTER_MS) return;
    this.#warnedQuiet = true;
    const { marker } = this.#options.policy;
    this.#options.log(
      `${this.pendingRows} rows have waited 10 s for a ${marker} message; to commit without markers: commit: { everyMs: 100 }`,
    );
  }

  #takeReady(): boolean {
    const segments = this.#scope.ready();
    if (segments === null) return false;
    this.#sealed = segments;
    return true;
  }

  /** Reads up to the next marker, the end of the partition's run (where the scope cares) or the row limit. */
  #readRun(messages: PackedMessages): void {
    const { policy } = this.#options;
    const from = this.#at;
    const partition = messages.partitions[from];
    const whole = policy.scope === "connector";
    const runEnd = whole ? messages.length : partitionRun(messages.partitions, from, messages.length);
    const stop = this.#findMarker(messages, from, runEnd);
    const segment = this.#scope.current(partition);
    const room =
      policy.everyRows === null ? stop : Math.min(stop, from + policy.everyRows - segment.rows.length);
    this.#parse(messages, from, room, segment);
    this.#at = room;
    if (policy.everyRows !== null && segment.rows.length >= policy.everyRows) this.#scope.mark(partition);
    if (room === stop && stop < runEnd) {
      this.#sawMarker = true;
      this.#scope.mark(messages.partitions[stop]);
      this.#at = stop + 1;
    }
  }

  #findMarker(messages: PackedMessages, from: number, to: number): number {
    if (this.#marker === null) return to;
    const { bytes, ends, nulls } = messages;
    return findMarker(bytes, ends, nulls, from, to, this.#marker, this.#options.parser.trimsMarker);
  }

  #parse(messages: PackedMessages, from: number, to: number, segment: Segment): void {
    if (to <= from) return;
    const { parser, policy, metadata, now } = this.#options;
    const before = segment.rows.length;
    parser.parseInto(messages, from, to, segment.rows, (message, code, detail) =>
      this.#rejections.add(messages, message, code, detail),
    );
    const after = segment.rows.length;
    if (after === before) return;
    metadata?.(messages, segment, before, after);
    this.rows += after - before;
    segment.openedAt ??= now();
    if (this.pendingRows > policy.maxPendingRows) throw this.#tooLarge();
  }

  #tooLarge(): TowpathError {
    const { maxPendingRows, marker } = this.#options.policy;
    const detail = `more than ${maxPendingRows} rows came without a commit`;
    const often = marker === null ? "Set commit.everyRows" : `Send a ${marker} message more often`;
    return new TowpathError("TP_COMMIT_TOO_LARGE", marker === null ? detail : `${detail} marker`, {
      hint: `${often}, raise commit.maxPendingRows, or set commit: { everyMs: 100 }.`,
    });
  }

  #position(partition: number, offset: number): string {
    const { place, position } = this.#options;
    return position?.(partition, offset) ?? `${place(partition)}, offset ${offset}`;
  }

  #toBatch(segment: Segment, time: number): Batch {
    const { rows } = segment;
    const columns = rows.finish();
    const origin = (row: number): string => this.#position(rows.partitions[row], rows.offsets[row]);
    return new Batch(time, rows.length, columns, this.#keys(segment, columns), null, origin);
  }

  #keys(segment: Segment, columns: readonly Column[]): Keys {
    const { primaryKey, columns: schema, origin } = this.#options;
    const { rows } = segment;
    if (primaryKey !== null) {
      const types = primaryKey.map((position) => schema[position].type);
      return Keys.derived(() =>
        keysOfValues(
          primaryKey.map((position) => columns[position]),
          types,
          rows.length,
        ),
      );
    }
    const origins: string[] = [];
    return Keys.derived(() => {
      for (let row = 0; row < rows.length; row++)
        origins[rows.partitions[row]] ??= origin(rows.partitions[row]);
      return keysOfPositions(origins, rows.partitions, rows.offsets, rows.ordinals, rows.length);
    });
  }
}

function commitScope(policy: CommitPolicy, pool: SegmentPool, options: SessionOptions): CommitScope {
  switch (policy.scope) {
    case "connector":
      return new ConnectorScope(pool);
    case "partition":
      return new PartitionScope(pool);
    case "aligned":
      return new AlignedScope(pool, (partition, ahead) => options.onAhead?.(partition, ahead));
  }
}
