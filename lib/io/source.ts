import type { Batch } from "../data/batch.ts";
import type { ErrorCode } from "../errors.ts";

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
  close(): Promise<void>;
}
