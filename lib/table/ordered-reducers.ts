import { userSite } from "../base/source-site.ts";
import type { Expression } from "../expressions/expression.ts";
import type { ValueOf } from "../expressions/types.ts";
import { badArgument, describe } from "./names.ts";
import { type Argument, checkFlag, checkOptions, reduction } from "./reduction.ts";

/** Options of sortedTuple. */
export interface TupleOptions {
  /** Leaves null out. Default: false. */
  readonly skipNulls?: boolean;
}

/** Options of tuple and array. */
export interface OrderedTupleOptions extends TupleOptions {
  /** What the rows are sorted by, smallest first, equal ones by key. Default: by key alone. */
  readonly orderBy?: Argument<unknown>;
}

interface Skipping {
  readonly skipNulls: true;
}

/** The plan's form of the options: equal ones look the same, whatever was left out. */
function skipping(name: string, { skipNulls = false }: TupleOptions): object | null {
  return checkFlag(name, "skipNulls", skipNulls) ? { skipNulls } : null;
}

/**
 * What `tuple` gives, as a json array: a column of a type that other tables and formats know. It takes what JSON has:
 * numbers, texts, bools and json; datetimes and durations are milliseconds in it.
 *
 * @example orders.groupBy(orders.customer).reduce({ items: pw.reducers.array(orders.item, { orderBy: orders.at }) })
 */
export function array<T>(
  column: Argument<T>,
  options: OrderedTupleOptions & Skipping,
): Expression<NonNullable<ValueOf<T>>[], never>;
export function array<T>(column: Argument<T>, options?: OrderedTupleOptions): Expression<ValueOf<T>[], never>;
export function array(column: unknown, options: OrderedTupleOptions = {}): Expression<unknown[], never> {
  checkOptions("array", options, ["orderBy", "skipNulls"]);
  return reduction("array", [column, options.orderBy], skipping("array", options));
}

/**
 * The value of the row that is first by another column (null is below all others; equal ones by key). Several columns'
 * first values are those of one row.
 *
 * @example orders.groupBy(orders.customer).reduce({ firstItem: pw.reducers.first(orders.item, orders.at) })
 */
export function first<T>(column: Argument<T>, by: Argument<unknown>): Expression<ValueOf<T>, never> {
  return reduction("first", [column, by]);
}

/**
 * The value of the row that is last by another column (equal ones by key). Several columns' last values are those of
 * one row. By the time of arrival it is `latest`.
 *
 * @example orders.groupBy(orders.customer).reduce({ lastItem: pw.reducers.last(orders.item, orders.at) })
 */
export function last<T>(column: Argument<T>, by: Argument<unknown>): Expression<ValueOf<T>, never> {
  return reduction("last", [column, by]);
}

/**
 * The values as an array, least first, each as often as it is there. Null comes first, unless `skipNulls` leaves it
 * out. Every change costs as much as the array is long.
 *
 * @example orders.groupBy(orders.customer).reduce({ amounts: pw.reducers.sortedTuple(orders.amount) })
 */
export function sortedTuple<T>(
  column: Argument<T>,
  options: TupleOptions & Skipping,
): Expression<NonNullable<ValueOf<T>>[], never>;
export function sortedTuple<T>(column: Argument<T>, options?: TupleOptions): Expression<ValueOf<T>[], never>;
export function sortedTuple(column: unknown, options: TupleOptions = {}): Expression<unknown[], never> {
  checkOptions("sortedTuple", options, ["skipNulls"]);
  return reduction("sortedTuple", [column], skipping("sortedTuple", options));
}

/**
 * The values of the `k` rows that are greatest by another column, or by themselves, as an array: the greatest first,
 * equal ones by key. Fewer where the group has fewer rows. A change costs O(log n), an answer O(k); where nothing is
 * ever retracted only k rows a group are kept.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for a `k` that is no whole number above 0.
 * @example orders.groupBy(orders.region).reduce({ best: pw.reducers.topK(orders.customer, 3, orders.amount) })
 */
export function topK<T>(
  column: Argument<T>,
  k: number,
  by?: Argument<unknown>,
): Expression<ValueOf<T>[], never> {
  if (!(Number.isSafeInteger(k) && k > 0)) {
    const given = typeof k === "number" ? String(k) : describe(k);
    throw badArgument(
      `the k of topK is ${given}`,
      userSite(),
      "How many rows, at least 1: topK(column, 3, by).",
    );
  }
  return reduction("topK", [column, by], { k });
}

/**
 * The values as an array, in the order of the rows' keys, or of `orderBy` (equal ones by key), so that several tuples
 * of one group go together, place by place. Every change costs as much as the array is long.
 *
 * @example visits.groupBy(visits.user).reduce({ path: pw.reducers.tuple(visits.page, { orderBy: visits.at }) })
 */
export function tuple<T>(
  column: Argument<T>,
  options: OrderedTupleOptions & Skipping,
): Expression<NonNullable<ValueOf<T>>[], never>;
export function tuple<T>(column: Argument<T>, options?: OrderedTupleOptions): Expression<ValueOf<T>[], never>;
export function tuple(column: unknown, options: OrderedTupleOptions = {}): Expression<unknown[], never> {
  checkOptions("tuple", options, ["orderBy", "skipNulls"]);
  return reduction("tuple", [column, options.orderBy], skipping("tuple", options));
}
