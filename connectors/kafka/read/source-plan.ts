import type { Columns } from "../../../lib/data/schema.ts";
import type { TowpathError } from "../../../lib/errors.ts";
import type { CommitPolicy } from "../../../lib/io/commit-policy.ts";
import type { KeyedSession } from "../../../lib/io/keyed-commits.ts";
import type { Parser } from "../../../lib/io/parser.ts";
import type { KafkaSettings } from "../client/options.ts";
import type { PartitionSlots, TopicPartition } from "../client/partition-slots.ts";
import type { Attributes } from "../ingest/ingest.ts";
import type { PartitionChoice } from "./partition-choice.ts";
import type { OnError, StartFrom } from "./read-options.ts";

/** Takes errors that a client goes on with as rows; what it does not take ends the run. */
export interface ErrorTaker {
  take(error: TowpathError, place: TopicPartition | null): boolean;
  /** No further error comes. */
  end(): void;
}

/** Everything about a source that is known before it runs; checked. */
export interface SourcePlan {
  readonly name: string;
  readonly settings: KafkaSettings;
  readonly topics: readonly string[];
  /** The table's columns; the last one is `metadataColumn` where `withMetadata`. */
  readonly columns: Columns;
  readonly primaryKey: readonly number[] | null;
  readonly session: KeyedSession;
  readonly policy: CommitPolicy;
  readonly mode: "streaming" | "static";
  /** A number: this offset of every partition. */
  readonly startFrom: StartFrom | number;
  readonly partitions: PartitionChoice | undefined;
  readonly maxBacklogRows: number;
  readonly onError: OnError;
  readonly withMetadata: boolean;
  /** Messages hold whole commits: format updates. */
  readonly holdsCommits: boolean;
  /** Which attributes the parser needs beside the payload for these columns; absent: none. */
  attributes?(needed: readonly boolean[]): Attributes;
  /** Absent: each error ends the run. */
  readonly errors?: ErrorTaker;
  /** `slots` are those of the messages to be parsed; absent where the parser is only tried. */
  createParser(slots?: PartitionSlots): Parser;
}
