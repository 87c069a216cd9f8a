import type { JsType, TypeText } from "../data/js-type.ts";
import { callNode, castNode } from "./build.ts";
import { type Given, given, type NullOf } from "./call-builder.ts";
import { literalNode } from "./literal.ts";
import type { ColumnNode, ExpressionNode } from "./node.ts";
import { NumberMethods } from "./number-methods.ts";
import { TextMethods } from "./text-methods.ts";
import { TimeMethods } from "./time-methods.ts";
import type { ElementOf, ValueOf } from "./types.ts";

// Never there when the program runs: they carry types only.
declare const valueType: unique symbol;
declare const columnNames: unique symbol;

/** What a comparison of the columns named N is. */
type Answer<N extends string> = Expression<boolean, N>;

/** A tuple's values: `pw.makeTuple(t.price, t.name)`. */
type Tuple = readonly unknown[];

/**
 * A computation over a table's columns, one value a row: `t.price.mul(t.count).gt(100)`.
 *
 * T: the type of its values in JS. N: the names of the columns that it reads outside of reducers.
 *
 * Plain values are accepted wherever an expression is. All methods throw TowpathError TP_EXPRESSION_TYPE, with the
 * line of the script, where the operands' column types do not go together: `int` and `float` are both `number` to the
 * compiler. Nulls: arithmetic, order and logic refuse operands that may be null (`pw.coalesce` gives them a value);
 * other functions answer null for null unless they say otherwise. A failed cell as an operand makes the result fail.
 *
 * A **dynamic** value (type `any`: a function's result without a declared type, or a column of that type) is checked
 * row by row: beside a number it must be a number, beside a text a text. Two dynamic values give a dynamic one.
 */
export class Expression<out T, out N extends string = string> {
  declare readonly [valueType]: T;
  declare readonly [columnNames]: N;
  readonly node: ExpressionNode;

  /** Internal: expressions come from a table's columns, `pw.apply` and its sisters, and the methods below. */
  constructor(node: ExpressionNode) {
    this.node = node;
  }

  /** Functions of texts. @example t.name.str.lower() */
  get str(): TextMethods<T, N> {
    return new TextMethods<T, N>(this, callOf);
  }

  /** Functions of numbers. @example t.price.num.round(2) */
  get num(): NumberMethods<T, N> {
    return new NumberMethods<T, N>(this, callOf);
  }

  /** Functions of datetimes and durations. @example t.at.dt.year() */
  get dt(): TimeMethods<T, N> {
    return new TimeMethods<T, N>(this, callOf);
  }

  /**
   * Sum; of texts, one after the other. int + int is an int (a failed cell beyond ±(2^53 - 1)), with a float a float;
   * datetime + duration is a datetime, duration + duration a duration. A plain number beside a datetime or a duration
   * is milliseconds.
   *
   * @example t.price.add(1)
   */
  add<M extends string = never>(
    this: Expression<number, N>,
    other: Given<number, M>,
  ): Expression<number, N | M>;
  add<M extends string = never>(
    this: Expression<string, N>,
    other: Given<string, M>,
  ): Expression<string, N | M>;
  add<M extends string = never>(
    this: Expression<bigint, N>,
    other: Given<bigint, M>,
  ): Expression<bigint, N | M>;
  add(other: unknown): Expression<unknown, string> {
    return call("add", this, other);
  }

  /** Difference. datetime - datetime is a duration, datetime - duration a datetime; otherwise as `add`. */
  sub<M extends string = never>(
    this: Expression<number, N>,
    other: Given<number, M>,
  ): Expression<number, N | M>;
  sub<M extends string = never>(
    this: Expression<bigint, N>,
    other: Given<bigint, M>,
  ): Expression<bigint, N | M>;
  sub(other: unknown): Expression<unknown, string> {
    return call("sub", this, other);
  }

  /** Product. int · int is an int (a failed cell beyond ±(2^53 - 1)); duration · number is a duration. */
  mul<M extends string = never>(
    this: Expression<number, N>,
    other: Given<number, M>,
  ): Expression<number, N | M>;
  mul<M extends string = never>(
    this: Expression<bigint, N>,
    other: Given<bigint, M>,
  ): Expression<bigint, N | M>;
  mul(other: unknown): Expression<unknown, string> {
    return call("mul", this, other);
  }

  /**
   * Quotient, always a float; duration / number is a duration, duration / duration a float. Division by zero is a
   * failed cell. A bigint has `floorDiv`.
   */
  div<M extends string = never>(
    this: Expression<number, N>,
    other: Given<number, M>,
  ): Expression<number, N | M> {
    return call("div", this, other);
  }

  /**
   * Quotient rounded towards -∞: `-7` by `2` is `-4`. int by int is an int, duration by duration an int. Floats:
   * the exact quotient is rounded, so that `a = a.floorDiv(b) · b + a.mod(b)`. Division by zero is a failed cell.
   */
  floorDiv<M extends string = never>(
    this: Expression<number, N>,
    other: Given<number, M>,
  ): Expression<number, N | M>;
  floorDiv<M extends string = never>(
    this: Expression<bigint, N>,
    other: Given<bigint, M>,
  ): Expression<bigint, N | M>;
  floorDiv(other: unknown): Expression<unknown, string> {
    return call("floorDiv", this, other);
  }

  /** Remainder of `floorDiv`, with the divisor's sign: `-7` mod `2` is `1`. Division by zero is a failed cell. */
  mod<M extends string = never>(
    this: Expression<number, N>,
    other: Given<number, M>,
  ): Expression<number, N | M>;
  mod<M extends string = never>(
    this: Expression<bigint, N>,
    other: Given<bigint, M>,
  ): Expression<bigint, N | M>;
  mod(other: unknown): Expression<unknown, string> {
    return call("mod", this, other);
  }

  /**
   * Power. int to int is an exact int: a failed cell beyond ±(2^53 - 1) and for every negative exponent (cast to
   * float for fractions). With a float it is JS's `**`. `0` to `0` is 1.
   */
  pow<M extends string = never>(
    this: Expression<number, N>,
    other: Given<number, M>,
  ): Expression<number, N | M>;
  pow<M extends string = never>(
    this: Expression<bigint, N>,
    other: Given<bigint, M>,
  ): Expression<bigint, N | M>;
  pow(other: unknown): Expression<unknown, string> {
    return call("pow", this, other);
  }

  /** The number with the other sign; of int, float, bigint, duration. */
  neg(this: Expression<number, N>): Expression<number, N>;
  neg(this: Expression<bigint, N>): Expression<bigint, N>;
  neg(): Expression<unknown, string> {
    return call("neg", this);
  }

  /**
   * Equal by value: null equals null (and nothing else), NaN equals NaN, `-0` equals `0`; `1` and `"1"` cannot be
   * compared. Also the condition of a join.
   *
   * @example orders.join(customers, orders.customer.eq(customers.id))
   */
  eq<M extends string = never>(other: Given<T | null, M>): Expression<boolean, N | M> {
    return call("eq", this, other);
  }

  /** Not `eq`. */
  ne<M extends string = never>(other: Given<T | null, M>): Expression<boolean, N | M> {
    return call("ne", this, other);
  }

  /**
   * Less than: numbers by size (false where one is NaN), texts by code point, bytes byte by byte, tuples by their first
   * elements that differ. A plain number beside a datetime or a duration is milliseconds.
   */
  lt<M extends string = never>(this: Expression<number, N>, other: Given<number, M>): Answer<N | M>;
  lt<M extends string = never>(this: Expression<string, N>, other: Given<string, M>): Answer<N | M>;
  lt<M extends string = never>(this: Expression<bigint, N>, other: Given<bigint, M>): Answer<N | M>;
  lt<M extends string = never>(this: Expression<Uint8Array, N>, other: Given<Uint8Array, M>): Answer<N | M>;
  lt<V extends Tuple, M extends string = never>(this: Expression<V, N>, other: Given<V, M>): Answer<N | M>;
  lt(other: unknown): Expression<boolean, string> {
    return call("lt", this, other);
  }

  /** Less than or equal; false where one is NaN. Otherwise as `lt`. */
  le<M extends string = never>(this: Expression<number, N>, other: Given<number, M>): Answer<N | M>;
  le<M extends string = never>(this: Expression<string, N>, other: Given<string, M>): Answer<N | M>;
  le<M extends string = never>(this: Expression<bigint, N>, other: Given<bigint, M>): Answer<N | M>;
  le<M extends string = never>(this: Expression<Uint8Array, N>, other: Given<Uint8Array, M>): Answer<N | M>;
  le<V extends Tuple, M extends string = never>(this: Expression<V, N>, other: Given<V, M>): Answer<N | M>;
  le(other: unknown): Expression<boolean, string> {
    return call("le", this, other);
  }

  /** Greater than. Otherwise as `lt`. */
  gt<M extends string = never>(this: Expression<number, N>, other: Given<number, M>): Answer<N | M>;
  gt<M extends string = never>(this: Expression<string, N>, other: Given<string, M>): Answer<N | M>;
  gt<M extends string = never>(this: Expression<bigint, N>, other: Given<bigint, M>): Answer<N | M>;
  gt<M extends string = never>(this: Expression<Uint8Array, N>, other: Given<Uint8Array, M>): Answer<N | M>;
  gt<V extends Tuple, M extends string = never>(this: Expression<V, N>, other: Given<V, M>): Answer<N | M>;
  gt(other: unknown): Expression<boolean, string> {
    return call("gt", this, other);
  }

  /** Greater than or equal; false where one is NaN. Otherwise as `lt`. */
  ge<M extends string = never>(this: Expression<number, N>, other: Given<number, M>): Answer<N | M>;
  ge<M extends string = never>(this: Expression<string, N>, other: Given<string, M>): Answer<N | M>;
  ge<M extends string = never>(this: Expression<bigint, N>, other: Given<bigint, M>): Answer<N | M>;
  ge<M extends string = never>(this: Expression<Uint8Array, N>, other: Given<Uint8Array, M>): Answer<N | M>;
  ge<V extends Tuple, M extends string = never>(this: Expression<V, N>, other: Given<V, M>): Answer<N | M>;
  ge(other: unknown): Expression<boolean, string> {
    return call("ge", this, other);
  }

  /** Both are true. Both sides are computed for every row; `pw.ifElse` computes the taken side only. */
  and<M extends string = never>(
    this: Expression<boolean, N>,
    other: Given<boolean, M>,
  ): Expression<boolean, N | M> {
    return call("and", this, other);
  }

  /** At least one is true. Both sides are computed for every row. */
  or<M extends string = never>(
    this: Expression<boolean, N>,
    other: Given<boolean, M>,
  ): Expression<boolean, N | M> {
    return call("or", this, other);
  }

  /** Exactly one is true. */
  xor<M extends string = never>(
    this: Expression<boolean, N>,
    other: Given<boolean, M>,
  ): Expression<boolean, N | M> {
    return call("xor", this, other);
  }

  /** It is false. */
  not(this: Expression<boolean, N>): Expression<boolean, N> {
    return call("not", this);
  }

  /** Whether the value is null. A failed cell stays failed. */
  isNull(): Expression<boolean, N> {
    return call("isNull", this);
  }

  /** Whether the value is not null. A failed cell stays failed. */
  isNotNull(): Expression<boolean, N> {
    return call("isNotNull", this);
  }

  /**
   * The value in another column type; a value that has no counterpart there is a failed cell.
   *
   * - float → int cuts the fraction off, as JS's `Math.trunc`; NaN, ±∞ and what is beyond ±(2^53 - 1) fail.
   * - str → int, float, bool, bigint, json, datetime, duration, pointer reads the text as a csv column of that type
   *   does; str ⇄ bytes is UTF-8. Every type but json → str is its text (see `toStr`).
   * - int, float ⇄ bool: 0 is false. int ⇄ bigint, float → bigint (cut off).
   * - int, float ⇄ datetime, duration: milliseconds, a datetime rounded down, an int cut off.
   * - json, any → any other type: the value must be of that type (a number for `float`, a text for `str`); the
   *   result has exactly the type said, so null fails unless that has a `?`.
   *
   * From other types null stays null, and the result is optional where the operand is. `cast("any")` keeps the value.
   *
   * @throws TowpathError TP_EXPRESSION_TYPE where there is no way from the one type to the other.
   * @example t.amount.cast("float")
   */
  cast<K extends TypeText, E extends Expression<unknown, string>>(
    this: E,
    type: K,
  ): Expression<JsType<K> | NullOf<ValueOf<E>>, N> {
    return new Expression(castNode(this.node, type));
  }

  /**
   * The value as text: numbers as JS writes them, `true`/`false`, bigints in decimal, datetimes as ISO 8601 in UTC with
   * milliseconds, durations as milliseconds, pointers as UUID, bytes read as UTF-8, json as its text with sorted names.
   */
  toStr<E extends Expression<unknown, string>>(this: E): Expression<string | NullOf<ValueOf<E>>, N> {
    return call("toStr", this);
  }

  /**
   * An element of json, a tuple or an array: by place (0 is the first, -1 the last) or by name. Where there is none (the
   * value is null, no container, or too short) it is `otherwise`, else null; a null that is there stays null. Of json it
   * is json: cast it to what it holds. Of others it is dynamic.
   *
   * @throws TowpathError TP_EXPRESSION_TYPE for other columns.
   * @example t.order.get("lines").get(0).get("sku", "none").cast("str?")
   */
  get<
    E extends Expression<unknown, string>,
    const K extends string | number,
    D = null,
    M extends string = never,
    L extends string = never,
  >(this: E, key: Given<K, M>, otherwise?: Given<D, L>): Expression<ElementOf<ValueOf<E>, K, D>, N | M | L> {
    return callOf("get", given(this, key, otherwise));
  }
}

/** A column of a table: an expression that has a name. */
export class Column<out T, out Name extends string> extends Expression<T, Name> {
  declare readonly node: ColumnNode;

  /** Internal: tables make their columns. */
  constructor(node: ColumnNode) {
    super(node);
  }
}

/** The call of a registered function over expressions and plain values. */
function call<T, N extends string>(
  name: Parameters<typeof callNode>[0],
  ...args: readonly unknown[]
): Expression<T, N> {
  return callOf(name, args);
}

function callOf<T, N extends string>(
  name: Parameters<typeof callNode>[0],
  args: readonly unknown[],
  options?: object,
): Expression<T, N> {
  return new Expression(callNode(name, args.map(toNode), options ?? null));
}

/** The node of an expression, or of a plain value in place of one; throws TP_BAD_ARGUMENT for anything else. */
export function toNode(value: unknown): ExpressionNode {
  return value instanceof Expression ? value.node : literalNode(value);
}
