import type { Batch } from "../data/batch.ts";
import type { StateReader, StateWriter } from "../data/state.ts";

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
