import { formatSite, type SourceSite } from "../base/source-site.ts";
import { type ColumnType, parseType, typeNames } from "../data/type.ts";
import { TowpathError } from "../errors.ts";

/** What stands behind the function in a call of `pw.apply` and its sisters: operands, and options last. */
export interface FunctionArguments {
  readonly operands: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** Throws TP_BAD_ARGUMENT for an option that is not `known`. */
export function functionArguments(
  call: string,
  args: readonly unknown[],
  known: readonly string[],
  site: SourceSite | null,
): FunctionArguments {
  const last = args.at(-1);
  if (!isOptions(last)) return { operands: args, options: {} };
  const unknown = Object.keys(last).find((name) => !known.includes(name));
  if (unknown === undefined)
    return { operands: args.slice(0, -1), options: last as Readonly<Record<string, unknown>> };
  throw new TowpathError("TP_BAD_ARGUMENT", `${call} has no option ${JSON.stringify(unknown)}`, {
    where: formatSite(site),
    hint: `Its options are ${known.join(" and ")}; an object as an argument of the function is pw.literal({ … }).`,
  });
}

export function isAsyncFunction(fn: (...values: unknown[]) => unknown): boolean {
  return /^Async(Generator)?Function$/.test(fn.constructor.name);
}

/** The type that a function's results are said to have; dynamic where none is. */
export function resultType(call: string, type: unknown, site: SourceSite | null): ColumnType {
  if (type === undefined) return { name: "any", optional: true };
  const parsed = typeof type === "string" ? parseType(type) : undefined;
  if (parsed !== undefined) return parsed;
  throw new TowpathError("TP_BAD_ARGUMENT", `${call} has the unknown result type ${JSON.stringify(type)}`, {
    where: formatSite(site),
    hint: `Types are ${typeNames.join(", ")}, with "?" where null is allowed.`,
  });
}

/** Plain objects are options: no operand is one. */
function isOptions(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
