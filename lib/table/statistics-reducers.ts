import { userSite } from "../base/source-site.ts";
import type { Expression } from "../expressions/expression.ts";
import type { ValueOf } from "../expressions/types.ts";
import { badArgument, describe } from "./names.ts";
import { type Argument, checkFlag, checkOptions, reduction } from "./reduction.ts";

/** Options of variance and stddev. */
export interface SpreadOptions {
  /** The rows are all there are, not a sample: divide by n, not by n - 1. Default: false. */
  readonly population?: boolean;
}

interface OfPopulation extends SpreadOptions {
  readonly population: true;
}

/** Options of countDistinctApproximate. */
export interface ApproximateOptions {
  /** From 4 to 18: there are 2^precision registers, and the standard error is 1.04 / √(2^precision). Default: 12. */
  readonly precision?: number;
}

const DEFAULT_PRECISION = 12;

/**
 * How many different values there are, estimated in bounded space by HyperLogLog; null is one of them. The standard
 * error is 1.04 / √(2^precision): 1.6 % by default, 0.4 % with precision 16; small numbers are nearly exact. The
 * estimate depends on the values that are there alone, not on their order.
 *
 * Where rows can be retracted, rows are counted by register and rank, so that the estimate goes back to what it was:
 * 2^precision · 33 counters a group at the very most, usually a few for each register. Where they cannot, a group takes
 * one byte a register.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for a precision that is no whole number from 4 to 18.
 * @example visits.groupBy(visits.page).reduce({ page: visits.page, visitors: pw.reducers.countDistinctApproximate(visits.user) })
 */
export function countDistinctApproximate(
  column: Argument<unknown>,
  options: ApproximateOptions = {},
): Expression<number, never> {
  checkOptions("countDistinctApproximate", options, ["precision"]);
  const { precision = DEFAULT_PRECISION } = options;
  if (!(Number.isInteger(precision) && precision >= 4 && precision <= 18)) {
    const hint = "A whole number from 4 to 18: one more halves the error's square and doubles the space.";
    throw badArgument(
      `countDistinctApproximate cannot have the precision ${String(precision)}`,
      userSite(),
      hint,
    );
  }
  return reduction("countDistinctApproximate", [column], { precision });
}

/**
 * The value in the middle of the sorted ones; of an even number of them the mean of the two in the middle. Of ints a
 * float, of datetimes and durations the same type (an instant in whole milliseconds). NaN is above all others; null is
 * refused.
 *
 * @example requests.groupBy(requests.path).reduce({ path: requests.path, usual: pw.reducers.median(requests.took) })
 */
export function median(column: Argument<number>): Expression<number, never> {
  return reduction("median", [column]);
}

/**
 * The value that most rows have; of several such values the least (null is below all others, JSON goes by its text).
 * Null is a value.
 *
 * @example orders.groupBy(orders.customer).reduce({ favourite: pw.reducers.mode(orders.item) })
 */
export function mode<T>(column: Argument<T>): Expression<ValueOf<T>, never> {
  return reduction("mode", [column]);
}

/**
 * The value below which a share `p` of the sorted ones lies, on the straight line between two of them where it falls
 * there (SQL's PERCENTILE_CONT): 0 is the least value, 0.5 the median, 1 the greatest. Types as of `median`.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for a share that is no number from 0 to 1.
 * @example requests.groupBy(requests.path).reduce({ path: requests.path, p99: pw.reducers.quantile(requests.took, 0.99) })
 */
export function quantile(column: Argument<number>, p: number): Expression<number, never> {
  if (!(typeof p === "number" && p >= 0 && p <= 1)) {
    const given = typeof p === "number" ? String(p) : describe(p);
    throw badArgument(`the share of quantile is ${given}`, userSite(), "A number from 0 to 1, such as 0.99.");
  }
  return reduction("quantile", [column], { p: p + 0 });
}

/**
 * The standard deviation of numbers or durations: the root of `variance`, as the nearest float. Null for a sample of
 * one row.
 *
 * @example readings.groupBy(readings.sensor).reduce({ spread: pw.reducers.stddev(readings.celsius) })
 */
export function stddev(column: Argument<number>, options: OfPopulation): Expression<number, never>;
export function stddev(column: Argument<number>, options?: SpreadOptions): Expression<number | null, never>;
export function stddev(column: unknown, options: SpreadOptions = {}): Expression<number | null, never> {
  return reduction("stddev", [column], spread("stddev", options));
}

/**
 * The variance of numbers: the sum of the squared distances from the mean over n - 1, or over n for a whole
 * `population`. Exact before it is rounded to a float, so that neither order nor what came and went can be seen in it.
 * Null for a sample of one row; NaN where NaN or an infinity is among the values. A null value is refused.
 *
 * @example readings.groupBy(readings.sensor).reduce({ noise: pw.reducers.variance(readings.celsius) })
 */
export function variance(column: Argument<number>, options: OfPopulation): Expression<number, never>;
export function variance(column: Argument<number>, options?: SpreadOptions): Expression<number | null, never>;
export function variance(column: unknown, options: SpreadOptions = {}): Expression<number | null, never> {
  return reduction("variance", [column], spread("variance", options));
}

/** The plan's form of the options: equal ones look the same, whatever was left out. */
function spread(name: string, options: SpreadOptions): object | null {
  checkOptions(name, options, ["population"]);
  return checkFlag(name, "population", options.population ?? false) ? { population: true } : null;
}
