import type { Columns } from "../data/schema.ts";
import type { Sink } from "../io/sink.ts";
import type { Source } from "../io/source.ts";

/** The options of a `source` node: all that a plan knows of where rows come from. */
export interface SourceSpec {
  /** The connector's name: "kafka", "input" … */
  readonly connector: string;
  /** The source's name in logs, the live table and checkpoints. */
  readonly name: string;
  /** Settings as plain data for `explain` and the fingerprint; secrets are redacted before. */
  readonly describe: Readonly<Record<string, unknown>>;
  /** What of `describe` says which rows these are: saved state holds for no others. Default: all of it. */
  readonly identity?: unknown;
  /** Whether rows only come and never go: no upserts, no deletions. */
  readonly appendOnly: boolean;
  /** Positions of the columns whose values make the rows' keys; absent or null where none do. */
  readonly primaryKey?: readonly number[] | null;
  /** Its rows name rows of other tables that failed, by their keys among other things. */
  readonly listsFailures?: boolean;
  /** No other source makes the same keys: they are made of its name and of where its messages stand. */
  readonly ownKeys?: boolean;
  /** A consumer group deals its partitions out to processes, each of which runs the plan over those that it has. */
  readonly dealt?: DealtSpec;
  /** Makes the running source; `needed[i]` tells whether anybody reads column i. `dealing` is given to a dealt one. */
  create(needed: readonly boolean[], dealing?: Dealing): Source;
}

/** What a plan has to know of a source whose partitions are dealt out. */
export interface DealtSpec {
  /** Position of the column `_metadata`, which names a row's topic and partition; null without it. */
  readonly metadata: number | null;
  /** How many topics it reads. */
  readonly topics: number;
  /** Why commits cannot be made again as they were, where they cannot: as the end of a sentence. */
  readonly notRemade: string | null;
}

/** What a dealt source has to know of the plan behind it. */
export interface Dealing {
  /** The plan's answer depends on what came before: whoever takes a partition over needs the state of it. */
  readonly isStateful: boolean;
}

/** The options of an `output` node: all that a plan knows of where changes go. */
export interface OutputSpec {
  /** The connector's name: "kafka", "subscribe" … */
  readonly connector: string;
  /** The output's name in logs, the live table and checkpoints. */
  readonly name: string;
  /** Settings as plain data for `explain` and the fingerprint; secrets are redacted before. */
  readonly describe: Readonly<Record<string, unknown>>;
  /** Rows with a failed cell are written too: for `pw.debug` alone, whose rows stay in the program. */
  readonly keepsFailures?: boolean;
  /** Why processes that have some of the partitions each cannot share it, where they cannot. */
  readonly needsAllPartitions?: string;
  /** Makes the running sink. */
  create(columns: Columns): Sink;
}
