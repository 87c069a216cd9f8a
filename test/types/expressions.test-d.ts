/** What must and must not compile. Checked by tsc, never run. */
import { apply } from "../../lib/expressions/apply.ts";
import {
  coalesce,
  fillError,
  ifElse,
  literal,
  makeTuple,
  require,
  unwrap,
} from "../../lib/expressions/conditionals.ts";
import type { Column, Expression } from "../../lib/expressions/expression.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function expect<_ extends true>(): void;
declare function takes<T>(value: T): void;
/** The value type and the names of an expression. */
type Parts<E> = E extends Expression<infer T, infer N> ? [T, N] : never;
type Is<E, T, N extends string> = Equal<Parts<E>, [T, N]>;

declare const n: Column<number, "n">;
declare const s: Column<string, "s">;
declare const o: Column<number | null, "o">;
declare const b: Column<boolean, "b">;
declare const big: Column<bigint, "big">;
declare const bytes: Column<Buffer, "bytes">;
declare const any: Column<unknown, "any">;

// Tuples are ordered by their elements
declare const pair: Column<[number, string], "pair">;
const before = pair.lt(pair).and(pair.ge(makeTuple(n, s)));
expect<Is<typeof before, boolean, "pair" | "n" | "s">>();
makeTuple(n, s).le(pair);
makeTuple(n, 1).gt(makeTuple(2, n));
// @ts-expect-error a text where the other has a number
pair.lt(makeTuple(s, s));
// @ts-expect-error a tuple and a number
pair.gt(n);
// @ts-expect-error a number and a tuple
n.le(pair);

// Names add up; plain values have none
const sum = n.add(1).mul(n);
expect<Is<typeof sum, number, "n">>();
const mixed = n.gt(1).and(s.eq("x")).or(b);
expect<Is<typeof mixed, boolean, "n" | "s" | "b">>();
const joined = s.add("!").add(n.toStr());
expect<Is<typeof joined, string, "s" | "n">>();
const large = big.add(1n).floorDiv(big);
expect<Is<typeof large, bigint, "big">>();
const one = literal(1);
expect<Is<typeof one, number, never>>();
const shifted = one.add(n);
expect<Is<typeof shifted, number, "n">>();

// An expression over fewer columns stands where more are allowed, and not the reverse
takes<Expression<number | null, "n" | "o">>(n.add(1));
takes<Expression<unknown>>(o);
// @ts-expect-error it reads n
takes<Expression<number, "o">>(n.add(1));
// @ts-expect-error it may be null
takes<Expression<number, "o">>(o);
// @ts-expect-error an expression has no name of its own
takes<Column<number, "n">>(n.add(1));

// Wrong operands
// @ts-expect-error text in arithmetic
s.mul(2);
// @ts-expect-error text beside a number
n.add("x");
// @ts-expect-error a number beside text
s.add(1);
// @ts-expect-error a number beside a bigint
big.add(1);
// @ts-expect-error a bigint has no fractions
big.div(2n);
// @ts-expect-error null in arithmetic
o.add(1);
// @ts-expect-error null in arithmetic
n.add(o);
// @ts-expect-error null in arithmetic
n.add(null);
// @ts-expect-error null has no order
o.lt(1);
// @ts-expect-error null has no order
n.lt(o);
// @ts-expect-error booleans have no order
b.lt(true);
// @ts-expect-error values of two types
n.eq("x");
// @ts-expect-error values of two types
s.lt(1);
// @ts-expect-error no boolean
n.and(b);
// @ts-expect-error no boolean
b.and(1);
// @ts-expect-error no boolean
s.not();
// @ts-expect-error no text
b.neg();
// @ts-expect-error what json holds must be said first
any.add(1);
// @ts-expect-error no operand
n.add({});
bytes.lt(Buffer.from("a"));

// Null where it is allowed
o.eq(null);
o.eq(1);
n.eq(o);
o.eq(n);
const isMissing = o.isNull();
expect<Is<typeof isMissing, boolean, "o">>();

// cast
const asFloat = o.cast("float");
expect<Is<typeof asFloat, number | null, "o">>();
const asText = n.cast("str");
expect<Is<typeof asText, string, "n">>();
const said = any.cast("int?");
expect<Is<typeof said, number | null, "any">>();
const saidText = any.toStr();
expect<Is<typeof saidText, string, "any">>();
// @ts-expect-error an unknown type
n.cast("integer");

// ifElse, coalesce, require, unwrap, fillError
const chosen = ifElse(b, n, "none");
expect<Is<typeof chosen, string | number, "b" | "n">>();
// @ts-expect-error no boolean
ifElse(n, 1, 2);
const some = coalesce(o, n);
expect<Is<typeof some, number, "o" | "n">>();
coalesce(o, 0).add(1);
const still = coalesce(o, o);
expect<Is<typeof still, number | null, "o">>();
const required = require(n, o);
expect<Is<typeof required, number | null, "n" | "o">>();
const surely = unwrap(o).add(1);
expect<Is<typeof surely, number, "o">>();
const filled = fillError(n.div(0), null);
expect<Is<typeof filled, number | null, "n">>();

// apply: parameters come from the operands, the result from the function or its declared type
const parsed = apply((text) => Number.parseInt(text, 10), s);
expect<Is<typeof parsed, number, "s">>();
const twoOperands = apply((text, count, factor) => text.repeat(count * factor), s, n, 2);
expect<Is<typeof twoOperands, string, "s" | "n">>();
const existing = apply(Number.parseFloat, s);
expect<Is<typeof existing, number, "s">>();
const nothing = apply((x) => (x === null ? undefined : x), o);
expect<Is<typeof nothing, number | null, "o">>();
const declared = apply((text, count) => text.length * count, s, n, { type: "int" });
expect<Is<typeof declared, number, "s" | "n">>();
const day = apply((x) => new Date(x), n, { type: "datetime?", deterministic: true });
expect<Is<typeof day, number | null, "n">>();
const pure = apply((x) => x * 2, n, { deterministic: true });
expect<Is<typeof pure, number, "n">>();
const constant = apply(() => 1);
expect<Is<typeof constant, number, never>>();
// @ts-expect-error a text is no int
apply((x) => `${x}`, n, { type: "int" });
// @ts-expect-error null where the declared type has none
apply((x) => (x > 1 ? x : null), n, { type: "int" });
// @ts-expect-error a parameter of another type than the operand
apply((x: string) => x, n);
// @ts-expect-error a method that numbers do not have
apply((x) => x.trim(), n);
