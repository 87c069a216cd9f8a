import { formatSite, type SourceSite, userSite } from "../base/source-site.ts";
import { type ColumnType, parseType, typeNames } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { castNode } from "../expressions/build.ts";
import { Expression } from "../expressions/expression.ts";
import type { ExpressionNode } from "../expressions/node.ts";
import { reducers as definitions } from "../reducers/index.ts";
import type { ReducerDefinition } from "../reducers/reducer.ts";
import { badArgument, describe } from "./names.ts";
import { nodeOfOperand } from "./selection.ts";

/** A reducer's argument: an expression with values of type T, or a plain value of it. */
export type Argument<T> = Expression<T, string> | T;

/**
 * A reduction of the definition's name; its type is what the definition makes of the arguments. Those left out are
 * undefined.
 */
export function reduction<T>(
  name: keyof typeof definitions,
  args: readonly unknown[],
  options: unknown = null,
): Expression<T, never> {
  const site = userSite();
  const { arity, result }: ReducerDefinition = definitions[name];
  const given = args.filter((arg) => arg !== undefined);
  if (given.length < arity[0] || given.length > arity[1]) {
    const takes = arity[0] === arity[1] ? `${arity[0]}` : `${arity[0]} to ${arity[1]}`;
    throw badArgument(
      `${name} takes ${takes} argument${takes === "1" ? "" : "s"}, not ${given.length}`,
      site,
    );
  }
  const nodes = given.map((arg) => asNumber(name, nodeOfOperand(arg, `the argument of ${name}`)));
  const types = nodes.map((node) => node.type);
  const type = located(site, () => result(types, options));
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
const numeric: ReadonlySet<string> = new Set(["avg", "median", "quantile", "stddev", "sum", "variance"]);

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

/** Throws TP_BAD_ARGUMENT for options that are no plain object of the names that the reducer knows. */
export function checkOptions(name: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw badArgument(`the options of ${name} are an object, not ${describe(options)}`, userSite());
  const unknown = Object.keys(options).find((option) => !known.includes(option));
  if (unknown === undefined) return;
  const hint = `Options are ${known.join(", ")}.`;
  throw badArgument(`${name} has no option ${JSON.stringify(unknown)}`, userSite(), hint);
}

/** Whether an option that is true or false is true. Throws TP_BAD_ARGUMENT for anything else. */
export function checkFlag(reducer: string, option: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw badArgument(`${option} of ${reducer} is true or false, not ${describe(value)}`, userSite());
}

/** Throws TP_BAD_ARGUMENT for what is no function, or an async one. */
export function checkFunction(reducer: string, what: string, fn: unknown): void {
  if (typeof fn !== "function")
    throw badArgument(`${what} of ${reducer} is a function, not ${describe(fn)}`, userSite());
  if (!/^Async(Generator)?Function$/.test(fn.constructor.name)) return;
  const hint = "Reducers wait for nothing: compute the value first, in a column of its own.";
  throw badArgument(`${what} of ${reducer} is an async function`, userSite(), hint);
}

/** The column type that a text names; dynamic where none is given. Throws TP_BAD_ARGUMENT for what is none. */
export function resultType(reducer: string, type: unknown): ColumnType {
  if (type === undefined) return { name: "any", optional: true };
  const parsed = typeof type === "string" ? parseType(type) : undefined;
  if (parsed !== undefined) return parsed;
  const hint = `Types are ${typeNames.join(", ")}, with "?" where null is allowed.`;
  throw badArgument(`${reducer} has the unknown result type ${JSON.stringify(type)}`, userSite(), hint);
}
