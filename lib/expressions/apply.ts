import { formatSite, type SourceSite, userSite } from "../base/source-site.ts";
import type { JsType, TypeText } from "../data/js-type.ts";
import { type ColumnType, parseType, typeNames } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { Expression, toNode } from "./expression.ts";
import type { NamesRead, Operand, ValuesOf } from "./types.ts";

export interface ApplyOptions<K extends TypeText = TypeText> {
  /** The column type of the result, with `?` where the function may return null or undefined. Default: dynamic. */
  readonly type?: K;
  /**
   * Whether the same arguments always give the same result, so that a retraction can call the function again instead
   * of remembering what it returned. Default false.
   */
  readonly deterministic?: boolean;
}

/** What a function may return for a column of type K. */
type Returned<K extends TypeText> =
  | JsType<K>
  | (K extends "bytes" | "bytes?" ? Uint8Array : never)
  | (K extends "datetime" | "datetime?" ? Date | string : never)
  | (K extends "duration" | "duration?" ? string : never)
  | (K extends `${string}?` ? undefined : never);

/** undefined becomes null; nothing else changes, as nothing is declared. */
type Dynamic<R> = R extends undefined ? null : R;

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
  checkFunction(fn, site);
  const last = args.at(-1);
  const options = isOptions(last) ? checkedOptions(last, site) : {};
  const operands = isOptions(last) ? args.slice(0, -1) : args;
  return new Expression({
    kind: "apply",
    fn: fn as (...values: unknown[]) => unknown,
    args: operands.map(toNode),
    deterministic: options.deterministic ?? false,
    type: resultType(options.type, site),
    site,
  });
}

function checkFunction(fn: unknown, site: SourceSite | null): void {
  if (typeof fn !== "function") {
    throw new TowpathError(
      "TP_BAD_ARGUMENT",
      `apply takes a function first, not ${fn === null ? "null" : typeof fn}`,
      {
        where: formatSite(site),
        hint: "For example pw.apply((text) => text.trim(), t.text).",
      },
    );
  }
  if (/^Async(Generator)?Function$/.test(fn.constructor.name)) {
    throw new TowpathError("TP_BAD_ARGUMENT", "apply was given an async function", {
      where: formatSite(site),
      hint: "The function of pw.apply must return its value, not a Promise of it.",
    });
  }
}

/** Plain objects are options: no operand is one. */
function isOptions(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function checkedOptions(options: object, site: SourceSite | null): ApplyOptions {
  const unknown = Object.keys(options).find((name) => name !== "type" && name !== "deterministic");
  if (unknown === undefined) return options;
  throw new TowpathError("TP_BAD_ARGUMENT", `apply has no option ${JSON.stringify(unknown)}`, {
    where: formatSite(site),
    hint: "Its options are type and deterministic; an object as an argument of the function is pw.literal({ … }).",
  });
}

function resultType(type: unknown, site: SourceSite | null): ColumnType {
  if (type === undefined) return { name: "any", optional: true };
  const parsed = typeof type === "string" ? parseType(type) : undefined;
  if (parsed !== undefined) return parsed;
  throw new TowpathError("TP_BAD_ARGUMENT", `apply has the unknown result type ${JSON.stringify(type)}`, {
    where: formatSite(site),
    hint: `Types are ${typeNames.join(", ")}, with "?" where null is allowed.`,
  });
}
