import { type CallBuilder, checkOptions, type Given, given, type NullOf } from "./call-builder.ts";
import type { Expression } from "./expression.ts";
import type { BoolParsingOptions, ParsingOptions } from "./functions/text-parsing.ts";

// Never there when the program runs: it carries the type of the values only.
declare const valueType: unique symbol;

/** The texts that a function of `.str` takes: those of an expression that is a text, or may be null. */
type Texts = TextMethods<string | null, string>;
type ValueIn<E> = E extends TextMethods<infer T, string> ? T : never;

/** A result beside an operand of type E: null for null. */
type Result<R, E, N extends string> = Expression<R | NullOf<ValueIn<E>>, N>;

/** The options of a parse: what they leave of its result. */
type Parsed<R, O> = R | (O extends { readonly optional: true } ? null : never);

/**
 * The functions of texts, `t.name.str.…`: on other expressions they do not compile. Null stays null; a dynamic value
 * must be a text (its null fails).
 *
 * **Lengths and places count code points**, not UTF-16 units as JS's own do: so an emoji is one, a part of a text is
 * never half a character (which has no UTF-8), and the numbers are those of Pathway and SQL. Texts sought are plain
 * texts, no patterns; where one is found, its occurrences do not overlap.
 */
export class TextMethods<out T, out N extends string> {
  declare readonly [valueType]: T;
  readonly #self: Expression<unknown, N>;
  readonly #call: CallBuilder;

  /** Internal: `expression.str`. */
  constructor(self: Expression<unknown, N>, call: CallBuilder) {
    this.#self = self;
    this.#call = call;
  }

  /** How many code points the text has. @example t.name.str.len() // "né😀" → 3 */
  len<E extends Texts>(this: E): Result<number, E, N> {
    return this.#call("str.len", [this.#self]);
  }

  /** In lower case, by Unicode's rules without a locale. @example t.name.str.lower() // "ÉA" → "éa" */
  lower<E extends Texts>(this: E): Result<string, E, N> {
    return this.#call("str.lower", [this.#self]);
  }

  /** In upper case, by Unicode's rules without a locale. @example t.name.str.upper() // "straße" → "STRASSE" */
  upper<E extends Texts>(this: E): Result<string, E, N> {
    return this.#call("str.upper", [this.#self]);
  }

  /**
   * Each first letter after something that is no letter in upper case, all others in lower case.
   *
   * @example t.name.str.title() // "they're HERE" → "They'Re Here"
   */
  title<E extends Texts>(this: E): Result<string, E, N> {
    return this.#call("str.title", [this.#self]);
  }

  /** Lower case in upper case and the reverse. @example t.name.str.swapcase() // "aBc" → "AbC" */
  swapcase<E extends Texts>(this: E): Result<string, E, N> {
    return this.#call("str.swapcase", [this.#self]);
  }

  /**
   * Without white space (as JS's `trim` sees it) at both ends; with `characters`, without any of these there.
   *
   * @example t.name.str.strip() // "  a b\n" → "a b"
   * @example t.name.str.strip("/.") // "./a/" → "a"
   */
  strip<E extends Texts, M extends string = never>(
    this: E,
    characters?: Given<string, M>,
  ): Result<string, E, N | M> {
    return this.#call("str.strip", given(this.#self, characters));
  }

  /** Whether the text begins with another one. @example t.path.str.startsWith("/api/") */
  startsWith<E extends Texts, M extends string = never>(
    this: E,
    prefix: Given<string, M>,
  ): Result<boolean, E, N | M> {
    return this.#call("str.startsWith", [this.#self, prefix]);
  }

  /** Whether the text ends with another one. @example t.file.str.endsWith(".csv") */
  endsWith<E extends Texts, M extends string = never>(
    this: E,
    suffix: Given<string, M>,
  ): Result<boolean, E, N | M> {
    return this.#call("str.endsWith", [this.#self, suffix]);
  }

  /** How often a text stands in it; the empty text once more than there are code points. @example t.line.str.count(",") */
  count<E extends Texts, M extends string = never>(
    this: E,
    sought: Given<string, M>,
  ): Result<number, E, N | M> {
    return this.#call("str.count", [this.#self, sought]);
  }

  /** The place of the first occurrence, from 0; -1 where there is none. @example t.mail.str.find("@") // "né@x" → 2 */
  find<E extends Texts, M extends string = never>(
    this: E,
    sought: Given<string, M>,
  ): Result<number, E, N | M> {
    return this.#call("str.find", [this.#self, sought]);
  }

  /** The place of the last occurrence, from 0; -1 where there is none. @example t.path.str.rfind("/") */
  rfind<E extends Texts, M extends string = never>(
    this: E,
    sought: Given<string, M>,
  ): Result<number, E, N | M> {
    return this.#call("str.rfind", [this.#self, sought]);
  }

  /**
   * With every occurrence of a text replaced by another; with `most`, only so many, from the left (a negative one: all).
   * Nothing in the two has a special meaning. The empty text stands before, between and after all code points.
   *
   * @example t.line.str.replace(";", ",") // "a;b;c" → "a,b,c"
   * @example t.line.str.replace(";", ",", 1) // "a;b;c" → "a,b;c"
   */
  replace<E extends Texts, M extends string = never, L extends string = never, K extends string = never>(
    this: E,
    sought: Given<string, M>,
    by: Given<string, L>,
    most?: Given<number, K>,
  ): Result<string, E, N | M | L | K> {
    return this.#call("str.replace", given(this.#self, sought, by, most));
  }

  /**
   * The code points from place `start` up to but without `end` (default: all that follow). A negative place counts from
   * the end; places beyond the text are its ends.
   *
   * @example t.code.str.slice(0, 2) // "DE123" → "DE"
   * @example t.code.str.slice(-3) // "DE123" → "123"
   */
  slice<E extends Texts, M extends string = never, L extends string = never>(
    this: E,
    start: Given<number, M>,
    end?: Given<number, L>,
  ): Result<string, E, N | M | L> {
    return this.#call("str.slice", given(this.#self, start, end));
  }

  /**
   * The parts between the occurrences of a separator, as an array (see `Expression.get`). Without a separator: the words
   * between runs of white space, no empty ones; by the empty text: the code points.
   *
   * @example t.line.str.split(",") // "a,,b" → ["a", "", "b"]
   * @example t.line.str.split() // " to be  or " → ["to", "be", "or"]
   */
  split<E extends Texts, M extends string = never>(
    this: E,
    separator?: Given<string, M>,
  ): Result<string[], E, N | M> {
    return this.#call("str.split", given(this.#self, separator));
  }

  /** The code points in reverse. @example t.name.str.reverse() // "né" → "én" */
  reverse<E extends Texts>(this: E): Result<string, E, N> {
    return this.#call("str.reverse", [this.#self]);
  }

  /** Without a text at its start; the text itself where it does not begin so. @example t.tag.str.removePrefix("v") */
  removePrefix<E extends Texts, M extends string = never>(
    this: E,
    prefix: Given<string, M>,
  ): Result<string, E, N | M> {
    return this.#call("str.removePrefix", [this.#self, prefix]);
  }

  /** Without a text at its end; the text itself where it does not end so. @example t.file.str.removeSuffix(".csv") */
  removeSuffix<E extends Texts, M extends string = never>(
    this: E,
    suffix: Given<string, M>,
  ): Result<string, E, N | M> {
    return this.#call("str.removeSuffix", [this.#self, suffix]);
  }

  /**
   * The int that the whole text is (sign and digits, as `cast("int")` reads it; JS's own takes `12abc` for 12). Another
   * text is a failed cell, or null with `{ optional: true }`.
   *
   * @throws TowpathError TP_BAD_ARGUMENT for an unknown option.
   * @example t.count.str.parseInt() // "-12" → -12
   */
  parseInt<E extends Texts, const O extends ParsingOptions = Record<never, never>>(
    this: E,
    options?: O,
  ): Result<Parsed<number, O>, E, N> {
    return this.#parse("parseInt", options);
  }

  /**
   * The float that the whole text is, as `cast("float")` reads it. Another text is a failed cell, or null with
   * `{ optional: true }`.
   *
   * @throws TowpathError TP_BAD_ARGUMENT for an unknown option.
   * @example t.price.str.parseFloat({ optional: true }) // "1e3" → 1000, "n/a" → null
   */
  parseFloat<E extends Texts, const O extends ParsingOptions = Record<never, never>>(
    this: E,
    options?: O,
  ): Result<Parsed<number, O>, E, N> {
    return this.#parse("parseFloat", options);
  }

  /**
   * Whether the text, in whatever case, is one of `trueValues` (on, true, yes, 1) rather than of `falseValues` (off,
   * false, no, 0). One that is in neither is a failed cell, or null with `{ optional: true }`.
   *
   * @throws TowpathError TP_BAD_ARGUMENT for an unknown option.
   * @example t.answer.str.parseBool({ trueValues: ["oui"], falseValues: ["non"] })
   */
  parseBool<E extends Texts, const O extends BoolParsingOptions = Record<never, never>>(
    this: E,
    options?: O,
  ): Result<Parsed<boolean, O>, E, N> {
    return this.#parse("parseBool", options, ["optional", "trueValues", "falseValues"]);
  }

  #parse<R, M extends string>(
    name: "parseInt" | "parseFloat" | "parseBool",
    options: object = {},
    known: readonly string[] = ["optional"],
  ): Expression<R, M> {
    checkOptions(name, options, known);
    const said = Object.entries(options).filter(([, value]) => value !== undefined && value !== false);
    return this.#call(`str.${name}`, [this.#self], said.length === 0 ? undefined : Object.fromEntries(said));
  }
}
