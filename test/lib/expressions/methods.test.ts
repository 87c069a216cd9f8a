import { describe, expect, it } from "vitest";
import { ERROR_VALUE as ERROR } from "../../../lib/data/value.ts";
import { apply } from "../../../lib/expressions/apply.ts";
import { literal, makeTuple } from "../../../lib/expressions/conditionals.ts";
import type { Expression } from "../../../lib/expressions/expression.ts";
import { formatExpression } from "../../../lib/expressions/format.ts";
import { cellsOf, column, evaluate } from "./cells.ts";

const s = column<string>("s", "str", 0);
const f = column<number>("f", "float", 0);
const at = column<number>("at", "datetime", 0);

function one(expression: Expression<unknown>, type: string, value: unknown): unknown {
  return evaluate(expression.node, [cellsOf(type, [value])], 1).values[0];
}

describe("texts", () => {
  it.each<[string, Expression<unknown>, string, unknown]>([
    ["len", s.str.len(), "né😀", 3],
    ["upper", s.str.upper(), "straße", "STRASSE"],
    ["title", s.str.title(), "they're HERE", "They'Re Here"],
    ["strip", s.str.strip(), " \u00a0a b\n\ufeff", "a b"],
    ["strip characters", s.str.strip("/😀."), "./a/😀", "a"],
    ["find counts code points", s.str.find("b"), "😀ab", 2],
    ["count does not overlap", s.str.count("aa"), "aaaaa", 2],
    ["slice from the end", s.str.slice(-2), "a😀b", "😀b"],
    ["slice beyond", s.str.slice(1, 99), "abc", "bc"],
    ["slice of nothing", s.str.slice(2, 1), "abc", ""],
    ["replace", s.str.replace("a", "$&"), "aXa", "$&X$&"],
    ["replace some", s.str.replace("a", "b", 1), "aaa", "baa"],
    ["split", s.str.split(","), "a,,b", ["a", "", "b"]],
    ["words", s.str.split(), " to be  or ", ["to", "be", "or"]],
    ["no words", s.str.split(), " ", []],
    ["parseInt", s.str.parseInt(), "12abc", ERROR],
    ["parseInt optional", s.str.parseInt({ optional: true }), "12abc", null],
    ["parseBool", s.str.parseBool(), "ON", true],
    ["removePrefix once", s.str.removePrefix("a"), "aab", "ab"],
    ["the first word", s.str.split(" ").get(0), "to be", "to"],
  ])("%s", (_, expression, value, expected) => {
    expect(one(expression, "str", value)).toEqual(expected);
  });

  it("a dynamic value must be a text", () => {
    const dynamic = apply((value) => (value === "null" ? null : value), s) as Expression<string, string>;
    expect(one(dynamic.str.upper(), "str", "ab")).toBe("AB");
    expect(one(dynamic.str.upper(), "str", "null")).toBe(ERROR);
  });

  it("refuses options that do not exist", () => {
    // @ts-expect-error an option that does not exist
    expect(() => s.str.parseInt({ radix: 2 })).toThrow(/TP_BAD_ARGUMENT: parseInt has no option "radix"/);
  });
});

describe("numbers", () => {
  it.each<[number, number, number]>([
    [0.5, 0, 0],
    [1.5, 0, 2],
    [-2.5, 0, -2],
    [2.675, 2, 2.67],
    [0.125, 2, 0.12],
    [25, -1, 20],
    [25.000000000000004, -1, 30],
    [1e300, 5, 1e300],
  ])("%d rounded to %d decimals", (value, decimals, expected) => {
    expect(one(f.num.round(decimals), "float", value)).toBe(expected);
    if (decimals === 0) expect(one(f.num.round(), "float", value)).toBe(expected);
  });

  it("fillNull fills NaN too", () => {
    const maybe = column<number | null>("f", "float?", 0);
    expect(one(maybe.num.fillNull(7), "float?", null)).toBe(7);
    expect(one(f.num.fillNull(7), "float", Number.NaN)).toBe(7);
    expect(one(f.num.fillNull(7), "float", 1)).toBe(1);
  });
});

describe("times", () => {
  const moment = Date.parse("2026-11-21T10:42:03.004Z");

  it.each<[string, Expression<unknown>, unknown]>([
    ["weekday", at.dt.weekday(), 5],
    ["floor", at.dt.floor("1h"), Date.parse("2026-11-21T10:00Z")],
    ["round", at.dt.round(3_600_000), Date.parse("2026-11-21T11:00Z")],
    ["timestamp", at.dt.timestamp("s"), moment / 1000],
    ["strftime", at.dt.strftime("%d.%m.%Y %H:%M"), "21.11.2026 10:42"],
    ["a duration", at.sub(literal(0).cast("datetime")).dt.hours(), Math.floor(moment / 3_600_000)],
    ["no duration", at.dt.floor(literal(0).cast("duration")), ERROR],
  ])("%s", (_, expression, expected) => {
    expect(one(expression, "datetime", moment)).toBe(expected);
  });

  it("refuses units, directives and durations that do not exist", () => {
    // @ts-expect-error a unit that does not exist
    expect(() => at.dt.timestamp("m")).toThrow(/no unit "m"/);
    expect(() => at.dt.strftime("%Y %Q")).toThrow(/no directive "%Q"/);
    expect(() => at.dt.strftime("100%")).toThrow(/no directive "%"/);
    expect(() => at.dt.floor("an hour")).toThrow(/TP_EXPRESSION_TYPE/);
    expect(() => f.dt.year()).toThrow(/cast\("datetime"\)/);
  });
});

it("tuples are taken apart", () => {
  const pair = makeTuple(s, s.str.len(), null);
  expect(one(pair, "str", "ab")).toEqual(["ab", 2, null]);
  expect(one(pair.get(0).str.upper(), "str", "ab")).toBe("AB");
  expect(one(pair.get(-1), "str", "ab")).toBe(null);
  expect(one(makeTuple(s.cast("bigint")).toStr(), "str", "5")).toBe(ERROR);
});

it.each([
  [[1, 2], [1, 3], true],
  [[1, 2], [1, 2], false],
  [[1, 3], [1, 2], false],
  [[1], [1, 0], true],
  [[2], [1, 0], false],
  [[1, null], [1, 0], true],
  [[1, 0], [1, null], false],
  [[[1, "a"], 1], [[1, "b"], 0], true],
  [[1, "a"], [1, 2], ERROR],
])("%j comes before %j: %s", (left, right, before) => {
  const tuple = (values: readonly unknown[]) => makeTuple(...(values as [number, number]));
  // To the compiler a text: what it knows to be a tuple has no `lt`.
  const whole = (values: readonly unknown[]) =>
    tuple(values.map((value) => (Array.isArray(value) ? tuple(value) : value))) as unknown as typeof s;
  expect(one(whole(left).lt(whole(right)), "str", "x")).toBe(before);
});

it("writes calls as the user would", () => {
  expect(formatExpression(s.str.replace("a", "b").str.parseInt({ optional: true }).node)).toBe(
    's.str.replace("a", "b").str.parseInt({ optional: true })',
  );
  expect(formatExpression(makeTuple(s.str.parseBool(), 1).node)).toBe("makeTuple(s.str.parseBool(), 1)");
  expect(formatExpression(at.dt.timestamp("s").node)).toBe('at.dt.timestamp("s")');
});
