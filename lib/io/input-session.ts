import type { Batch } from "../data/batch.ts";
import type { Failed } from "../data/coerce.ts";
import { NULL } from "../data/column.ts";
import type { RowBuilder } from "../data/row-builder.ts";
import type { Columns } from "../data/schema.ts";
import { TowpathError } from "../errors.ts";
import { findMarker, partitionRun } from "../kernels/find-marker.ts";
import { commitEvents, type Events } from "./commit-events.ts";
import type { CommitPolicy } from "./commit-policy.ts";
import { AlignedScope, type CommitScope, commitScope } from "./commit-scopes.ts";
import { HeldMessages } from "./held-messages.ts";
import { KeyedCommits, type KeyedSession } from "./keyed-commits.ts";
import { messageFinder, ownMessages } from "./own-messages.ts";
import type { PackedMessages, Parser, Reject } from "./parser.ts";
import { type DeadLetters, Rejections } from "./rejections.ts";
import { type Segment, SegmentPool } from "./segment.ts";
import type { Session } from "./session.ts";
import type { Rejection } from "./source.ts";

export interface SessionOptions {
  readonly parser: Parser;
  /** The table's columns; after those of the parser may come one for the metadata. */
  readonly columns: Columns;
  readonly needed: readonly boolean[];
  /** Positions of the primary key's columns, or null: rows are then keyed by where they stand. */
  readonly primaryKey: readonly number[] | null;
  /** With a primary key: what a message with a live row's key means; default "upsert". */
  readonly session?: KeyedSession;
  /**
   * With a primary key: orders the partitions within a commit, the same way in every run; a key that comes in two of
   * them is reported. Default: by number, and nothing is reported.
   */
  compare?(partition: number, other: number): number;
  /**
   * With a primary key: writes the key's columns of a message without payload, which ends its key's row, as the next
   * row. Default: such messages are the parser's.
   */
  readKey?(messages: PackedMessages, i: number, rows: RowBuilder): Failed | null;
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
  /** Told of each message that is left out. */
  list?(rejection: Rejection): void;
  now(): number;
}

/** Pending rows that get no marker for this long are worth a line. */
const QUIET_AFTER_MS = 10_000;

/**
 * From packed messages to sealed commits: finds the markers, has the runs between them parsed into pending segments,
 * and seals each whole commit as one batch. Pull-based: `feed` once the last feed is used up, then `poll` until it
 * returns false; after each true one `seal` and one `release`.
 */
export class InputSession implements Session {
  readonly #options: SessionOptions;
  readonly #pool: SegmentPool;
  readonly #scope: CommitScope;
  readonly #marker: Uint8Array | null;
  readonly #keyed: KeyedCommits | null;
  readonly #held: HeldMessages;
  readonly #rejections: Rejections;
  /** A duplicate is found when its commit is whole, and may have to be sent away then. */
  readonly #keepsMessages: boolean;
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
    this.#scope = commitScope(policy.scope, this.#pool, (partition, ahead) =>
      options.onAhead?.(partition, ahead),
    );
    this.#marker = policy.marker === null ? null : Buffer.from(policy.marker);
    this.#keyed = primaryKey === null ? null : this.#keyedCommits(primaryKey, built);
    this.#keepsMessages = options.session === "insert" && typeof options.onError === "object";
    this.#held = new HeldMessages(options.parser);
    this.#rejections = new Rejections({
      onError: options.onError,
      position: (partition, offset) => this.#position(partition, offset),
      log: (line) => options.log(line),
      list: (rejection) => options.list?.(rejection),
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
    this.commits++;
    return this.#keyed === null ? this.#events(time).batch : this.#keyed.seal(time);
  }

  /** For each partition in the commit just sealed, the offset after its last row; call it between seal and release. */
  sealedOffsets(): Map<number, number> {
    const reached = new Map<number, number>();
    for (const { rows } of this.#sealed) {
      for (let row = 0; row < rows.length; ) {
        const end = partitionRun(rows.partitions, row, rows.length);
        reached.set(rows.partitions[row], rows.offsets[end - 1] + 1);
        row = end;
      }
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
    const find = messageFinder(segments);
    this.#keyed?.take(this.#events(0), (partition, offset, detail) => {
      const original = () => find(partition, offset);
      this.#rejections.addUsed({ partition, offset, original }, "TP_ROW_DUPLICATE_KEY", detail);
    });
    return true;
  }

  #events(time: number): Events {
    const { columns, primaryKey, origin } = this.#options;
    const position = (partition: number, offset: number) => this.#position(partition, offset);
    return commitEvents(this.#sealed, time, { columns, primaryKey, origin, position });
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
    const { policy, metadata, now } = this.#options;
    const before = segment.rows.length;
    this.#readRows(messages, from, to, segment);
    const after = segment.rows.length;
    if (after === before) return;
    if (this.#keepsMessages) segment.messages.push(ownMessages(messages, from, to));
    metadata?.(messages, segment, before, after);
    this.rows += after - before;
    segment.openedAt ??= now();
    if (this.pendingRows > policy.maxPendingRows) throw this.#tooLarge();
  }

  #readRows(messages: PackedMessages, from: number, to: number, segment: Segment): void {
    const { parser, readKey } = this.#options;
    const reject: Reject = (i, code, detail) => this.#rejections.add(messages, i, code, detail);
    const { nulls } = messages;
    let at = from;
    if (nulls !== null && readKey !== undefined && this.#keyed !== null) {
      for (let i = from; i < to; i++) {
        if (nulls[i] === 0) continue;
        if (i > at) parser.parseInto(messages, at, i, segment.rows, reject);
        this.#readEnd(messages, i, segment, readKey);
        at = i + 1;
      }
    }
    if (at < to) parser.parseInto(messages, at, to, segment.rows, reject);
  }

  /** A message without payload ends the row of its key: an event of which only the key's columns are filled. */
  #readEnd(
    messages: PackedMessages,
    i: number,
    { rows, ends }: Segment,
    readKey: NonNullable<SessionOptions["readKey"]>,
  ): void {
    const failed = readKey(messages, i, rows);
    if (failed !== null) {
      rows.truncate(rows.length);
      this.#rejections.add(messages, i, failed.code, failed.detail);
      return;
    }
    const { primaryKey } = this.#options;
    rows.columns.forEach((column, position) => {
      if (primaryKey?.includes(position) === false) column?.setEmpty(rows.length, NULL);
    });
    ends.push(rows.length);
    rows.endRow(messages.partitions[i], messages.offsets[i], 0);
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

  #keyedCommits(primaryKey: readonly number[], built: readonly boolean[]): KeyedCommits {
    const { columns, session = "upsert", compare, place, log } = this.#options;
    return new KeyedCommits({
      columns,
      built,
      primaryKey,
      session,
      ...(compare === undefined ? {} : { compare }),
      place,
      position: (partition, offset) => this.#position(partition, offset),
      log,
    });
  }
}
