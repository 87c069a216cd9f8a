import type { SourceSite } from "../base/source-site.ts";
import type { ColumnType } from "../data/type.ts";

/**
 * Expressions as data: what the user's calls build, what plans hold, what the evaluator runs. Nothing but `apply`
 * holds code, so that a plan can be shown, compared, fingerprinted and handed to another engine.
 */
export type ExpressionNode = ColumnNode | KeyNode | LiteralNode | CallNode | ApplyNode | ReductionNode;

/**
 * A column of a table. `owner` identifies the table object the user took it from; when a plan node is built, the
 * owner is checked and replaced by the input's number (0; for a join 0 or 1), and `position` is the column's.
 */
export interface ColumnNode {
  readonly kind: "column";
  readonly owner: number;
  readonly name: string;
  readonly position: number;
  readonly type: ColumnType;
}

/** The row's key, as a pointer. `owner` as for columns: 0 once bound. */
export interface KeyNode {
  readonly kind: "key";
  readonly owner: number;
  readonly type: ColumnType;
}

export interface LiteralNode {
  readonly kind: "literal";
  readonly value: unknown;
  readonly type: ColumnType;
}

/** A call of a registered function (lib/expressions/functions/): arithmetic, comparison, cast, ifElse … */
export interface CallNode {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly ExpressionNode[];
  /** Static parameters of the call that are not expressions (a unit, a format), as JSON; null where none. */
  readonly options: unknown;
  readonly type: ColumnType;
  readonly site: SourceSite | null;
}

/** A JS function of the script, called once a row. */
export interface ApplyNode {
  readonly kind: "apply";
  readonly fn: (...values: unknown[]) => unknown;
  readonly args: readonly ExpressionNode[];
  /** Same arguments, same result: nothing needs to be remembered for retractions. */
  readonly deterministic: boolean;
  /** For functions that may answer later: they become an operator of their own (lib/operators/apply-async.ts). */
  readonly asynchronous?: AsyncApply;
  /** What it returns has the type, and nobody changes it afterwards: it is kept as it is, neither checked nor copied. */
  readonly isTrusted?: true;
  readonly type: ColumnType;
  readonly site: SourceSite | null;
}

/** How a function that may answer later is called. */
export interface AsyncApply {
  /** Calls under way at once, over all rows and commits. */
  readonly capacity: number;
  /** How long one attempt may take; null: as long as it likes. */
  readonly timeoutMs: number | null;
  /** Attempts after the first. */
  readonly retries: number;
  /** The pause before the first of them; each further one is twice as long. */
  readonly retryDelayMs: number;
  /** Answers remembered by arguments; 0: none. */
  readonly cacheMax: number;
  /** The function takes lists of rows, this long at most; null: it takes one row's values. */
  readonly batchRowsMax: number | null;
}

/** A reducer over arguments; only inside `reduce`, which takes it out before anything is evaluated. */
export interface ReductionNode {
  readonly kind: "reduction";
  readonly reducer: string;
  readonly args: readonly ExpressionNode[];
  readonly options: unknown;
  readonly type: ColumnType;
  readonly site: SourceSite | null;
}
