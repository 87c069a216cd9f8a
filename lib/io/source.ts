import type { Batch } from "../data/batch.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ErrorCode } from "../errors.ts";
import type { SourceMemory } from "./memory-budget.ts";

/** What `poll` found. */
export const IDLE = 0;
export const COMMIT = 1;
export const ENDED = 2;
export type PollResult = typeof IDLE | typeof COMMIT | typeof ENDED;

/** A message that a source has left out. */
export interface Rejection {
  readonly code: ErrorCode;
  readonly detail: string;
  /** "topic orders, partition 0, offset 17". */
  readonly origin: string;
}

/** What a running source needs from the run. */
export interface SourceContext {
  /** Call when `poll` may find something again; cheap, may be called from any callback. */
  wake(): void;
  /** Ends the run with this error. */
  fail(error: Error): void;
  /** One line for the user (stderr, or the list under the live table). */
  log(line: string): void;
  /** Lists a message in `pw.errorLog()`, after the next commit that the source makes. */
  reject(rejection: Rejection): void;
  /** What the source may hold; absent: what its own settings say. */
  readonly memory?: SourceMemory;
  /** Aborted when the run begins to end. */
  readonly signal: AbortSignal;
}

/** Counters for the live table; all since the start of the run. */
export interface SourceStats {
  readonly rows: number;
  readonly commits: number;
  readonly rejected: number;
  /** Messages the source knows to be waiting; null where it cannot know. */
  readonly lag: number | null;
  /** Rows read but not yet committed. */
  readonly pending: number;
}

/**
 * Where rows come from. Pulled by the run loop, never pushing:
 *
 *   open → ( poll → [COMMIT: seal → step of the graph → release] )* → close
 *
 * Laws (test/conformance/sources.test.ts): `poll` never blocks; after COMMIT exactly one `seal` and one `release`
 * follow before the next `poll`; the batch of `seal` is valid until `release`; an aborted signal makes `poll` say
 * ENDED soon, dropping uncommitted rows; `acknowledge(time)` is called only after everything up to `time` has been
 * delivered; errors go to `context.fail`, never out of a callback.
 */
export interface Source {
  readonly name: string;
  open(context: SourceContext): Promise<void>;
  poll(): PollResult;
  /** The rows of the commit that `poll` announced, at `time`; null where they cancel or there are none. */
  seal(time: number): Batch | null;
  release(): void;
  acknowledge(time: number): void;
  stats(): SourceStats;
  /** Where `lag` stands, for people: "topic orders, partition 1, is 120 messages behind". */
  behind?(): string;
  close(): Promise<void>;
  /** Absent: what the source has read cannot be made again, and a run with persistence says so. */
  readonly history?: SourceHistory;
}

/** A commit as the journal has it. */
export interface JournalledCommit {
  readonly time: number;
  /** What `SourceHistory.range` said of it. */
  readonly range: unknown;
}

/**
 * How a source survives its process: every commit's range is journalled before anything of the commit leaves, and the
 * source's state is saved with the operators', always between two commits.
 *
 * Law (test/conformance/sources.test.ts): a source that is resumed with the state saved after commit n and the ranges
 * of the commits n+1 … m first makes these commits again, row for row and key for key, whatever its policy says and
 * in whatever order things arrive; then it goes on as if it had never stopped.
 */
export interface SourceHistory {
  /** What makes the last sealed commit again, as small JSON; asked between `seal` and `release`. */
  range(): unknown;
  /** The source's state after the last commit that was sealed; what is pending is no part of it. */
  save(writer: StateWriter): void;
  /** Called before `open`. `state` is null where nothing was saved yet. Throws TP_STATE_FORMAT for what does not fit. */
  resume(state: StateReader | null, commits: readonly JournalledCommit[]): void;
  /** Everything up to `time` is in a checkpoint that lasts: offsets of it may be committed. */
  checkpointed?(time: number): void;
}
