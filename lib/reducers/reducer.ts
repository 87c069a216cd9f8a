import type { Batch } from "../data/batch.ts";
import type { Column } from "../data/column.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { ColumnType } from "../data/type.ts";

/**
 * One reducer, as its registry line gives it.
 *
 * `linear`: the state is a group of numbers that a retraction is added to negated; no value is kept.
 * `multiset`: a retraction can bring an older value back, so the values are kept, unless the input only grows.
 */
export interface ReducerDefinition {
  readonly name: string;
  readonly kind: "linear" | "multiset";
  /** Whether the answer depends on the rows' keys. Default: true; where it is false, joins before it make no keys. */
  readonly readsKeys?: boolean;
  /** How many arguments it takes, least and most. */
  readonly arity: readonly [number, number];
  /** The type of the answer; throws TP_EXPRESSION_TYPE where the arguments do not fit. */
  result(args: readonly ColumnType[], options: unknown): ColumnType;
  create(args: readonly ColumnType[], options: ReducerOptions): ReducerState;
}

export interface ReducerOptions {
  /** The input has no deletions: cheaper state may be chosen. */
  readonly appendOnly: boolean;
  /** The user's options of this reducer, as plan data. */
  readonly options: unknown;
}

/**
 * The state of one reducer for all groups, by group slot.
 *
 * Contract: `reserve` before a slot is used; `accumulate` may be called with any consolidated batch, `slots[i]` being
 * row i's group; `finish` answers for groups that have rows, depends on nothing but the rows accumulated (not on
 * their order or batches; earliest and latest also on their times, and take all rows of a time in one batch), and
 * changes nothing; `clear` makes a slot as if it had never been used. Failed cells are skipped, with several arguments
 * the whole row; a group without a row left answers with a failed cell (count, countDistinct: 0).
 */
export interface ReducerState {
  reserve(groups: number): void;
  accumulate(slots: Int32Array, args: readonly Column[], batch: Batch): void;
  finish(slots: Uint32Array, n: number): Column;
  /** It must be given all rows of a time in one batch, because a row that goes and comes in it has not moved. */
  readonly takesWholeTimes?: true;
  /** Why a group's answer fails, as a sentence, where that is not for want of cells that did not. */
  reasonAt?(slot: number): string | undefined;
  clear(slot: number): void;
  save(writer: StateWriter, groups: number): void;
  load(reader: StateReader): void;
  /** Values kept beside a fixed state per group; 0 after law 3. */
  readonly size: number;
}
