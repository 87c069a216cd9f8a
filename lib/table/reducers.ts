import { formatSite, type SourceSite, userSite } from "../base/source-site.ts";
import { TowpathError } from "../errors.ts";
import { castNode } from "../expressions/build.ts";
import { Expression } from "../expressions/expression.ts";
import type { ExpressionNode } from "../expressions/node.ts";
import type { ValueOf } from "../expressions/types.ts";
import { reducers as definitions } from "../reducers/index.ts";
import { badArgument, describe } from "./names.ts";
import { nodeOfOperand } from "./selection.ts";

type Argument<T> = Expression<T, string> | T;

/** A reduction of the definition's name; its type is what the definition makes of the arguments. */
function reduction<T>(
  name: keyof typeof definitions,
  args: readonly unknown[],
  options: unknown = null,
): Expression<T, never> {
  const site = userSite();
  const { arity, result } = definitions[name];
  const given = args.filter((arg) => arg !== undefined);
  if (given.length < arity[0] || given.length > arity[1]) {
    const takes = arity[0] === arity[1] ? `${arity[0]}` : `${arity[0]} to ${arity[1]}`;
    throw badArgument(
      `${name} takes ${takes} argument${takes === "1" ? "" : "s"}, not ${given.length}`,
      site,
    );
  }
  const nodes = given.map((arg) => asNumber(name, nodeOfOperand(arg, `the argument of ${name}`)));
  const type = located(site, () => result(nodes.map((node) => node.type)));
  return new Expression<T, never>({
    kind: "reduction",
    reducer: name,
    args: nodes,
    options,
    type,
    site,
  });
}

/** The reducers that only know numbers: to them a dynamic value (type any) is a float, checked row by row. */
const numeric: ReadonlySet<string> = new Set(["avg", "sum"]);

function asNumber(name: string, node: ExpressionNode): ExpressionNode {
  return numeric.has(name) && node.type.name === "any" ? castNode(node, "float") : node;
}

/** Adds the script's line to what a definition, which does not know it, throws. */
function located<T>(site: SourceSite | null, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof TowpathError)) throw error;
    throw new TowpathError(error.code, error.detail, {
      where: formatSite(site),
      hint: error.hint,
      cause: error.cause,
    });
  }
}

/** Options of a tuple. */
interface TupleOptions {
  /** Leaves null out. Default: false. */
  readonly skipNulls?: boolean;
}

interface OrderedTupleOptions extends TupleOptions {
  /** What the rows are sorted by, smallest first, equal ones by key. Default: by key alone. */
  readonly orderBy?: Argument<unknown>;
}

/** Throws TP_BAD_ARGUMENT for options that are no plain object of the names that the reducer knows. */
function checkOptions(name: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw badArgument(`the options of ${name} are an object, not ${describe(options)}`, userSite());
  const unknown = Object.keys(options).find((option) => !known.includes(option));
  if (unknown === undefined) return;
  const hint = `Options are ${known.join(", ")}.`;
  throw badArgument(`${name} has no option ${JSON.stringify(unknown)}`, userSite(), hint);
}

/** The plan's form of the options: equal ones look the same, whatever was left out. */
function skipping(name: string, { skipNulls = false }: TupleOptions): object | null {
  if (typeof skipNulls === "boolean") return skipNulls ? { skipNulls } : null;
  throw badArgument(`skipNulls of ${name} is true or false, not ${describe(skipNulls)}`, userSite());
}

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
 * The key of the row with the greatest value (a pointer), or, with a second column, that row's cell of it. Of rows
 * with equal values the one with the smallest key is taken; null is below all others.
 *
 * @example orders.groupBy(orders.region).reduce({ buyer: pw.reducers.argMax(orders.amount, orders.customer) })
 */
function argMax(value: Argument<unknown>): Expression<string, never>;
function argMax<P>(value: Argument<unknown>, payload: Argument<P>): Expression<ValueOf<P>, never>;
function argMax(value: unknown, payload?: unknown): Expression<unknown, never> {
  return reduction("argMax", [value, payload]);
}

/**
 * The key of the row with the least value (a pointer), or, with a second column, that row's cell of it. Of rows with
 * equal values the one with the smallest key is taken; null is below all others.
 *
 * @example offers.groupBy(offers.item).reduce({ item: offers.item, shop: pw.reducers.argMin(offers.price, offers.shop) })
 */
function argMin(value: Argument<unknown>): Expression<string, never>;
function argMin<P>(value: Argument<unknown>, payload: Argument<P>): Expression<ValueOf<P>, never>;
function argMin(value: unknown, payload?: unknown): Expression<unknown, never> {
  return reduction("argMin", [value, payload]);
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
 * that gets another value comes anew; one that is taken back uncovers the next.
 *
 * @example readings.groupBy(readings.sensor).reduce({ first: pw.reducers.earliest(readings.celsius) })
 */
function earliest<T>(column: Argument<T>): Expression<ValueOf<T>, never> {
  return reduction("earliest", [column]);
}

/**
 * Of the values that are there, the one that came last: by the time of its commit, within a commit by key. A row that
 * gets another value comes anew; one that is taken back uncovers the one before.
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
 * The values as an array, least first, each as often as it is there. Null comes first, unless `skipNulls` leaves it
 * out. Every change costs as much as the array is long.
 *
 * @example orders.groupBy(orders.customer).reduce({ amounts: pw.reducers.sortedTuple(orders.amount) })
 */
function sortedTuple<T>(
  column: Argument<T>,
  options: TupleOptions & { readonly skipNulls: true },
): Expression<NonNullable<ValueOf<T>>[], never>;
function sortedTuple<T>(column: Argument<T>, options?: TupleOptions): Expression<ValueOf<T>[], never>;
function sortedTuple(column: unknown, options: TupleOptions = {}): Expression<unknown[], never> {
  checkOptions("sortedTuple", options, ["skipNulls"]);
  return reduction("sortedTuple", [column], skipping("sortedTuple", options));
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
 * The values as an array, in the order of the rows' keys, or of `orderBy` (equal ones by key), so that several tuples
 * of one group go together, place by place. Every change costs as much as the array is long.
 *
 * @example visits.groupBy(visits.user).reduce({ path: pw.reducers.tuple(visits.page, { orderBy: visits.at }) })
 */
function tuple<T>(
  column: Argument<T>,
  options: OrderedTupleOptions & { readonly skipNulls: true },
): Expression<NonNullable<ValueOf<T>>[], never>;
function tuple<T>(column: Argument<T>, options?: OrderedTupleOptions): Expression<ValueOf<T>[], never>;
function tuple(column: unknown, options: OrderedTupleOptions = {}): Expression<unknown[], never> {
  checkOptions("tuple", options, ["orderBy", "skipNulls"]);
  return reduction("tuple", [column, options.orderBy], skipping("tuple", options));
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
  avg,
  count,
  countDistinct,
  earliest,
  latest,
  max,
  min,
  sortedTuple,
  sum,
  tuple,
  unique,
} as const;
