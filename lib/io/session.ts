import type { Batch } from "../data/batch.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { PackedMessages } from "./parser.ts";
import type { CommitEnds } from "./replay.ts";

/**
 * From packed messages to commits, pulled by a source: `feed` once the last feed is used up, then `poll` until it
 * returns false; after each true one `seal` and one `release`. At the end of a static source `finish` instead.
 */
export interface Session {
  /** Rows read, commits sealed and messages left out since the start. */
  readonly rows: number;
  readonly commits: number;
  readonly rejected: number;
  /** Rows received and not yet committed. */
  readonly pendingRows: number;
  /** Milliseconds until a commit by time is due; null where none will be. */
  readonly dueInMs: number | null;
  /** The partitions that the others wait for. */
  readonly stalled: readonly number[];
  /** A partition will be read. */
  assign(partition: number): void;
  /**
   * What has to be waited for before these messages can be fed; null where nothing has to (`Parser.prepare`). Absent:
   * nothing ever has.
   */
  prepare?(messages: PackedMessages): Promise<void> | null;
  /** Takes the next messages; the last ones must have been used up. */
  feed(messages: PackedMessages): void;
  /** Goes on until a commit is whole (true) or the messages are used up (false). May throw for a bad message. */
  poll(): boolean;
  /** The end of a static source: whether a last commit is to be sealed. */
  finish(): boolean;
  seal(time: number): Batch | null;
  /**
   * For each partition that the commit just sealed moves, the offset to read on from: behind its marker and all that
   * was skipped; call it between seal and release.
   */
  sealedOffsets(): CommitEnds;
  release(): void;
  /** Says once when rows wait for long. Call it about once a second. */
  remind(): void;
  /**
   * Makes these commits first, whatever the policy says; comes before the first `feed`. Reading begins where the loaded
   * state's last commit ended, or at the start.
   */
  replay(commits: readonly CommitEnds[]): void;
  readonly isReplaying: boolean;
  /** Everything of a partition before `offset` has been fed, also where no message says so. */
  pass(partition: number, offset: number): void;
  /** What reading depends on beside the messages behind an offset, as JSON: the csv header. Null where nothing does. */
  readonly learnt: unknown;
  learn(header: unknown): void;
  /** What the sealed commits have left; what is pending is no part of it. Partitions keep their numbers. */
  save(writer: StateWriter): void;
  load(reader: StateReader): void;
}
