import { formatSite, type SourceSite, userSite } from "../base/source-site.ts";
import { TowpathError } from "../errors.ts";
import { castNode } from "../expressions/build.ts";
import { Expression } from "../expressions/expression.ts";
import type { ExpressionNode } from "../expressions/node.ts";
import type { ValueOf } from "../expressions/types.ts";
import { reducers as definitions } from "../reducers/index.ts";
import { badArgument } from "./names.ts";
import { nodeOfOperand } from "./selection.ts";

type Argument<T> = Expression<T, string> | T;

/** A reduction of the definition's name; its type is what the definition makes of the arguments. */
function reduction<T>(name: keyof typeof definitions, args: readonly unknown[]): Expression<T, never> {
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
    options: null,
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

/** Counts rows; with a column, rows where it did not fail (null counts). The result is an int. */
function count(column?: Argument<unknown>): Expression<number, never> {
  return reduction("count", [column]);
}

/**
 * The exact sum: of ints an int (a failed cell while outside the safe range), of floats a float rounded once, of
 * durations a duration, of bigints a bigint. Null is refused. Results of a function without a declared type are
 * summed as floats: whole sums are written without a fraction; for bigints declare `{ type: "bigint" }`.
 */
function sum<T extends number | bigint>(column: Argument<T>): Expression<ValueOf<T>, never> {
  return reduction("sum", [column]);
}

/** The mean of numbers as a float, exact before it is rounded. Null is refused. */
function avg(column: Argument<number>): Expression<number, never> {
  return reduction("avg", [column]);
}

/** The least value; null is below all others. */
function min<T>(column: Argument<T>): Expression<ValueOf<T>, never> {
  return reduction("min", [column]);
}

/** The greatest value; null is below all others. */
function max<T>(column: Argument<T>): Expression<ValueOf<T>, never> {
  return reduction("max", [column]);
}

/**
 * The reducers for `reduce`. Their results are expressions: `pw.reducers.sum(t.a).div(pw.reducers.count())`.
 *
 * @throws TowpathError TP_EXPRESSION_TYPE where the argument's type has no such reduction.
 */
export const reducers = { avg, count, max, min, sum } as const;
