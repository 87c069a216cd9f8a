import type { Batch } from "../data/batch.ts";
import { readCell } from "../data/cell.ts";
import { RowBuilder } from "../data/row-builder.ts";
import type { Columns } from "../data/schema.ts";
import { stableJson } from "../data/value.ts";
import { type ErrorCode, TowpathError } from "../errors.ts";
import { findMarker } from "../kernels/find-marker.ts";
import { CommitParts } from "./commit-parts.ts";
import { defaultCommitPolicy } from "./commit-policy.ts";
import type { SessionOptions } from "./input-session.ts";
import { LiveRows, type Misfit, type RowChange } from "./live-rows.ts";
import { ownMessages } from "./own-messages.ts";
import type { PackedMessages } from "./parser.ts";
import { type Rejected, Rejections } from "./rejections.ts";
import type { Session } from "./session.ts";
import { type UpdateHeaders, updateHeaders } from "./update-headers.ts";
import { type TakenUpdates, UpdateHistories } from "./update-histories.ts";
import { type UpdateRows, updateColumns, updateRows } from "./update-rows.ts";

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
  | "log"
  | "list"
  | "now"
>;

/** A commit that waits to be sealed. */
interface Commit {
  readonly change: RowChange;
  readonly partition: number;
  /** Of the message that completed it. */
  readonly offset: number;
  /** Where reading goes on once it has been delivered. */
  readonly resumeAt: number;
}

/** Parts whose others do not come for this long are worth a line. */
const QUIET_AFTER_MS = 10_000;
const ANOTHER_CAME = "another commit came";
const CELL_CHARACTERS_MAX = 80;
const ROW_CHARACTERS_MAX = 240;
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
  /** Rows of messages that hold whole commits. */
  readonly #rows: RowBuilder;
  readonly #parts = new Map<number, CommitParts>();
  #messages: PackedMessages | null = null;
  #at = 0;
  #commits: Commit[] = [];
  #next = 0;
  #saidReplay = false;
  #saidReplaced = false;
  #saidQuiet = false;
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
    this.#messages = messages;
    this.#at = 0;
  }

  poll(): boolean {
    if (this.#next < this.#commits.length) return true;
    this.#live.settle();
    this.#commits = [];
    this.#next = 0;
    const messages = this.#messages;
    while (messages !== null && this.#at < messages.length) {
      this.#read(messages, this.#at++);
      if (this.#commits.length > 0) return true;
      this.#live.settle();
    }
    this.#messages = null;
    return false;
  }

  finish(): boolean {
    for (const parts of this.#parts.values()) this.#leaveOut(parts, "the topic ends there");
    this.#parts.clear();
    return false;
  }

  seal(time: number): Batch | null {
    const { change, partition, offset } = this.#commits[this.#next];
    this.commits++;
    return this.#live.toBatch(change, time, this.#options.needed, () => this.#position(partition, offset));
  }

  sealedOffsets(): Map<number, number> {
    const { partition, resumeAt } = this.#commits[this.#next];
    return new Map([[partition, resumeAt]]);
  }

  release(): void {
    this.#next++;
  }

  remind(): void {
    if (this.#saidQuiet) return;
    for (const { messages, parts, openedAt } of this.#parts.values()) {
      if (this.#options.now() - openedAt < QUIET_AFTER_MS) continue;
      this.#saidQuiet = true;
      const [{ partition }] = messages;
      this.#options.log(
        `a commit has waited 10 s for part ${messages.length + 1} of its ${parts} parts (${this.#options.place(partition)}); it stays invisible until it is whole`,
      );
    }
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
    } else if (this.#histories.hasReplaced(partition, headers.run)) this.#sayReplaced(message, headers.run);
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
      if (!goesOn && before !== undefined) this.#leaveOut(before, ANOTHER_CAME);
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
    const taken = this.#histories.take(partition, run, updates);
    if ("code" in taken) {
      this.#rejectMisfit(unit, updates, taken);
      return;
    }
    this.#endInterrupted(unit, partition);
    this.rows += taken.rows;
    this.#sayTaken(taken, partition, offset);
    const first = messages[0].offset;
    const end = taken.changes.length - 1;
    this.#commits = taken.changes.map((change, i) => ({
      change,
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
    this.#leaveOut(interrupted, ANOTHER_CAME);
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
    const shown = describe(this.#options.columns, updates, row);
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

  #leaveOut({ messages, parts, rows }: CommitParts, why: string): void {
    const [{ partition, offset }] = messages;
    const place = this.#position(partition, offset);
    this.#options.log(
      `a commit was left out, ${rows.length} rows: ${messages.length} of its ${parts} parts had come, then ${why} (${place})`,
    );
  }

  #sayTaken({ replayed, replacedRows }: TakenUpdates, partition: number, offset: number): void {
    const where = this.#position(partition, offset);
    if (replacedRows !== null)
      this.#options.log(`the writer began anew: its first commit replaces ${replacedRows} rows (${where})`);
    if (replayed === 0 || this.#saidReplay) return;
    this.#saidReplay = true;
    this.#options.log(`a commit that had been read already came again and was left out (${where})`);
  }

  #sayReplaced({ partition, offset }: Rejected, run: string): void {
    if (this.#saidReplaced) return;
    this.#saidReplaced = true;
    const name = run === "" ? "without tp-run" : `of the run ${run}`;
    this.#options.log(
      `a message ${name} was left out, because a newer run has taken its place: do two programs write to this topic? (${this.#position(partition, offset)})`,
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

/** A row's cells as short text. */
function describe(columns: Columns, { cells }: UpdateRows, row: number): string {
  const shown = columns.map(({ name, type }, i) => `${name}=${cut(text(readCell(cells[i], type, row)))}`);
  return cut(shown.join(", "), ROW_CHARACTERS_MAX);
}

function text(value: unknown): string {
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  return typeof value === "bigint" ? `${value}` : stableJson(value);
}

function cut(shown: string, length = CELL_CHARACTERS_MAX): string {
  return shown.length <= length ? shown : `${shown.slice(0, length - 1)}…`;
}
