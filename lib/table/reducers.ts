import { userSite } from "../base/source-site.ts";
import { TowpathError } from "../errors.ts";
import { Expression } from "../expressions/expression.ts";
import { reducers as definitions } from "../reducers/index.ts";
import { nodeOfOperand } from "./selection.ts";
import type { Widen } from "./types.ts";

type Argument<T> = Expression<T, string> | T;

/** A reduction of the definition's name; its type is what the definition makes of the arguments. */
function reduction<T>(name: keyof typeof definitions, args: readonly unknown[]): Expression<T, never> {
  const site = userSite();
  const { arity, result } = definitions[name];
  if (args.length < arity[0] || args.length > arity[1]) {
    throw new TowpathError(
      "TP_BAD_ARGUMENT",
      `${name} takes ${arity[0]} to ${arity[1]} arguments, not ${args.length}`,
    );
  }
  const nodes = args.map((arg) => nodeOfOperand(arg, `the argument of ${name}`));
  const type = result(nodes.map((node) => node.type));
  return new Expression<T, never>({
    kind: "reduction",
    reducer: name,
    args: nodes,
    options: null,
    type,
    site,
  });
}

/** Counts rows; with a column, rows where it did not fail (null counts). The result is an int. */
function count(column?: Argument<unknown>): Expression<number, never> {
  return reduction("count", column === undefined ? [] : [column]);
}

/**
 * The exact sum: of ints an int (a failed cell while outside the safe range), of floats a float rounded once, of
 * durations a duration, of bigints a bigint. Null is refused.
 */
function sum<T extends number | bigint>(column: Argument<T>): Expression<Widen<T>, never> {
  return reduction("sum", [column]);
}

/** The mean of numbers as a float, exact before it is rounded. Null is refused. */
function avg(column: Argument<number>): Expression<number, never> {
  return reduction("avg", [column]);
}

/** The least value; null is below all others. */
function min<T>(column: Argument<T>): Expression<Widen<T>, never> {
  return reduction("min", [column]);
}

/** The greatest value; null is below all others. */
function max<T>(column: Argument<T>): Expression<Widen<T>, never> {
  return reduction("max", [column]);
}

/**
 * The reducers for `reduce`. Their results are expressions: `pw.reducers.sum(t.a).div(pw.reducers.count())`.
 *
 * @throws TowpathError TP_EXPRESSION_TYPE where the argument's type has no such reduction.
 */
export const reducers = { avg, count, max, min, sum } as const;
