import { makeTuple } from "../expressions/conditionals.ts";
import type { Expression } from "../expressions/expression.ts";
import type { Operand, ValueOf, ValuesOf } from "../expressions/types.ts";
import { array, first, last, sortedTuple, topK, tuple } from "./ordered-reducers.ts";
import { type Argument, reduction } from "./reduction.ts";
import { custom, statefulMany, statefulSingle } from "./scripted-reducers.ts";
import { countDistinctApproximate, median, mode, quantile, stddev, variance } from "./statistics-reducers.ts";

/**
 * The value of some row: of the one with the smallest key, so the choice stays while that row is there, and is the
 * same row's for every column (rows whose cell failed are passed over).
 *
 * @example orders.groupBy(orders.id).reduce({ id: orders.id, customer: pw.reducers.any(orders.customer) })
 */
function any<T>(column: Argument<T>): Expression<ValueOf<T>, never> {
  return reduction("any", [column]);
}

/**
 * The key of the row with the greatest value (a pointer); with a second column that row's cell of it, with several an
 * array of its cells. Of rows with equal values the one with the smallest key is taken; null is below all others.
 *
 * @example orders.groupBy(orders.region).reduce({ buyer: pw.reducers.argMax(orders.amount, orders.customer) })
 */
function argMax(value: Argument<unknown>): Expression<string, never>;
function argMax<P>(value: Argument<unknown>, payload: Argument<P>): Expression<ValueOf<P>, never>;
function argMax<const E extends readonly [Operand, Operand, ...Operand[]]>(
  value: Argument<unknown>,
  ...payload: E
): Expression<ValuesOf<E>, never>;
function argMax(value: unknown, ...payload: readonly unknown[]): Expression<unknown, never> {
  return argExtreme("argMax", value, payload);
}

/**
 * The key of the row with the least value (a pointer); with a second column that row's cell of it, with several an
 * array of its cells. Of rows with equal values the one with the smallest key is taken; null is below all others.
 *
 * @example offers.groupBy(offers.item).reduce({ item: offers.item, shop: pw.reducers.argMin(offers.price, offers.shop) })
 */
function argMin(value: Argument<unknown>): Expression<string, never>;
function argMin<P>(value: Argument<unknown>, payload: Argument<P>): Expression<ValueOf<P>, never>;
function argMin<const E extends readonly [Operand, Operand, ...Operand[]]>(
  value: Argument<unknown>,
  ...payload: E
): Expression<ValuesOf<E>, never>;
function argMin(value: unknown, ...payload: readonly unknown[]): Expression<unknown, never> {
  return argExtreme("argMin", value, payload);
}

function argExtreme(
  name: "argMax" | "argMin",
  value: unknown,
  payload: readonly unknown[],
): Expression<unknown, never> {
  const [only, ...more] = payload.filter((column) => column !== undefined);
  if (more.length === 0) return reduction(name, [value, only]);
  return reduction(name, [value, makeTuple(only as Operand, ...(more as Operand[]))]);
}

/** The mean of numbers as a float, exact before it is rounded. Null is refused. */
function avg(column: Argument<number>): Expression<number, never> {
  return reduction("avg", [column]);
}

/** Counts rows; with a column, rows where it did not fail (null counts). The result is an int. */
function count(column?: Argument<unknown>): Expression<number, never> {
  return reduction("count", [column]);
}

/**
 * How many different values there are, exactly; null is one of them. The result is an int. Every value is kept once.
 *
 * @example visits.groupBy(visits.page).reduce({ page: visits.page, visitors: pw.reducers.countDistinct(visits.user) })
 */
function countDistinct(column: Argument<unknown>): Expression<number, never> {
  return reduction("countDistinct", [column]);
}

/**
 * Of the values that are there, the one that came first: by the time of its commit, within a commit by key. A row
 * that gets another value comes anew; one that is taken back uncovers the next. Of equal rows (a stream has them) the
 * one that came last is taken back first.
 *
 * @example readings.groupBy(readings.sensor).reduce({ first: pw.reducers.earliest(readings.celsius) })
 */
function earliest<T>(column: Argument<T>): Expression<ValueOf<T>, never> {
  return reduction("earliest", [column]);
}

/**
 * Of the values that are there, the one that came last: by the time of its commit, within a commit by key. A row that
 * gets another value comes anew; one that is taken back uncovers the one before. Of equal rows (a stream has them) the
 * one that came last is taken back first.
 *
 * @example readings.groupBy(readings.sensor).reduce({ now: pw.reducers.latest(readings.celsius) })
 */
function latest<T>(column: Argument<T>): Expression<ValueOf<T>, never> {
  return reduction("latest", [column]);
}

/** The greatest value; null is below all others. */
function max<T>(column: Argument<T>): Expression<ValueOf<T>, never> {
  return reduction("max", [column]);
}

/** The least value; null is below all others. */
function min<T>(column: Argument<T>): Expression<ValueOf<T>, never> {
  return reduction("min", [column]);
}

/**
 * The exact sum: of ints an int (a failed cell while outside the safe range), of floats a float rounded once, of
 * durations a duration, of bigints a bigint. Null is refused. Results of a function without a declared type are
 * summed as floats: whole sums are written without a fraction; for bigints declare `{ type: "bigint" }`.
 */
function sum<T extends number | bigint>(column: Argument<T>): Expression<ValueOf<T>, never> {
  return reduction("sum", [column]);
}

/**
 * The one value that all rows have; a failed cell (`pw.ERROR`) for as long as there are several. Null is a value.
 *
 * @example orders.groupBy(orders.customer).reduce({ country: pw.reducers.unique(orders.country) })
 */
function unique<T>(column: Argument<T>): Expression<ValueOf<T>, never> {
  return reduction("unique", [column]);
}

/**
 * The reducers for `reduce`. Their results are expressions: `pw.reducers.sum(t.a).div(pw.reducers.count())`.
 * A row with a failed cell among the arguments is left out of that reduction.
 *
 * @throws TowpathError TP_EXPRESSION_TYPE where the argument's type has no such reduction.
 */
export const reducers = {
  any,
  argMax,
  argMin,
  array,
  avg,
  count,
  countDistinct,
  countDistinctApproximate,
  custom,
  earliest,
  first,
  last,
  latest,
  max,
  median,
  min,
  mode,
  quantile,
  sortedTuple,
  statefulMany,
  statefulSingle,
  stddev,
  sum,
  topK,
  tuple,
  unique,
  variance,
} as const;
