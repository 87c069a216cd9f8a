import type { Batch } from "../data/batch.ts";
import { NULL } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { TowpathError } from "../errors.ts";
import { findMarker, partitionRun } from "../kernels/find-marker.ts";
import { commitEvents, type Events } from "./commit-events.ts";
import { AlignedScope, type CommitScope, commitScope } from "./commit-scopes.ts";
import { HeldMessages } from "./held-messages.ts";
import { KeyedCommits } from "./keyed-commits.ts";
import { messageFinder, ownMessages } from "./own-messages.ts";
import type { PackedMessages, Reject } from "./parser.ts";
import { PendingBytes } from "./pending-bytes.ts";
import { ReachedOffsets } from "./reached-offsets.ts";
import { Rejections } from "./rejections.ts";
import { type CommitEnds, Replay, replayFailure } from "./replay.ts";
import { type Segment, SegmentPool } from "./segment.ts";
import type { Session } from "./session.ts";
import type { SessionOptions } from "./session-options.ts";

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
  readonly #weight: PendingBytes;
  #pendingBytes = 0;
  readonly #reached = new ReachedOffsets();
  #messages: PackedMessages | null = null;
  #at = 0;
  /** Messages that come behind these. */
  #waiting: PackedMessages[] = [];
  #replay: Replay | null = null;
  #sealed: readonly Segment[] = [];
  #sealedEnds: CommitEnds = new Map();
  #sawMarker = false;
  #warnedQuiet = false;
  rows = 0;
  commits = 0;

  constructor(options: SessionOptions) {
    const { columns, needed, policy, primaryKey } = options;
    this.#options = options;
    const built = needed.map((need, i) => need || (primaryKey?.includes(i) ?? false));
    this.#pool = new SegmentPool(columns, built);
    this.#scope = commitScope(policy.scope, this.#pool, this.#reached, (partition, ahead) =>
      options.onAhead?.(partition, ahead),
    );
    this.#marker = policy.marker === null ? null : Buffer.from(policy.marker);
    this.#keyed = primaryKey === null ? null : this.#keyedCommits(primaryKey, built);
    this.#keepsMessages = options.session === "insert" && typeof options.onError === "object";
    this.#weight = new PendingBytes(columns, built, this.#keepsMessages);
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
    return this.#scope.pendingRows + (this.#replay?.pendingRows ?? 0);
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

  prepare(messages: PackedMessages): Promise<void> | null {
    return this.#options.parser.prepare?.(messages, 0, messages.length) ?? null;
  }

  /** Takes the next messages; the last ones must have been used up. */
  feed(messages: PackedMessages): void {
    this.#messages = this.#held.filter(messages);
    this.#at = 0;
  }

  /** Goes on until a commit is whole (true) or the messages are used up (false). May throw for a bad message. */
  poll(): boolean {
    if (this.#takeReady()) return true;
    for (let messages = this.#messages; messages !== null; messages = this.#takeWaiting()) {
      while (this.#at < messages.length) {
        if (this.#replay === null) this.#readRun(messages);
        else this.#replayRun(messages, this.#replay);
        if (this.#takeReady()) return true;
      }
    }
    if (this.dueInMs === 0) this.#scope.closeAll();
    return this.#takeReady();
  }

  replay(commits: readonly CommitEnds[]): void {
    if (commits.length === 0) return;
    this.#replay = new Replay(commits, this.#pool, (partition, ahead) =>
      this.#options.onAhead?.(partition, ahead),
    );
    this.#rejections.areRepeated = true;
  }

  get isReplaying(): boolean {
    return this.#replay !== null;
  }

  pass(partition: number, offset: number): void {
    this.#replay?.pass(partition, offset);
  }

  /** The header that a format has found in the messages. */
  get learnt(): unknown {
    return this.#options.parser.save?.() ?? null;
  }

  learn(header: unknown): void {
    if (header !== null) this.#options.parser.load?.(header);
  }

  save(writer: StateWriter): void {
    writer.value("sawMarker", this.#sawMarker);
    this.#keyed?.save(writer.scope("keyed"));
  }

  load(reader: StateReader): void {
    this.#sawMarker = reader.value("sawMarker") === true;
    this.#keyed?.load(reader.scope("keyed"));
  }

  /** The end of a static source: whether a last commit is to be sealed. */
  finish(): boolean {
    if (this.#replay !== null) throw replayFailure(this.#replay.left);
    this.#held.finish();
    const { tail, marker } = this.#options.policy;
    const commits = tail === "commit" || (tail === "auto" && (marker === null || !this.#sawMarker));
    if (commits) {
      // With scope aligned the first segments may have no rows, and commits without rows are left out.
      while (this.pendingRows > 0) {
        this.#scope.closeAll();
        if (this.#takeReady()) return true;
      }
      return false;
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

  sealedOffsets(): CommitEnds {
    return this.#sealedEnds;
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
    const closed = this.#replay === null ? this.#scope.ready() : this.#replay.ready();
    if (closed === null) return false;
    const { segments, ends } = closed;
    this.#sealed = segments;
    this.#sealedEnds = ends;
    for (const { bytes } of segments) this.#pendingBytes -= bytes;
    const find = messageFinder(segments);
    this.#keyed?.take(this.#events(0), (partition, offset, detail) => {
      const original = () => find(partition, offset);
      this.#rejections.addUsed({ partition, offset, original }, "TP_ROW_DUPLICATE_KEY", detail);
    });
    if (this.#replay?.isDone === true) this.#endReplay(this.#replay);
    return true;
  }

  /** What has been held comes before the rest of these messages. */
  #endReplay(replay: Replay): void {
    this.#replay = null;
    this.#rejections.areRepeated = false;
    this.#reached.takeMoved();
    const rest = this.#messages;
    this.#waiting = replay.finish();
    if (rest !== null && this.#at < rest.length) this.#waiting.push(ownMessages(rest, this.#at, rest.length));
    this.#takeWaiting();
  }

  #takeWaiting(): PackedMessages | null {
    this.#messages = this.#waiting.shift() ?? null;
    this.#at = 0;
    return this.#messages;
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
    const atMarker = room === stop && stop < runEnd;
    this.#at = atMarker ? stop + 1 : room;
    const isFull = policy.everyRows !== null && segment.rows.length >= policy.everyRows;
    this.#reached.note(messages, from, isFull ? room : this.#at);
    if (isFull) this.#scope.mark(partition);
    if (!atMarker) return;
    if (isFull) this.#reached.note(messages, stop, stop + 1);
    this.#sawMarker = true;
    this.#scope.mark(messages.partitions[stop]);
  }

  /** Reads a partition's run up to where its commit ends. Markers have had their effect when it was made first. */
  #replayRun(messages: PackedMessages, replay: Replay): void {
    const from = this.#at;
    const partition = messages.partitions[from];
    const runEnd = partitionRun(messages.partitions, from, messages.length);
    const end = replay.endOf(partition);
    if (end === null) {
      replay.hold(ownMessages(messages, from, runEnd));
      this.#at = runEnd;
      return;
    }
    let to = from;
    while (to < runEnd && messages.offsets[to] < end) to++;
    for (let at = from; at < to; ) {
      const stop = this.#findMarker(messages, at, to);
      this.#parse(messages, at, stop, replay.current(partition));
      if (stop < to) this.#sawMarker = true;
      at = stop + 1;
    }
    this.#reached.note(messages, from, to);
    this.#at = to;
    replay.pass(partition, to < runEnd ? end : this.#reached.at(partition));
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
    // What was one commit once is one again, however large.
    if (this.#replay !== null) return;
    const bytes = this.#weight.of(messages, from, to, after - before);
    segment.bytes += bytes;
    this.#pendingBytes += bytes;
    if (this.pendingRows > policy.maxPendingRows) {
      throw this.#tooLarge(`more than ${policy.maxPendingRows} rows`, "raise commit.maxPendingRows");
    }
    const bytesMax = this.#options.pendingBytesMax?.() ?? Number.POSITIVE_INFINITY;
    if (this.#pendingBytes > bytesMax) {
      const share = `the ${Math.round(bytesMax / 2 ** 20)} MB that memoryLimitMb leaves for them`;
      throw this.#tooLarge(`${this.pendingRows} rows, more than ${share},`, "raise memoryLimitMb of pw.run");
    }
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

  #tooLarge(what: string, remedy: string): TowpathError {
    const { marker } = this.#options.policy;
    const detail = `${what} came without a commit`;
    const often = marker === null ? "Set commit.everyRows" : `Send a ${marker} message more often`;
    return new TowpathError("TP_COMMIT_TOO_LARGE", marker === null ? detail : `${detail} marker`, {
      hint: `${often}, ${remedy}, or set commit: { everyMs: 100 }.`,
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
