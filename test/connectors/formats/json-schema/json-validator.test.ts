import { describe, expect, it, test } from "vitest";
import { JsonValidator } from "../../../../connectors/formats/json-schema/json-validator.ts";
import { isLinearPattern } from "../../../../connectors/formats/json-schema/linear-pattern.ts";
import { withinTime } from "../../../../connectors/formats/json-schema/within-time.ts";

test.each([
  "",
  "abc",
  "^[a-z]+$",
  "^-?[0-9]+$",
  "^(cat|dog)$",
  String.raw`^\d{4}-\d{2}$`,
  String.raw`^\p{L}*$`,
  "[+*]",
  "^[^@]+@x",
])("%j takes time in proportion to the text", (pattern) => expect(isLinearPattern(pattern)).toBe(true));

test.each([
  "(a+)+$",
  "^(a|a)*$",
  "^(a?){30}a{30}$",
  "a+$",
  "^a*a*$",
  "^a|b+$",
  String.raw`^(a)\1$`,
  "^(?=a*)$",
  "^(?<!a)b$",
  `^${"a?".repeat(30)}$`,
  "^(a{1,50}){1,50}$",
])("%j may take any time", (pattern) => expect(isLinearPattern(pattern)).toBe(false));

describe("a schema whose patterns take for ever", () => {
  const hostile = `${"a".repeat(60)}!`;

  it("refuses what they take too long for, and goes on", () => {
    const validator = new JsonValidator('{"properties":{"a":{"pattern":"^(a+)+$"}}}');
    expect(validator.failure({ a: hostile })).toBe("the patterns of its schema took longer than 250 ms");
    expect(validator.failure({ a: "aaa" })).toBeNull();
    expect(validator.failure({ a: "b" })).toContain("/a");
  });

  it("is known by the names of its fields, and by what it refers to", () => {
    const byName = new JsonValidator('{"patternProperties":{"^(a+)+$":{"type":"string"}}}');
    expect(byName.failure({ [hostile]: 1 })).toContain("250 ms");
    const text = '{"$id":"http://x/a.json","pattern":"^(a+)+$"}';
    const reference = {
      name: "http://x/a.json",
      subject: "a",
      version: 1,
      text,
      id: 1,
      type: "JSON",
      references: [],
    };
    const referring = new JsonValidator('{"$ref":"http://x/a.json"}', [reference as never]);
    expect(referring.failure(hostile)).toContain("250 ms");
  });
});

test("withinTime passes results and errors on", () => {
  expect(withinTime(() => [1], 1_000)).toEqual([1]);
  expect(() =>
    withinTime(() => {
      throw new RangeError("own");
    }, 1_000),
  ).toThrow(new RangeError("own"));
});
