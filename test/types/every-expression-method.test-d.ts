/** Right and wrong uses of each method of an expression. Checked by tsc, never run. */
import type { Column, Expression } from "../../lib/expressions/expression.ts";
import { expect, type FunctionName, type Is, typeTests } from "./expect-types.ts";

declare const n: Column<number, "n">;
declare const m: Column<number, "m">;
declare const o: Column<number | null, "o">;
declare const s: Column<string, "s">;
declare const maybe: Column<string | null, "maybe">;
declare const b: Column<boolean, "b">;
declare const big: Column<bigint, "big">;
declare const bytes: Column<Uint8Array, "bytes">;
declare const any: Column<unknown, "any">;
declare const pair: Column<[number, string], "pair">;

typeTests<FunctionName<Expression<number, "n">>>({
  add() {
    const [sum, plain] = [n.add(m), n.add(1)];
    expect<Is<typeof sum, number, "n" | "m">>();
    expect<Is<typeof plain, number, "n">>();
    const [text, bigSum] = [s.add("x"), big.add(1n)];
    expect<Is<typeof text, string, "s">>();
    expect<Is<typeof bigSum, bigint, "big">>();
    // @ts-expect-error a number and a text
    n.add("1");
    // @ts-expect-error what may be null
    o.add(1);
  },
  sub() {
    const [value, bigValue] = [n.sub(m), big.sub(2n)];
    expect<Is<typeof value, number, "n" | "m">>();
    expect<Is<typeof bigValue, bigint, "big">>();
    // @ts-expect-error texts have none
    s.sub("x");
    // @ts-expect-error a number and a bigint
    n.sub(1n);
  },
  mul() {
    const [value, bigValue] = [n.mul(m), big.mul(2n)];
    expect<Is<typeof value, number, "n" | "m">>();
    expect<Is<typeof bigValue, bigint, "big">>();
    // @ts-expect-error texts have none
    s.mul("x");
    // @ts-expect-error a number and a bigint
    n.mul(1n);
  },
  floorDiv() {
    const [value, bigValue] = [n.floorDiv(m), big.floorDiv(2n)];
    expect<Is<typeof value, number, "n" | "m">>();
    expect<Is<typeof bigValue, bigint, "big">>();
    // @ts-expect-error texts have none
    s.floorDiv("x");
    // @ts-expect-error a number and a bigint
    n.floorDiv(1n);
  },
  mod() {
    const [value, bigValue] = [n.mod(m), big.mod(2n)];
    expect<Is<typeof value, number, "n" | "m">>();
    expect<Is<typeof bigValue, bigint, "big">>();
    // @ts-expect-error texts have none
    s.mod("x");
    // @ts-expect-error a number and a bigint
    n.mod(1n);
  },
  pow() {
    const [value, bigValue] = [n.pow(m), big.pow(2n)];
    expect<Is<typeof value, number, "n" | "m">>();
    expect<Is<typeof bigValue, bigint, "big">>();
    // @ts-expect-error texts have none
    s.pow("x");
    // @ts-expect-error a number and a bigint
    n.pow(1n);
  },
  div() {
    const value = n.div(m);
    expect<Is<typeof value, number, "n" | "m">>();
    // @ts-expect-error the quotient of bigints is no bigint
    big.div(2n);
    // @ts-expect-error what may be null
    n.div(o);
  },
  neg() {
    const [value, bigValue] = [n.neg(), big.neg()];
    expect<Is<typeof value, number, "n">>();
    expect<Is<typeof bigValue, bigint, "big">>();
    // @ts-expect-error no number
    s.neg();
  },
  eq() {
    const [answer, ofNull] = [n.eq(o), maybe.eq(null)];
    expect<Is<typeof answer, boolean, "n" | "o">>();
    expect<Is<typeof ofNull, boolean, "maybe">>();
    // @ts-expect-error a number and a text
    s.eq(n);
  },
  ne() {
    const [answer, ofNull] = [n.ne(o), maybe.ne(null)];
    expect<Is<typeof answer, boolean, "n" | "o">>();
    expect<Is<typeof ofNull, boolean, "maybe">>();
    // @ts-expect-error a number and a text
    s.ne(n);
  },
  lt() {
    const [ofNumbers, ofTexts, ofBigints] = [n.lt(m), s.lt("x"), big.lt(1n)];
    expect<Is<typeof ofNumbers, boolean, "n" | "m">>();
    expect<Is<typeof ofTexts, boolean, "s">>();
    expect<Is<typeof ofBigints, boolean, "big">>();
    const [ofBytes, ofTuples] = [bytes.lt(Buffer.of(1)), pair.lt(pair)];
    expect<Is<typeof ofBytes, boolean, "bytes">>();
    expect<Is<typeof ofTuples, boolean, "pair">>();
    // @ts-expect-error what may be null has no order
    o.lt(1);
    // @ts-expect-error a number and a text
    n.lt("1");
  },
  le() {
    const [ofNumbers, ofTexts, ofBigints] = [n.le(m), s.le("x"), big.le(1n)];
    expect<Is<typeof ofNumbers, boolean, "n" | "m">>();
    expect<Is<typeof ofTexts, boolean, "s">>();
    expect<Is<typeof ofBigints, boolean, "big">>();
    const [ofBytes, ofTuples] = [bytes.le(Buffer.of(1)), pair.le(pair)];
    expect<Is<typeof ofBytes, boolean, "bytes">>();
    expect<Is<typeof ofTuples, boolean, "pair">>();
    // @ts-expect-error what may be null has no order
    o.le(1);
    // @ts-expect-error a number and a text
    n.le("1");
  },
  gt() {
    const [ofNumbers, ofTexts, ofBigints] = [n.gt(m), s.gt("x"), big.gt(1n)];
    expect<Is<typeof ofNumbers, boolean, "n" | "m">>();
    expect<Is<typeof ofTexts, boolean, "s">>();
    expect<Is<typeof ofBigints, boolean, "big">>();
    const [ofBytes, ofTuples] = [bytes.gt(Buffer.of(1)), pair.gt(pair)];
    expect<Is<typeof ofBytes, boolean, "bytes">>();
    expect<Is<typeof ofTuples, boolean, "pair">>();
    // @ts-expect-error what may be null has no order
    o.gt(1);
    // @ts-expect-error a number and a text
    n.gt("1");
  },
  ge() {
    const [ofNumbers, ofTexts, ofBigints] = [n.ge(m), s.ge("x"), big.ge(1n)];
    expect<Is<typeof ofNumbers, boolean, "n" | "m">>();
    expect<Is<typeof ofTexts, boolean, "s">>();
    expect<Is<typeof ofBigints, boolean, "big">>();
    const [ofBytes, ofTuples] = [bytes.ge(Buffer.of(1)), pair.ge(pair)];
    expect<Is<typeof ofBytes, boolean, "bytes">>();
    expect<Is<typeof ofTuples, boolean, "pair">>();
    // @ts-expect-error what may be null has no order
    o.ge(1);
    // @ts-expect-error a number and a text
    n.ge("1");
  },
  and() {
    const answer = b.and(n.gt(1));
    expect<Is<typeof answer, boolean, "b" | "n">>();
    b.and(true);
    // @ts-expect-error no condition
    b.and(n);
    // @ts-expect-error no condition
    n.and(b);
  },
  or() {
    const answer = b.or(n.gt(1));
    expect<Is<typeof answer, boolean, "b" | "n">>();
    b.or(true);
    // @ts-expect-error no condition
    b.or(n);
    // @ts-expect-error no condition
    n.or(b);
  },
  xor() {
    const answer = b.xor(n.gt(1));
    expect<Is<typeof answer, boolean, "b" | "n">>();
    b.xor(true);
    // @ts-expect-error no condition
    b.xor(n);
    // @ts-expect-error no condition
    n.xor(b);
  },
  not() {
    const answer = b.not();
    expect<Is<typeof answer, boolean, "b">>();
    // @ts-expect-error no condition
    n.not();
  },
  isNull() {
    const [answer, ofOthers] = [o.isNull(), n.isNull()];
    expect<Is<typeof answer, boolean, "o">>();
    expect<Is<typeof ofOthers, boolean, "n">>();
    // @ts-expect-error it takes nothing
    o.isNull(null);
  },
  isNotNull() {
    const [answer, ofOthers] = [o.isNotNull(), n.isNotNull()];
    expect<Is<typeof answer, boolean, "o">>();
    expect<Is<typeof ofOthers, boolean, "n">>();
    // @ts-expect-error it takes nothing
    o.isNotNull(null);
  },
  cast() {
    const [text, orNull] = [n.cast("str"), o.cast("str")];
    expect<Is<typeof text, string, "n">>();
    expect<Is<typeof orNull, string | null, "o">>();
    const checked = any.cast("int?");
    expect<Is<typeof checked, number | null, "any">>();
    // @ts-expect-error no such type
    n.cast("integer");
  },
  toStr() {
    const [text, orNull] = [n.toStr(), o.toStr()];
    expect<Is<typeof text, string, "n">>();
    expect<Is<typeof orNull, string | null, "o">>();
    // @ts-expect-error it takes nothing
    n.toStr(16);
  },
  get() {
    const [first, second] = [pair.get(0), pair.get(1)];
    expect<Is<typeof first, number, "pair">>();
    expect<Is<typeof second, string, "pair">>();
    const [named, otherwise] = [any.get("name"), any.get(s, "")];
    expect<Is<typeof named, unknown, "any">>();
    expect<Is<typeof otherwise, unknown, "any" | "s">>();
    // @ts-expect-error no element
    pair.get(true);
  },
});
