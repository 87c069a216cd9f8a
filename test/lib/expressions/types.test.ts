import { describe, expect, it } from "vitest";
import { formatType } from "../../../lib/data/type.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { apply } from "../../../lib/expressions/apply.ts";
import { callNode, castNode } from "../../../lib/expressions/build.ts";
import { coalesce, ifElse, literal } from "../../../lib/expressions/conditionals.ts";
import { type Expression, toNode } from "../../../lib/expressions/expression.ts";
import { formatExpression } from "../../../lib/expressions/format.ts";
import type { FunctionName } from "../../../lib/expressions/functions/index.ts";
import { column, columnNode } from "./cells.ts";

function typeOfCall(name: FunctionName, types: readonly string[]): string {
  return formatType(
    callNode(
      name,
      types.map((type, i) => columnNode("abc"[i] as string, type, i)),
    ).type,
  );
}

/** The error of a call that must fail. */
function errorOf(build: () => unknown): TowpathError {
  try {
    build();
  } catch (error) {
    if (error instanceof TowpathError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const accepted: [name: FunctionName, operands: string[], result: string][] = [
  ["add", ["int", "int"], "int"],
  ["add", ["int", "float"], "float"],
  ["add", ["str", "str"], "str"],
  ["add", ["bigint", "bigint"], "bigint"],
  ["add", ["datetime", "duration"], "datetime"],
  ["add", ["duration", "datetime"], "datetime"],
  ["add", ["duration", "duration"], "duration"],
  ["add", ["any", "int"], "float"],
  ["add", ["str", "any?"], "str"],
  ["add", ["any", "bigint"], "bigint"],
  ["add", ["any?", "any"], "any"],
  ["sub", ["datetime", "datetime"], "duration"],
  ["sub", ["datetime", "duration"], "datetime"],
  ["mul", ["duration", "int"], "duration"],
  ["mul", ["float", "duration"], "duration"],
  ["div", ["int", "int"], "float"],
  ["div", ["duration", "duration"], "float"],
  ["div", ["duration", "float"], "duration"],
  ["floorDiv", ["int", "int"], "int"],
  ["floorDiv", ["float", "int"], "float"],
  ["floorDiv", ["duration", "duration"], "int"],
  ["mod", ["duration", "duration"], "duration"],
  ["pow", ["int", "int"], "int"],
  ["pow", ["int", "float"], "float"],
  ["neg", ["duration"], "duration"],
  ["eq", ["int?", "float"], "bool"],
  ["eq", ["any", "str"], "bool"],
  ["lt", ["bytes", "bytes"], "bool"],
  ["lt", ["any?", "int"], "bool"],
  ["and", ["bool", "any"], "bool"],
  ["isNull", ["json?"], "bool"],
  ["unwrap", ["int?"], "int"],
  ["require", ["int", "str?"], "int?"],
  ["require", ["int", "str"], "int"],
  ["coalesce", ["int?", "float"], "float"],
  ["coalesce", ["int?", "int?"], "int?"],
  ["coalesce", ["any?", "int"], "any"],
  ["ifElse", ["bool", "int", "float?"], "float?"],
  ["ifElse", ["any?", "str", "str"], "str"],
  ["fillError", ["int", "int?"], "int?"],
  ["toStr", ["int?"], "str?"],
  ["toStr", ["any?"], "str"],
];

it.each(accepted)("%s of %j is %s", (name, operands, result) => {
  expect(typeOfCall(name, operands)).toBe(result);
});

const refused: [name: FunctionName, operands: string[], hint: RegExp][] = [
  ["add", ["int?", "int"], /coalesce/],
  ["add", ["int", "str"], /toStr/],
  ["add", ["datetime", "datetime"], /datetime ± duration/],
  ["add", ["datetime", "int"], /cast\("duration"\)/],
  ["add", ["json", "int"], /json/],
  ["add", ["bigint", "int"], /1n/],
  ["sub", ["str", "str"], /Cast the text/],
  ["mul", ["bool", "int"], /numbers/],
  ["div", ["bigint", "bigint"], /floorDiv/],
  ["div", ["int", "duration"], /duration/],
  ["neg", ["str"], /numbers/],
  ["neg", ["int?"], /coalesce/],
  ["eq", ["int", "str"], /cast/],
  ["eq", ["datetime", "duration"], /cast/],
  ["lt", ["int?", "int"], /coalesce/],
  ["lt", ["bool", "bool"], /no order/],
  ["lt", ["json", "json"], /no order/],
  ["and", ["bool", "int"], /bools/],
  ["and", ["bool?", "bool"], /coalesce/],
  ["not", ["int"], /bools/],
  ["ifElse", ["int", "int", "int"], /bool/],
  ["ifElse", ["bool?", "int", "int"], /coalesce/],
  ["ifElse", ["bool", "int", "str"], /one type/],
  ["coalesce", ["int", "str"], /one type/],
];

it.each(refused)("%s refuses %j", (name, operands, hint) => {
  const error = errorOf(() => typeOfCall(name, operands));
  expect(error.code).toBe("TP_EXPRESSION_TYPE");
  expect(error.hint).toMatch(hint);
  for (const type of operands) expect(error.detail).toContain(`(${type})`);
});

describe("cast", () => {
  it.each([
    ["int", "float", "float"],
    ["int?", "float", "float?"],
    ["int", "float?", "float?"],
    ["any?", "float", "float"],
    ["any", "float?", "float?"],
    ["json?", "str", "str"],
    ["json", "any", "any?"],
    ["str", "any", "any"],
    ["str?", "datetime", "datetime?"],
  ])("%s to %s is %s", (from, to, result) => {
    expect(formatType(castNode(columnNode("a", from, 0), to).type)).toBe(result);
  });

  it("refuses what has no counterpart", () => {
    expect(errorOf(() => castNode(columnNode("a", "int", 0), "pointer")).hint).toContain("float, bool");
    expect(errorOf(() => castNode(columnNode("a", "int", 0), "integer")).code).toBe("TP_BAD_ARGUMENT");
  });
});

describe("plain values take on the type of what they stand beside", () => {
  const at = column<number>("at", "datetime", 0);
  const took = column<number>("took", "duration", 0);
  const id = column<string>("id", "pointer", 0);

  it.each<[string, Expression<unknown>, string]>([
    ["milliseconds after a datetime", at.add(1000), "datetime"],
    ["milliseconds before a datetime", at.sub(1000), "datetime"],
    ["a factor of a duration", took.mul(2), "duration"],
    ["a divisor of a duration", took.div(2), "duration"],
    ["a datetime to compare with", at.lt(0), "bool"],
    ["a pointer to compare with", id.eq("00000000-0000-4000-8000-000000000000"), "bool"],
    ["a duration instead of null", coalesce(column<number | null>("t", "duration?", 0), 0), "duration"],
    ["json instead of null", coalesce(column<unknown>("j", "json?", 0), 1), "json"],
    ["null as a branch", ifElse(true, at, null), "datetime?"],
    ["a float among ints", column<number>("n", "int", 0).add(0.5), "float"],
  ])("%s", (_, expression, type) => {
    expect(formatType(expression.node.type)).toBe(type);
  });

  it("refuses null in arithmetic", () => {
    // @ts-expect-error null is no number
    expect(errorOf(() => column<number>("n", "int", 0).add(null)).hint).toContain("coalesce");
  });
});

describe("errors", () => {
  it("name the operation, the operands with their types, and the line", () => {
    const price = column<number>("price", "float", 0);
    // @ts-expect-error a text is no number
    const error = errorOf(() => price.mul(2).add("x"));
    expect(error.message).toMatch(
      /^TP_EXPRESSION_TYPE: `add` cannot take price\.mul\(2\) \(float\) and "x" \(str\) \(test\/lib\/expressions\/types\.test\.ts:\d+\)\. /,
    );
  });

  it("say which values cannot stand in an expression", () => {
    // @ts-expect-error an object is no operand
    expect(errorOf(() => column<number>("n", "int", 0).add({})).hint).toContain("pw.literal");
    expect(errorOf(() => literal(() => 1)).code).toBe("TP_BAD_ARGUMENT");
    expect(errorOf(() => toNode(undefined)).code).toBe("TP_BAD_ARGUMENT");
    expect(errorOf(() => literal({ a: 1n })).code).toBe("TP_BAD_ARGUMENT");
  });

  it("refuse what apply cannot call", () => {
    const n = column<number>("n", "int", 0);
    expect(errorOf(() => apply(async (x) => x, n)).detail).toContain("async");
    // @ts-expect-error an option that does not exist
    expect(errorOf(() => apply((x: number) => x, n, { typ: "int" })).detail).toContain('"typ"');
    // @ts-expect-error a type that does not exist
    expect(errorOf(() => apply((x: number) => x, n, { type: "number" })).hint).toContain("float");
    // @ts-expect-error no function
    expect(errorOf(() => apply(null, n)).detail).toContain("null");
  });
});

it("writes expressions as the user would", () => {
  const n = column<number>("n", "int", 0);
  const odd = column<string>("two words", "str", 1);
  expect(formatExpression(ifElse(n.gt(1), odd.add("!"), n.toStr()).node)).toBe(
    'ifElse(n.gt(1), "two words".add("!"), n.toStr())',
  );
  expect(formatExpression(apply(Math.abs, n.cast("float")).node)).toBe('apply(abs, n.cast("float"))');
});
