import * as pw from "towpath";
import type { Columns, Expr } from "./program.ts";

/** What a program calls is known only when it runs: tables and expressions are looked into by name. */
export interface Callable {
  readonly [name: string]: (...args: readonly unknown[]) => unknown;
}

/** Where an expression stands. */
export interface Scope {
  /** The column, or key, of a name without its `$`. */
  column(name: string): unknown;
  /** The key of rows with these values. */
  pointerFrom?(...values: readonly unknown[]): unknown;
}

/** What programs may apply, made anew for each use; the recorder has the same. */
const userFunctions = {
  triple: () => (value: number) => 3 * value,
  /** No function of its argument: how often it was called. */
  callNumber: () => {
    let calls = 0;
    return () => ++calls;
  },
} as const;

/** Functions that are no methods, and those whose options a program says by another name. */
const functions: Readonly<Record<string, (...args: never[]) => unknown>> = {
  apply: (name: keyof typeof userFunctions, n: never) => pw.apply(userFunctions[name](), n, { type: "int" }),
  coalesce: pw.coalesce,
  datetime: (ms: pw.Expression<number>) => ms.cast("datetime"),
  fillError: pw.fillError,
  ifElse: pw.ifElse,
  makeTuple: pw.makeTuple,
  require: pw.require,
  unwrap: pw.unwrap,
  "str.parseIntOrNull": (text: pw.Expression<string>) => text.str.parseInt({ optional: true }),
  "str.parseFloatOrNull": (text: pw.Expression<string>) => text.str.parseFloat({ optional: true }),
  sortedTupleWithoutNulls: (value: never) => pw.reducers.sortedTuple(value, { skipNulls: true }),
  tupleBy: (value: never, orderBy: never) => pw.reducers.tuple(value, { orderBy }),
  ...pw.reducers,
};

/** The expression of Towpath's that a program's stands for. */
export function evaluate(expr: Expr, scope: Scope): unknown {
  if (typeof expr === "string" && expr.startsWith("$")) return scope.column(expr.slice(1));
  if (typeof expr !== "object" || expr === null) return expr;
  const name = expr[0];
  const values = expr.slice(1).map((arg) => evaluate(arg, scope));
  if (name === "pointerFrom") return scope.pointerFrom?.(...values);
  const free = functions[name] as ((...args: readonly unknown[]) => unknown) | undefined;
  return free === undefined ? callMethod(values[0], name, values.slice(1)) : free(...values);
}

/** The expressions of several columns. */
export function evaluateAll(columns: Columns, scope: Scope): Record<string, unknown> {
  return Object.fromEntries(Object.entries(columns).map(([name, expr]) => [name, evaluate(expr, scope)]));
}

/** Calls a method of an expression, or of one of its namespaces: "str.len". */
export function callMethod(object: unknown, path: string, args: readonly unknown[]): unknown {
  const expression = typeof object === "object" && object !== null ? object : pw.literal(object);
  const [namespace, name] = path.includes(".") ? path.split(".") : [null, path];
  const target = (namespace === null ? expression : expression[namespace as never]) as Callable;
  if (typeof target[name] !== "function") throw new Error(`there is no function ${path}`);
  return target[name](...args);
}
