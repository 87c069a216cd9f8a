import type { SourceSite } from "../base/source-site.ts";
import type { Columns } from "../data/schema.ts";
import type { FailureHandler } from "../dataflow/errors.ts";
import type { Operator } from "../dataflow/operator.ts";

/** What an operator knows of an input. */
export interface InputSpec {
  readonly columns: Columns;
  readonly appendOnly: boolean;
  /** No two rows have one key. Where they may, a batch of insertions alone can need consolidating. */
  readonly uniqueKeys: boolean;
}

/** What an operator is created from: its plan node's data, and what lowering found out about it. */
export interface OperatorSpec<Options = unknown> {
  readonly options: Options;
  readonly inputs: readonly InputSpec[];
  /** The operators that feed it, in the order of the inputs (a join reads the arrangements of its two). */
  readonly feeders: readonly Operator[];
  readonly columns: Columns;
  /** Which result columns anyone reads; the others may be ABSENT. */
  readonly needed: readonly boolean[];
  /** Whether anyone reads the result's keys; if not they may be `Keys.unread`. */
  readonly keysRead: boolean;
  readonly site: SourceSite | null;
  readonly onFailure: FailureHandler;
}

/** One operator, as its registry line gives it. */
export interface OperatorDefinition {
  readonly name: string;
  /** Linear operators keep no state that their answer depends on: f(a + b) = f(a) + f(b). */
  readonly linear: boolean;
  /**
   * Why the answer depends on the history of the input, where it does: then law 1 holds against a replay of that
   * history, commit by commit, and law 3 does not hold.
   */
  readonly historyDependent?: string;
  create(spec: OperatorSpec): Operator;
}
