import { formatSite, userSite } from "../base/source-site.ts";
import { TowpathError } from "../errors.ts";
import type { Expression } from "./expression.ts";
import type { FunctionName } from "./functions/index.ts";

/**
 * Makes the call of a registered function over expressions and plain values. Namespaces are given it, since they
 * cannot import the class of expressions, which holds them.
 */
export type CallBuilder = <T, N extends string>(
  name: FunctionName,
  args: readonly unknown[],
  options?: object,
) => Expression<T, N>;

/** null stays null through a call; what is dynamic (unknown) has the type that is said. */
export type NullOf<T> = unknown extends T ? never : null extends T ? null : never;

/** An expression with values of type T over the columns named N, or a plain value of that type. */
export type Given<T, N extends string> = Expression<T, N> | T;

/** The arguments that are given: those left out at the end do not count. */
export function given(...args: readonly unknown[]): readonly unknown[] {
  return args.at(-1) === undefined ? args.slice(0, args.indexOf(undefined)) : args;
}

/** Refuses a name that is no option of `call`. Throws TP_BAD_ARGUMENT. */
export function checkOptions(call: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw badArgument(`${call} has no option ${JSON.stringify(unknown)}`, `It knows ${known.join(", ")}.`);
  }
}

export function badArgument(detail: string, hint: string): TowpathError {
  return new TowpathError("TP_BAD_ARGUMENT", detail, { where: formatSite(userSite()), hint });
}
