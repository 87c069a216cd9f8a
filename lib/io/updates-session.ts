import type { Batch } from "../data/batch.ts";
import { RowBuilder } from "../data/row-builder.ts";
import type { Columns } from "../data/schema.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import { type ErrorCode, TowpathError } from "../errors.ts";
import { findMarker, partitionRun } from "../kernels/find-marker.ts";
import { CommitParts } from "./commit-parts.ts";
import { defaultCommitPolicy } from "./commit-policy.ts";
import { describeRow } from "./describe-row.ts";
import { LiveRows, type Misfit, type RowChange } from "./live-rows.ts";
import { ownMessages } from "./own-messages.ts";
import type { PackedMessages } from "./parser.ts";
import { type Rejected, Rejections } from "./rejections.ts";
import { type CommitEnds, replayFailure } from "./replay.ts";
import { ReplayedTurns } from "./replayed-turns.ts";
import type { Session } from "./session.ts";
import type { SessionOptions } from "./session-options.ts";
import { type UpdateHeaders, updateHeaders } from "./update-headers.ts";
import { type SavedHistory, UpdateHistories } from "./update-histories.ts";
import { type UpdateRows, updateColumns, updateRows } from "./update-rows.ts";
import { UpdatesLog } from "./updates-log.ts";

/** The parser reads the columns of `updateColumns` for the table's. */
type UpdatesOptions = Pick<
  SessionOptions,
  | "parser"
  | "columns"
  | "needed"
  | "primaryKey"
  | "policy"
  | "onError"
  | "place"
  | "position"
  | "onAhead"
  | "log"
  | "list"
  | "now"
>;

/** A commit that waits to be sealed. */
interface Commit {
  readonly change: RowChange;
  /** As its writer says. */
  readonly time: number;
  readonly partition: number;
  /** Of the message that completed it. */
  readonly offset: number;
  /** Where reading goes on once it has been delivered. */
  readonly resumeAt: number;
}

const ANOTHER_CAME = "another commit came";
const marker = Buffer.from(defaultCommitPolicy.marker ?? "");

const FORMAT_REMEDY = 'Have nobody but pw.kafka.write, with its envelope "updates", write to this topic';
const START_REMEDY =
  'Read from the earliest message (startFrom: "earliest") of a topic that keeps them all (retention.ms=-1), because updates add up from the first one on';
const KEY_REMEDY =
  "Name a primary key that tells rows apart, or leave primaryKey (and the writer's includeKey) out";

/**
 * From messages of the writer's envelope "updates" to the commits that they hold, each with its rows as they were
 * added and taken back there.
 *
 * The unit is the message, or all parts of a commit that several messages hold: its commits count all or none. One
 * that is rejected leaves no trace, neither rows nor its run and times. Partitions are histories of their own, and
 * what a message without the header `tp-run` says belongs to one run without a name. Commit markers mean nothing.
 */
export class UpdatesSession implements Session {
  readonly #options: UpdatesOptions;
  readonly #columns: Columns;
  readonly #live: LiveRows;
  readonly #histories: UpdateHistories;
  readonly #rejections: Rejections;
  readonly #log: UpdatesLog;
  /** Rows of messages that hold whole commits. */
  readonly #rows: RowBuilder;
  readonly #parts = new Map<number, CommitParts>();
  #messages: PackedMessages | null = null;
  #at = 0;
  /** Messages that come behind these. */
  #waiting: PackedMessages[] = [];
  #replay: ReplayedTurns | null = null;
  #commits: Commit[] = [];
  #next = 0;
  /** Of the partition of these commits, before the first of them. */
  #historyBefore: SavedHistory | null = null;
  rows = 0;
  commits = 0;
  readonly dueInMs = null;
  readonly stalled: readonly number[] = [];

  constructor(options: UpdatesOptions) {
    const { columns, onError } = options;
    this.#options = options;
    this.#columns = updateColumns(columns);
    this.#live = new LiveRows(columns.map(({ type }) => type));
    this.#histories = new UpdateHistories(this.#live);
    this.#rows = this.#createRows();
    this.#log = new UpdatesLog({
      place: options.place,
      position: (partition, offset) => this.#position(partition, offset),
      log: (line) => options.log(line),
    });
    this.#rejections = new Rejections({
      onError,
      position: (partition, offset) => this.#position(partition, offset),
      log: (line) => options.log(line),
      list: (rejection) => options.list?.(rejection),
    });
  }

  /** Messages that were rejected and left out. */
  get rejected(): number {
    return this.#rejections.count;
  }

  /** Rows of commits of which parts are missing. */
  get pendingRows(): number {
    let pending = 0;
    for (const { rows } of this.#parts.values()) pending += rows.length;
    return pending;
  }

  assign(): void {}

  feed(messages: PackedMessages): void {
    this.#at = 0;
    if (this.#replay === null) {
      this.#messages = messages;
      return;
    }
    const { partitions, length } = messages;
    for (let from = 0, to = 0; from < length; from = to) {
      to = partitionRun(partitions, from, length);
      this.#replay.hold(messages, from, to);
    }
  }

  poll(): boolean {
    if (this.#next < this.#commits.length) return true;
    this.#live.settle();
    this.#commits = [];
    this.#next = 0;
    for (let next = this.#takeMessage(); next !== null; next = this.#takeMessage()) {
      this.#read(next.messages, next.i);
      if (this.#commits.length > 0) return true;
      this.#live.settle();
    }
    return false;
  }

  #takeMessage(): { readonly messages: PackedMessages; readonly i: number } | null {
    if (this.#replay !== null) return this.#replay.take();
    while (this.#messages !== null && this.#at === this.#messages.length) {
      this.#messages = this.#waiting.shift() ?? null;
      this.#at = 0;
    }
    return this.#messages === null ? null : { messages: this.#messages, i: this.#at++ };
  }

  replay(commits: readonly CommitEnds[]): void {
    if (commits.length === 0) return;
    const { onAhead } = this.#options;
    this.#replay = new ReplayedTurns(commits, (partition, ahead) => onAhead?.(partition, ahead));
    this.#rejections.areRepeated = true;
  }

  get isReplaying(): boolean {
    return this.#replay !== null;
  }

  pass(): void {}

  readonly learnt = null;
  learn(): void {}

  /** Of a message's commits those that have been sealed count: the others are read again with their message. */
  save(writer: StateWriter): void {
    const unsealed = this.#commits.slice(this.#next);
    for (const { change, partition } of unsealed) this.#live.shift(partition, change, -1);
    this.#live.save(writer.scope("live"));
    for (const { change, partition } of unsealed) this.#live.shift(partition, change, 1);
    const partition = unsealed.length === 0 ? -1 : unsealed[0].partition;
    const sealed = this.#commits[this.#next - 1];
    const history =
      sealed === undefined || partition < 0
        ? this.#historyBefore
        : { ...this.#histories.stateOf(partition), time: sealed.time };
    this.#histories.save(writer, partition, history);
  }

  load(reader: StateReader): void {
    this.#live.load(reader.scope("live"));
    this.#histories.load(reader);
  }

  finish(): boolean {
    if (this.#replay !== null) throw replayFailure(this.#replay.left);
    for (const parts of this.#parts.values()) this.#log.leftOut(parts, "the topic ends there");
    this.#parts.clear();
    return false;
  }

  seal(time: number): Batch | null {
    const { change, partition, offset } = this.#commits[this.#next];
    this.commits++;
    return this.#live.toBatch(change, time, this.#options.needed, () => this.#position(partition, offset));
  }

  sealedOffsets(): CommitEnds {
    const { partition, resumeAt } = this.#commits[this.#next];
    return new Map([[partition, resumeAt]]);
  }

  release(): void {
    this.#next++;
    if (this.#replay === null) return;
    this.#replay.made();
    if (!this.#replay.isDone) return;
    this.#waiting = this.#replay.finish();
    this.#messages = this.#waiting.shift() ?? null;
    this.#at = 0;
    this.#replay = null;
    this.#rejections.areRepeated = false;
  }

  remind(): void {
    this.#log.remind(this.#parts.values(), this.#options.now());
  }

  #read(messages: PackedMessages, i: number): void {
    const { bytes, ends, nulls, partitions } = messages;
    if (findMarker(bytes, ends, nulls, i, i + 1, marker, true) === i) return;
    const partition = partitions[i];
    const message = this.#keep(messages, i);
    const headers = updateHeaders(messages, i);
    if (headers === null) {
      const detail = "the headers part and parts do not say which part it is";
      this.#reject([message], "TP_ROW_BAD_UPDATES", detail, FORMAT_REMEDY);
    } else if (this.#histories.hasReplaced(partition, headers.run)) this.#log.replaced(message, headers.run);
    else this.#readPart(messages, i, message, headers);
  }

  #readPart(messages: PackedMessages, i: number, message: Rejected, headers: UpdateHeaders): void {
    const { partition } = message;
    const before = this.#parts.get(partition);
    const goesOn = before?.continuesWith(headers) === true;
    const { part, parts } = headers;
    if (part > 1 && !goesOn) {
      const detail = `part ${part} of ${parts} came without the part before it`;
      this.#rejectPart(message, before, "TP_ROW_BAD_UPDATES", detail, START_REMEDY);
      return;
    }
    const unit = goesOn ? before : this.#begin(headers, before);
    if (!this.#parse(messages, i, message, unit)) return;
    unit.messages.push(message);
    if (!unit.complete) {
      if (!goesOn && before !== undefined) this.#log.leftOut(before, ANOTHER_CAME);
      this.#parts.set(partition, unit);
      if (this.pendingRows > this.#options.policy.maxPendingRows) throw this.#tooLarge();
    } else {
      if (unit.parts > 1) this.#parts.delete(partition);
      this.#take(unit);
    }
  }

  #begin(headers: UpdateHeaders, interrupted: CommitParts | undefined): CommitParts {
    return new CommitParts(headers, this.#builderFor(headers), this.#options.now(), interrupted);
  }

  /** Reads one message into its unit; false where it was rejected. */
  #parse(messages: PackedMessages, i: number, message: Rejected, unit: CommitParts): boolean {
    const { rows } = unit;
    let readable = true;
    this.#options.parser.parseInto(messages, i, i + 1, rows, (_, code, detail) => {
      readable = false;
      this.#rejectPart(message, unit, code, detail);
    });
    if (!readable || unit.parts === 1 || this.#holdsOneCommit(rows)) return readable;
    this.#rejectPart(message, unit, "TP_ROW_BAD_UPDATES", "the parts of a commit have several times");
    return false;
  }

  #holdsOneCommit({ columns, length }: RowBuilder): boolean {
    const times = columns[this.#options.columns.length + 1];
    return length === 0 || (times?.layout === "number" && times.values[0] === times.values[length - 1]);
  }

  #take(unit: CommitParts): void {
    const { rows, run, messages } = unit;
    if (rows.length === 0) return;
    const updates = this.#updates(rows);
    const { partition, offset } = messages[messages.length - 1];
    this.#historyBefore = this.#histories.stateOf(partition);
    const taken = this.#histories.take(partition, run, updates);
    if ("code" in taken) {
      this.#rejectMisfit(unit, updates, taken);
      return;
    }
    this.#endInterrupted(unit, partition);
    this.rows += taken.rows;
    this.#log.taken(taken, partition, offset);
    const first = messages[0].offset;
    const end = taken.changes.length - 1;
    this.#commits = taken.changes.map((change, i) => ({
      change,
      time: taken.times[i],
      partition,
      offset,
      resumeAt: i === end ? offset + 1 : first,
    }));
  }

  /** Parts before this commit will never be one, and what more there is of another run comes too late. */
  #endInterrupted({ run, interruptedRuns }: CommitParts, partition: number): void {
    for (const other of interruptedRuns) if (other !== run) this.#histories.replace(partition, other);
    const interrupted = this.#parts.get(partition);
    if (interrupted === undefined) return;
    this.#parts.delete(partition);
    this.#log.leftOut(interrupted, ANOTHER_CAME);
  }

  #updates(rows: RowBuilder): UpdateRows {
    return updateRows(rows, this.#options.columns, this.#options.primaryKey);
  }

  /** A part's rows stay until the others have come; those of whole commits are used up at once. */
  #builderFor({ parts }: UpdateHeaders): RowBuilder {
    if (parts > 1) return this.#createRows();
    this.#rows.reset();
    return this.#rows;
  }

  #createRows(): RowBuilder {
    return new RowBuilder(
      this.#columns,
      this.#columns.map(() => true),
    );
  }

  #keep(messages: PackedMessages, i: number): Rejected {
    const { partitions, offsets } = messages;
    const { onError } = this.#options;
    const place = { partition: partitions[i], offset: offsets[i] };
    // The original is asked for only where it is to be sent away, which may be when the last part has come.
    if (typeof onError === "string") return { ...place, original: () => [messages, i] };
    const own = ownMessages(messages, i, i + 1);
    return { ...place, original: () => [own, 0] };
  }

  /** Rejects a message, and with it the other parts of its commit. */
  #rejectPart(
    message: Rejected,
    unit: CommitParts | undefined,
    code: ErrorCode,
    detail: string,
    remedy = FORMAT_REMEDY,
  ): void {
    this.#reject([message, ...(unit?.messages ?? [])], code, detail, remedy);
    if (unit !== undefined && this.#parts.get(message.partition) === unit)
      this.#parts.delete(message.partition);
  }

  #rejectMisfit({ messages, rows }: CommitParts, updates: UpdateRows, { code, row }: Misfit): void {
    const blamed = messages.find(({ offset }) => offset === rows.offsets[row]) ?? messages[0];
    const others = messages.filter((message) => message !== blamed);
    const shown = describeRow(this.#options.columns, updates, row);
    const group = [blamed, ...others];
    if (code === "TP_ROW_ABSENT")
      this.#reject(group, code, `the row with ${shown} is taken back and is not there`, START_REMEDY);
    else this.#reject(group, code, `the row with ${shown} would be the second one with its key`, KEY_REMEDY);
  }

  #reject([blamed, ...others]: readonly Rejected[], code: ErrorCode, detail: string, remedy: string): void {
    this.#rejections.addUsed(blamed, code, detail, remedy);
    const where = this.#position(blamed.partition, blamed.offset);
    for (const other of others)
      this.#rejections.addUsed(
        other,
        code,
        `another part of its commit is bad: ${detail} (${where})`,
        remedy,
      );
  }

  #tooLarge(): TowpathError {
    const { maxPendingRows } = this.#options.policy;
    const detail = `more than ${maxPendingRows} rows wait for the other parts of their commits`;
    return new TowpathError("TP_COMMIT_TOO_LARGE", detail, { hint: "Raise commit.maxPendingRows." });
  }

  #position(partition: number, offset: number): string {
    const { place, position } = this.#options;
    return position?.(partition, offset) ?? `${place(partition)}, offset ${offset}`;
  }
}
