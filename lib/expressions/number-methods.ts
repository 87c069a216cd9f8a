import { type CallBuilder, type Given, given, type NullOf } from "./call-builder.ts";
import type { Expression } from "./expression.ts";

// Never there when the program runs: it carries the type of the values only.
declare const valueType: unique symbol;

type Numbers = NumberMethods<number | null, string>;
type ValueIn<E> = E extends NumberMethods<infer T, string> ? T : never;
type Result<E, N extends string> = Expression<number | NullOf<ValueIn<E>>, N>;

/**
 * The functions of numbers, `t.price.num.…`: on other expressions they do not compile. Null stays null, but for
 * `fillNull`; an int stays an int, a float a float; a dynamic value must be a number and counts as a float.
 */
export class NumberMethods<out T, out N extends string> {
  declare readonly [valueType]: T;
  readonly #self: Expression<unknown, N>;
  readonly #call: CallBuilder;

  /** Internal: `expression.num`. */
  constructor(self: Expression<unknown, N>, call: CallBuilder) {
    this.#self = self;
    this.#call = call;
  }

  /** The value without its sign, of numbers, bigints and durations. @example t.change.num.abs() */
  abs<E extends Numbers>(this: E): Result<E, N>;
  abs<E extends NumberMethods<bigint | null, string>>(this: E): Expression<bigint | NullOf<ValueIn<E>>, N>;
  abs(): Expression<unknown, string> {
    return this.#call("num.abs", [this.#self]);
  }

  /**
   * Rounded to `decimals` (default 0; -1 is tens; more than 100 change nothing), halves to the even digit, as Python does: 0.5 is 0, 1.5 and 2.5 are 2.
   * It rounds what the number is, not its text: `2.675`, which is a little less, to two decimals is `2.67`. An int that
   * leaves the safe integers is a failed cell.
   *
   * @example t.price.num.round(2)
   */
  round<E extends Numbers, M extends string = never>(this: E, decimals?: Given<number, M>): Result<E, N | M> {
    return this.#call("num.round", given(this.#self, decimals));
  }

  /** The greatest whole number that is not above the value. Add `.cast("int")` for an int. @example t.price.num.floor() */
  floor<E extends Numbers>(this: E): Result<E, N> {
    return this.#call("num.floor", [this.#self]);
  }

  /** The least whole number that is not below the value. Add `.cast("int")` for an int. @example t.price.num.ceil() */
  ceil<E extends Numbers>(this: E): Result<E, N> {
    return this.#call("num.ceil", [this.#self]);
  }

  /**
   * The value, or `instead` where it is null or NaN: both say that a number is missing, as in Pathway (`pw.coalesce`
   * replaces null only). An int beside a float is a float.
   *
   * @throws TowpathError TP_EXPRESSION_TYPE where the two differ in type.
   * @example t.price.num.fillNull(0)
   */
  fillNull<M extends string = never>(
    this: NumberMethods<number | null, N>,
    instead: Given<number, M>,
  ): Expression<number, N | M>;
  fillNull<M extends string = never>(
    this: NumberMethods<bigint | null, N>,
    instead: Given<bigint, M>,
  ): Expression<bigint, N | M>;
  fillNull(instead: unknown): Expression<unknown, string> {
    return this.#call("num.fillNull", [this.#self, instead]);
  }
}
