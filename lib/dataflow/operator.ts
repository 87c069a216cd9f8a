import type { Batch } from "../data/batch.ts";

/** What a step may ask of the scheduler. */
export interface StepContext {
  /** The time of this commit; odd in a half-step. */
  readonly time: number;
  /** 0 outside `iterate`; inside it, the number of the round. */
  readonly round: number;
  /**
   * Asks for a half-step: one more visit at `time + 1`, within the same commit. Outputs, snapshots and `onTimeEnd`
   * are released once, after both. Refused inside a half-step.
   */
  scheduleHalfStep(): void;
}

/**
 * The incremental version of a relational operator: deltas in, delta out (DBSP, Budiu et al., VLDB 2023, section 3).
 *
 * The six laws (design.md, section 5; test/conformance/operators.test.ts), at every time:
 *  1. accumulated output = the relational operator over accumulated input;
 *  2. splitting, merging or permuting a time's rows changes nothing after consolidation;
 *  3. input plus its negation leaves zero state;
 *  4. linear operators: f(a + b) = f(a) + f(b);
 *  5. save, load, continue = continue;
 *  6. output is consolidated and no larger than the change demands.
 *
 * Who keeps what: the scheduler calls `step` in topological order, once a time and round, only where an input is not
 * null (or `ticks` is true); inputs are consolidated and borrowed until `step` returns. The operator returns a
 * consolidated batch that stays valid until its next `step`, or null for no change.
 */
export interface Operator {
  step(inputs: readonly (Batch | null)[], context: StepContext): Batch | null;
  /** True for operators that must be visited at every time, also without input (clocks, buffers). */
  readonly ticks?: boolean;
  save(writer: StateWriter): void;
  load(reader: StateReader): void;
  /** Rows, groups or nodes held: 0 after law 3. */
  readonly stateSize: number;
}

export type StateArray = Float64Array | Uint32Array | Int32Array | Uint8Array;

/**
 * Where state is saved to. `since` is the checkpoint that the result is added to (-1: none, all is written): a writer
 * keeps, of each array, only the pages that differ from that checkpoint.
 *
 * Names are unique within an operator; `scope` makes a sub-writer whose names cannot collide with others.
 */
export interface StateWriter {
  readonly since: number;
  /** The first `length` elements; `dirty[p]` (when given) is 0 for pages of STATE_PAGE elements known unchanged. */
  array(name: string, array: StateArray, length: number, dirty?: Uint8Array): void;
  /** Small things, as JSON. */
  value(name: string, value: unknown): void;
  scope(name: string): StateWriter;
}

/** Elements in a page of a saved array. */
export const STATE_PAGE = 4096;

export interface StateReader {
  /** A fresh array with at least `capacity` elements, the saved ones first; throws TP_STATE_FORMAT if missing. */
  float64(name: string, capacity?: number): Float64Array;
  uint32(name: string, capacity?: number): Uint32Array;
  int32(name: string, capacity?: number): Int32Array;
  uint8(name: string, capacity?: number): Uint8Array;
  value(name: string): unknown;
  scope(name: string): StateReader;
}
