import type { Batch } from "../data/batch.ts";
import type { Operator } from "./operator.ts";

/** What an asynchronous operator has made of one time. */
export interface AnsweredTime {
  readonly time: number;
  /** Owned by whoever takes it; null for no change. */
  readonly batch: Batch | null;
}

/**
 * An operator whose answer comes later: it cuts the circuit into stages (lib/dataflow/stages.ts). `step` copies the
 * delta, begins the work and returns null; answers are taken in the order of times, however the work ends.
 */
export interface AsyncOperator extends Operator {
  readonly isAsync: true;
  /** All rows of `time` have been stepped. Said for every time, also for those without rows. */
  close(time: number): void;
  /** The earliest closed time, once its work is done, and taken with it; undefined while it is not. May throw. */
  answered(): AnsweredTime | undefined;
  /** `answer` is called whenever `answered` may have something new; never from within `step` or `close`. */
  listen(answer: () => void): void;
  /** The earliest closed time that has not been taken. */
  readonly earliest: number | undefined;
}

export function isAsync(operator: Operator): operator is AsyncOperator {
  return "isAsync" in operator;
}
