import type { Failed } from "../data/coerce.ts";
import type { RowBuilder } from "../data/row-builder.ts";
import type { Columns } from "../data/schema.ts";
import type { CommitPolicy } from "./commit-policy.ts";
import type { KeyedSession } from "./keyed-commits.ts";
import type { PackedMessages, Parser } from "./parser.ts";
import type { DeadLetters } from "./rejections.ts";
import type { Segment } from "./segment.ts";
import type { Rejection } from "./source.ts";

/** What a session needs to make commits of messages. */
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
  /** What rows may take while they wait for their commit, about; default: there is only `maxPendingRows`. */
  pendingBytesMax?(): number;
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
