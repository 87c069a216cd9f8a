import { callNode } from "./build.ts";
import { Expression, toNode } from "./expression.ts";
import { dataNode } from "./literal.ts";
import type { Literal, NamesRead, Operand, ValueOf } from "./types.ts";

/** What is left of T without null. */
type NonNull<T> = T extends null ? never : T;

/**
 * `a` where the condition is true, else `b`. Only the taken side is computed for a row, so the other cannot fail; a
 * failed condition makes the result fail. Both sides have one column type (an int beside a float is a float).
 *
 * @throws TowpathError TP_EXPRESSION_TYPE where the condition is no bool or may be null, or the sides differ in type.
 * @example pw.ifElse(t.count.eq(0), 0, t.total.div(t.count))
 */
export function ifElse<
  const C extends Expression<boolean, string> | boolean,
  const A extends Operand,
  const B extends Operand,
>(condition: C, a: A, b: B): Expression<ValueOf<A> | ValueOf<B>, NamesRead<A | B | C>> {
  return new Expression(callNode("ifElse", [condition, a, b].map(toNode)));
}

/**
 * The first value that is not null; null where all are. Later operands are computed only for the rows that need them.
 * A failed cell is a value here: it stays failed (see `fillError`).
 *
 * @throws TowpathError TP_EXPRESSION_TYPE where the operands differ in type.
 * @example pw.coalesce(t.nickname, t.name, "nobody")
 */
export function coalesce<const E extends readonly Operand[]>(
  ...values: E
): Expression<Coalesced<E>, NamesRead<E[number]>> {
  return new Expression(callNode("coalesce", values.map(toNode)));
}

/** Null only where every operand may be null. */
type Coalesced<E extends readonly Operand[]> = number extends E["length"]
  ? ValueOf<E[number]>
  : E extends readonly [infer F, ...infer R extends readonly Operand[]]
    ? null extends ValueOf<F>
      ? R extends readonly []
        ? ValueOf<F>
        : NonNull<ValueOf<F>> | Coalesced<R>
      : ValueOf<F>
    : never;

/**
 * The value where none of the others is null, else null; it is computed only there. A failed one makes the result fail.
 *
 * @example pw.require(t.total, t.confirmedAt)
 */
export function require<const V extends Operand, const D extends readonly Operand[]>(
  value: V,
  ...others: D
): Expression<ValueOf<V> | (null extends ValueOf<D[number]> ? null : never), NamesRead<V | D[number]>> {
  return new Expression(callNode("require", [value, ...others].map(toNode)));
}

/**
 * The value, of which null is a failed cell: for a column that may be null and, as you know, is not.
 *
 * @example pw.unwrap(t.price).mul(2)
 */
export function unwrap<const V extends Operand>(value: V): Expression<NonNull<ValueOf<V>>, NamesRead<V>> {
  return new Expression(callNode("unwrap", [toNode(value)]));
}

/**
 * The first value, or the second where the first fails. The failures that it replaces are not reported and do not end
 * the run; the second is computed only where it is needed.
 *
 * @throws TowpathError TP_EXPRESSION_TYPE where the two differ in type.
 * @example pw.fillError(t.total.div(t.count), 0)
 */
export function fillError<const V extends Operand, const F extends Operand>(
  value: V,
  instead: F,
): Expression<ValueOf<V> | ValueOf<F>, NamesRead<V | F>> {
  return new Expression(callNode("fillError", [toNode(value), toNode(instead)]));
}

/**
 * The values as one array, null among them; where one fails the tuple does. `get` takes it apart. Its column is dynamic
 * (type `any`).
 *
 * @example t.select({ pair: pw.makeTuple(t.name, t.price) }).select((c) => ({ name: c.pair.get(0) }))
 */
export function makeTuple<const E extends readonly Operand[]>(
  ...values: E
): Expression<{ -readonly [I in keyof E]: ValueOf<E[I]> }, NamesRead<E[number]>> {
  return new Expression(callNode("makeTuple", values.map(toNode)));
}

/**
 * A plain value as an expression. Where an expression is expected plain values are taken as they are; this is for
 * calling methods on one, and for data: objects and arrays become `json`, a Date a `datetime`.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for a value that no column type has.
 * @example pw.literal("total: ").add(t.total.toStr())
 */
export function literal<const V>(value: V): Expression<LiteralValue<V>, never> {
  return new Expression(dataNode(value));
}

type LiteralValue<V> = V extends Date ? number : V extends Literal ? ValueOf<V> : unknown;
