import { formatSite, userSite } from "../base/source-site.ts";
import type { JsType, TypeText } from "../data/js-type.ts";
import { keyOfValues } from "../data/row-key.ts";
import { TowpathError } from "../errors.ts";
import { Expression, toNode } from "./expression.ts";
import { functionArguments, isAsyncFunction, resultType } from "./function-arguments.ts";
import type { Dynamic, NamesRead, Operand, Returned, ValuesOf } from "./types.ts";
import { cacheSize, settingsOf } from "./udf.ts";

export interface ApplyOptions<K extends TypeText = TypeText> {
  /** The column type of the result, with `?` where the function may return null or undefined. Default: dynamic. */
  readonly type?: K;
  /**
   * Whether the same arguments always give the same result, so that a retraction can call the function again instead
   * of remembering what it returned. Default false.
   */
  readonly deterministic?: boolean;
}

/**
 * Calls a JS function once a row with the values of the operands (null included; a failed operand makes the result
 * fail without a call). A throw, a Promise, and a result of another type than declared are failed cells.
 *
 * **Type of the result.** Options stand last: `{ type: "int" }` declares it, and each result is checked. Without it the
 * column is dynamic (type `any`), because TypeScript's types are gone when the program runs: each value keeps what it
 * is, arithmetic and comparisons check it row by row, beside a number it counts as a float, and `sum` and `avg` take it
 * as a float. Declare the type where a later step needs to know it: keys of a join, an int, a typed output.
 *
 * An object as last argument is always taken for options; data in that place is `pw.literal({ … })`.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for no function, an async function or an unknown option.
 * @example
 * t.select({ value: pw.apply((text) => Number.parseInt(text, 10), t.value) })
 * t.select({ words: pw.apply((text) => text.split(" ").length, t.text, { type: "int" }) })
 */
export function apply<const E extends readonly Operand[], R>(
  fn: (...values: ValuesOf<E>) => R,
  ...args: E
): Expression<Dynamic<R>, NamesRead<E[number]>>;
export function apply<const E extends readonly Operand[], K extends TypeText>(
  fn: (...values: ValuesOf<E>) => Returned<K>,
  ...args: [...E, ApplyOptions<K> & { readonly type: K }]
): Expression<JsType<K>, NamesRead<E[number]>>;
export function apply<const E extends readonly Operand[], R>(
  fn: (...values: ValuesOf<E>) => R,
  ...args: [...E, { readonly deterministic: boolean }]
): Expression<Dynamic<R>, NamesRead<E[number]>>;
export function apply(
  fn: (...values: never[]) => unknown,
  ...args: readonly unknown[]
): Expression<unknown, string> {
  const site = userSite();
  const known = settingsOf(fn, "apply", site);
  if (isAsyncFunction(known.fn)) {
    throw new TowpathError("TP_BAD_ARGUMENT", "apply was given an async function", {
      where: formatSite(site),
      hint: "Use pw.applyAsync, which waits for its answers.",
    });
  }
  const late = ["capacity", "timeoutMs", "retries", "retryDelayMs"].find((name) => name in known.settings);
  if (late !== undefined) {
    throw new TowpathError("TP_BAD_ARGUMENT", `apply was given a function with ${late}`, {
      where: formatSite(site),
      hint: "That is for functions that answer later: use pw.applyAsync.",
    });
  }
  const { operands, options } = functionArguments("apply", args, ["type", "deterministic"], site);
  const cacheMax = cacheSize(known.settings);
  return new Expression({
    kind: "apply",
    fn: cacheMax === 0 ? known.fn : remembering(known.fn, cacheMax),
    args: operands.map(toNode),
    deterministic: Boolean(options.deterministic ?? known.settings.deterministic),
    type: resultType("apply", options.type, site),
    site,
  });
}

/** A function that remembers its results by its arguments, the most recently used ones. */
function remembering(fn: (...values: unknown[]) => unknown, most: number): (...values: unknown[]) => unknown {
  const results = new Map<string, unknown>();
  const known = (...values: unknown[]): unknown => {
    const key = keyOfValues(values).join();
    const result = results.has(key) ? results.get(key) : fn(...values);
    results.delete(key);
    results.set(key, result);
    const [oldest] = results.keys();
    if (results.size > most) results.delete(oldest);
    return result;
  };
  return Object.defineProperty(known, "name", { value: fn.name });
}
