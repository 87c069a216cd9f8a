import { describe, expect, test } from "vitest";
import { coerce, coerceText, Failed } from "../../../lib/data/coerce.ts";
import { typeOf } from "../../../lib/data/schema.ts";
import { JSON_DEPTH_MAX } from "../../../lib/data/value.ts";
import type { ErrorCode } from "../../../lib/errors.ts";

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

const cycle: Record<string, unknown> = {};
cycle.self = cycle;

const accepted: [type: string, given: unknown, result: unknown][] = [
  ["int", 3, 3],
  ["int", -0, 0],
  ["int", Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ["int?", null, null],
  ["int?", undefined, null],
  ["float", 1.5, 1.5],
  ["float", "NaN", Number.NaN],
  ["float", "-Infinity", Number.NEGATIVE_INFINITY],
  ["float", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ["str", "", ""],
  ["str", "𝄞", "𝄞"],
  ["bool", false, false],
  ["bytes", "AQI=", Buffer.from([1, 2])],
  ["bytes", "AQI", Buffer.from([1, 2])],
  ["bytes", "", Buffer.alloc(0)],
  ["bytes", Uint8Array.of(7), Uint8Array.of(7)],
  ["json", { a: [1, null, "x"] }, { a: [1, null, "x"] }],
  ["json", nested(JSON_DEPTH_MAX), nested(JSON_DEPTH_MAX)],
  ["bigint", 5n, 5n],
  ["bigint", 5, 5n],
  ["bigint", "-123456789012345678901234567890", -123456789012345678901234567890n],
  ["datetime", "1970-01-01", 0],
  ["datetime", "2024-02-29T12:34:56.789Z", Date.UTC(2024, 1, 29, 12, 34, 56, 789)],
  ["datetime", "2024-02-29 12:34", Date.UTC(2024, 1, 29, 12, 34)],
  ["datetime", "2024-02-29T12:34:56.7899999+01:30", Date.UTC(2024, 1, 29, 11, 4, 56, 789)],
  ["datetime", "-000001-12-31T00:00:00Z", Date.UTC(-1, 11, 31)],
  ["datetime", new Date(5), 5],
  ["datetime", -0.5, -1],
  ["duration", 1.5, 1.5],
  ["duration", "10s", 10_000],
  ["duration", "5m", 300_000],
  ["duration", "1h", 3_600_000],
  ["duration", "2d", 172_800_000],
  ["duration", "250ms", 250],
  ["duration", "-1.5s", -1500],
  ["pointer", "6FA459EA-ee8a-4ca4-894e-db77e160355e", "6fa459ea-ee8a-4ca4-894e-db77e160355e"],
  ["any", 10n, 10n],
  ["any", Number.NaN, Number.NaN],
  ["any", { a: 1 }, { a: 1 }],
  ["any", [Infinity, 1n, Buffer.of(1), [Number.NaN, null]], [Infinity, 1n, Buffer.of(1), [Number.NaN, null]]],
];

type Refused<T> = [type: string, given: T, detail: string | RegExp, code?: ErrorCode];

const refused: Refused<unknown>[] = [
  ["int", 1.5, "1.5 is not an int"],
  ["int", 2 ** 53, "9007199254740992 is not a safe integer", "TP_INT_RANGE"],
  ["int", Number.NaN, "NaN is not a safe integer", "TP_INT_RANGE"],
  ["int", "3", '"3" is not an int'],
  ["int", null, "null is not allowed in a column of type int"],
  ["int?", true, "true is not an int?"],
  ["float", "1.5", '"1.5" is not a float'],
  ["str", 1, "1 is not a str"],
  ["str", "a\ud800", /half a surrogate pair/, "TP_ROW_BAD_ENCODING"],
  ["bool", 1, "1 is not a bool"],
  ["bytes", "A", '"A" is not a bytes'],
  ["bytes", "AQ=", '"AQ=" is not a bytes'],
  ["bytes", "AQ!=", '"AQ!=" is not a bytes'],
  ["json", { a: Number.NaN }, "JSON has no NaN"],
  ["json", { a: [1n] }, "JSON has no 1n"],
  ["json", new Date(0), "JSON has no a Date"],
  ["json", () => 1, "JSON has no a function"],
  ["json", nested(JSON_DEPTH_MAX + 1), /nested deeper/, "TP_ROW_TOO_DEEP"],
  ["json", cycle, /nested deeper/, "TP_ROW_TOO_DEEP"],
  ["bigint", "1.5", '"1.5" is not a bigint'],
  ["bigint", 1e300, /not a safe integer/, "TP_INT_RANGE"],
  ["datetime", "2023-02-29", '"2023-02-29" is not a datetime'],
  ["datetime", "2024-01-01T24:00", /is not a datetime/],
  ["datetime", "yesterday", '"yesterday" is not a datetime'],
  ["datetime", 8.64e15 + 2, /is not a datetime/],
  ["datetime", new Date(Number.NaN), /is not a datetime/],
  ["duration", "10", '"10" is not a duration'],
  ["duration", "1w", '"1w" is not a duration'],
  ["duration", Number.NaN, "NaN is not a duration"],
  ["pointer", "1", '"1" is not a pointer'],
  ["any", Symbol("x"), "JSON has no a symbol"],
  ["any", [[Symbol("x")]], "JSON has no a symbol"],
  ["any", { a: [Number.NaN] }, "JSON has no NaN"],
  ["json", [Number.NaN], "JSON has no NaN"],
];

describe("coerce", () => {
  test.each(accepted)("%s takes case %#", (type, given, result) => {
    expect(coerce(given, typeOf(type, "c"))).toStrictEqual(result);
  });

  test.each(refused)("%s refuses case %#", (...[type, given, detail, code]) => {
    expectFailed(coerce(given, typeOf(type, "c")), detail, code);
  });

  test("names of prototypes are data", () => {
    const given = JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":{"b":2}}}');
    const copy = coerce(given, typeOf("json", "c")) as object;
    expect(Object.keys(copy)).toStrictEqual(["__proto__", "constructor"]);
    expect(JSON.stringify(copy)).toBe(JSON.stringify(given));
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  test("a json value is a copy", () => {
    const given = { a: [1] };
    const copy = coerce(given, typeOf("any", "c"));
    given.a.push(2);
    expect(copy).toStrictEqual({ a: [1] });
  });

  test("a long value is cut in the detail", () => {
    const failed = coerce("x".repeat(1_000_000), typeOf("int", "c")) as Failed;
    expect(failed.detail.length).toBeLessThan(110);
  });
});

const acceptedTexts: [type: string, text: string, result: unknown][] = [
  ["int", "007", 7],
  ["int", "+5", 5],
  ["int", "-0", 0],
  ["float", "1.", 1],
  ["float", ".5e-3", 0.0005],
  ["float", "Infinity", Number.POSITIVE_INFINITY],
  ["str", "", ""],
  ["str?", "", null],
  ["str", " a ", " a "],
  ["int?", "", null],
  ["bool", "TRUE", true],
  ["bool", "0", false],
  ["bytes", "", Buffer.alloc(0)],
  ["json", ' {"a":[1]} ', { a: [1] }],
  ["json?", "null", null],
  ["bigint", "99999999999999999999", 99999999999999999999n],
  ["datetime", "86400000", 86_400_000],
  ["datetime", "1970-01-02", 86_400_000],
  ["duration", "250", 250],
  ["duration", "1h", 3_600_000],
  ["any", "5", "5"],
];

const refusedTexts: Refused<string>[] = [
  ["int", "", '"" is not an int'],
  ["int", "1.0", '"1.0" is not an int'],
  ["int", " 1", '" 1" is not an int'],
  ["int", "0x10", '"0x10" is not an int'],
  ["int", "9007199254740993", "9007199254740993 is not a safe integer", "TP_INT_RANGE"],
  ["float", "1,5", '"1,5" is not a float'],
  ["float", "1e999", "1e999 is beyond the range of a float"],
  ["float", "nan", '"nan" is not a float'],
  ["bool", "yes", '"yes" is not a bool'],
  ["json", "{", '"{" is not JSON'],
  ["json", "null", "null is not allowed in a column of type json"],
  ["json", "[".repeat(20_000), "a JSON value is nested deeper than 500 levels", "TP_ROW_TOO_DEEP"],
];

describe("coerceText", () => {
  test.each(acceptedTexts)("%s takes %j", (type, text, result) => {
    expect(coerceText(text, typeOf(type, "c"))).toStrictEqual(result);
  });

  test.each(refusedTexts)("%s refuses case %#", (...[type, text, detail, code]) => {
    expectFailed(coerceText(text, typeOf(type, "c")), detail, code);
  });
});

function expectFailed(result: unknown, detail: string | RegExp, code: ErrorCode = "TP_ROW_BAD_VALUE"): void {
  expect(result).toBeInstanceOf(Failed);
  const failed = result as Failed;
  expect(failed.detail).toEqual(typeof detail === "string" ? detail : expect.stringMatching(detail));
  expect(failed.code).toBe(code);
}
