import type { JsType, TypeText } from "../data/js-type.ts";
import { Expression } from "../expressions/expression.ts";
import type { Operand, ValuesOf } from "../expressions/types.ts";
import type { StatefulChange } from "../reducers/stateful-many.ts";
import { checkFunction, checkOptions, reduction, resultType } from "./reduction.ts";

/** Declares the column type of what a function returns, as the last argument. */
export interface ResultOption<K extends TypeText> {
  /** With `?` where null may be returned. Default: dynamic (`any`). */
  readonly type: K;
}

/** The functions of a reducer of one's own. S: its state, V: the values of a row, R: what it answers. */
export interface CustomReducer<S, V extends readonly unknown[], R> {
  /** The state of a group without rows. */
  readonly init: () => S;
  /** The state with one row more. It may change the state that it is given, and return it. */
  readonly insert: (state: S, ...values: V) => S;
  /**
   * The state with one row less: it takes back what `insert` did with the same values, whatever came between. Without
   * it the rows are kept, and a group that loses one is accumulated anew.
   */
  readonly remove?: (state: S, ...values: V) => S;
  /** The answer of a state, which it does not change. */
  readonly result: (state: S) => R;
}

/**
 * A reducer of one's own, from functions that accumulate: `init` makes a state, `insert` adds a row, `remove` takes one
 * back, `result` answers. A row costs one call. Without `remove` rows are inserted in the order in which they came (by
 * the time of the commit, within a commit by key), and a retraction inserts all rows of the group anew.
 *
 * The state must be plain data (what `structuredClone` takes), because checkpoints hold it. A function that throws makes
 * the answer a failed cell until the group is accumulated anew. `type` declares what `result` returns.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for functions that are missing or async.
 * @example
 * const product = pw.reducers.custom(
 *   { init: () => 1, insert: (state, n) => state * n, result: (state) => state, type: "float" },
 *   factors.n,
 * );
 */
export function custom<S, const E extends readonly Operand[], K extends TypeText>(
  functions: CustomReducer<S, ValuesOf<E>, JsType<K>> & ResultOption<K>,
  ...columns: E
): Expression<JsType<K>, never>;
export function custom<S, const E extends readonly Operand[], R>(
  functions: CustomReducer<S, ValuesOf<E>, R>,
  ...columns: E
): Expression<R, never>;
export function custom(functions: object, ...columns: readonly unknown[]): Expression<unknown, never> {
  checkOptions("custom", functions, ["init", "insert", "remove", "result", "type"]);
  const { init, insert, remove, result, type } = functions as Record<string, unknown>;
  checkFunction("custom", "init", init);
  checkFunction("custom", "insert", insert);
  checkFunction("custom", "result", result);
  if (remove !== undefined) checkFunction("custom", "remove", remove);
  const removing = remove === undefined ? {} : { remove };
  return reduction("custom", columns, {
    init,
    insert,
    ...removing,
    result,
    type: resultType("custom", type),
  });
}

/**
 * What a function makes of the group's last state and the changes of each commit: it is called once a commit and group,
 * with the rows that came (`diff` above 0) and went (below), deletions first, then by key. Before the first the state
 * is undefined. The answer is the state; null forgets it, and so does the group's last row when it goes.
 *
 * The answer depends on how rows were spread over commits where the function makes it so. The state must be plain data,
 * because checkpoints hold it; it may be changed in place. A function that throws makes the answer a failed cell until
 * the group's rows are gone. Options stand last: `{ type: "int" }` declares the type of the state.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for no function, or an async one.
 * @example
 * const net = pw.reducers.statefulMany(
 *   (state: number | undefined, changes) => changes.reduce((sum, { diff }) => sum + diff, state ?? 0),
 *   orders.amount,
 *   { type: "int" },
 * );
 */
export function statefulMany<S, const E extends readonly Operand[], K extends TypeText>(
  fn: (state: S | undefined, changes: StatefulChange<ValuesOf<E>>[]) => JsType<K>,
  ...columns: [...E, ResultOption<K>]
): Expression<JsType<K>, never>;
export function statefulMany<S, const E extends readonly Operand[]>(
  fn: (state: S | undefined, changes: StatefulChange<ValuesOf<E>>[]) => S | null,
  ...columns: E
): Expression<S | null, never>;
export function statefulMany(
  fn: (...args: never[]) => unknown,
  ...columns: readonly unknown[]
): Expression<unknown, never> {
  return stateful("statefulMany", fn, columns);
}

/**
 * What a function makes of the group's rows, one after the other in the order in which they came: by the time of the
 * commit, within a commit by key. It is given the last state (undefined before the first row) and the row's values, and
 * returns the next; the answer is the state. Where a row is retracted the group's other rows are folded anew, at one
 * call each; where none ever is, a row costs one call and only the state is kept.
 *
 * The state must be plain data, because checkpoints hold it; it may be changed in place. A function that throws makes
 * the answer a failed cell until the group is folded anew. Options stand last: `{ type: "int" }` declares the type.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for no function, or an async one.
 * @example
 * const streak = pw.reducers.statefulSingle(
 *   (state: number | undefined, won) => (won ? (state ?? 0) + 1 : 0),
 *   games.won,
 *   { type: "int" },
 * );
 */
export function statefulSingle<S, const E extends readonly Operand[], K extends TypeText>(
  fn: (state: S | undefined, ...values: ValuesOf<E>) => JsType<K>,
  ...columns: [...E, ResultOption<K>]
): Expression<JsType<K>, never>;
export function statefulSingle<S, const E extends readonly Operand[]>(
  fn: (state: S | undefined, ...values: ValuesOf<E>) => S,
  ...columns: E
): Expression<S, never>;
export function statefulSingle(
  fn: (...args: never[]) => unknown,
  ...columns: readonly unknown[]
): Expression<unknown, never> {
  return stateful("statefulSingle", fn, columns);
}

function stateful(
  name: "statefulMany" | "statefulSingle",
  fn: unknown,
  given: readonly unknown[],
): Expression<unknown, never> {
  checkFunction(name, "the first argument", fn);
  const last = given.at(-1);
  const hasOptions = isOptions(last);
  if (hasOptions) checkOptions(name, last, ["type"]);
  const type = hasOptions ? (last as { type?: unknown }).type : undefined;
  const columns = hasOptions ? given.slice(0, -1) : given;
  return reduction(name, columns, { fn, type: resultType(name, type) });
}

/** Plain objects are options: no operand is one. */
function isOptions(value: unknown): value is object {
  if (typeof value !== "object" || value === null || value instanceof Expression) return false;
  return !(value instanceof Uint8Array) && !Array.isArray(value);
}
