import { describe, expect, test } from "vitest";
import { json } from "../../../connectors/formats/json.ts";
import { columnsOf, type Outcome, type Payload, packed, parse } from "./packed.ts";

const order = columnsOf({ id: "int", name: "str?", amount: "float" });

function read(columns = order, ...payloads: Payload[]): Outcome {
  return parse(json.parser.create(columns), columns, packed(payloads));
}

/** The values of the only row of the only message. */
function valuesOf(types: Record<string, string | readonly [string, unknown]>, payload: Payload): unknown[] {
  const columns = columnsOf(types);
  const { rows, rejected } = read(columns, payload);
  expect(rejected).toStrictEqual([]);
  return rows.flatMap((row) => columns.map(({ name }) => row.values[name]));
}

describe("what json reads", () => {
  test("an object is a row, an array of objects several", () => {
    const { rows, rejected } = read(
      order,
      '{"id":1,"name":"a","amount":1.5}',
      ' [ {"id":2,"amount":0} , {"amount":-0,"id":3,"name":null} ] ',
      "[]",
      '{"amount":4,"id":4}',
    );
    expect(rejected).toStrictEqual([]);
    expect(rows).toStrictEqual([
      { values: { id: 1, name: "a", amount: 1.5 }, offset: 0, ordinal: 0 },
      { values: { id: 2, name: null, amount: 0 }, offset: 1, ordinal: 0 },
      { values: { id: 3, name: null, amount: 0 }, offset: 1, ordinal: 1 },
      { values: { id: 4, name: null, amount: 4 }, offset: 3, ordinal: 0 },
    ]);
  });

  test("a byte order mark and unknown fields are ignored", () => {
    expect(valuesOf({ id: "int" }, '\ufeff{"x":[{"y":"\\u00e9"}],"id":7}')).toStrictEqual([7]);
  });

  test("the last of several fields with one name counts, and is judged alone", () => {
    expect(valuesOf({ id: "int" }, '{"id":"x","id":1,"id":2}')).toStrictEqual([2]);
    expect(valuesOf({ id: "int" }, '{"id":1,"\\u0069d":3}')).toStrictEqual([3]);
    expect(valuesOf({ id: "int?" }, '{"id":null,"id":2}')).toStrictEqual([2]);
    expect(valuesOf({ id: "int?" }, '{"id":1,"id":null}')).toStrictEqual([null]);
    expect(valuesOf({ s: "str?" }, '{"s":null,"s":"x"}')).toStrictEqual(["x"]);
    expect(valuesOf({ b: "bigint" }, '{"b":1,"b":9007199254740993}')).toStrictEqual([9007199254740993n]);
  });

  test("names of prototypes are data", () => {
    const types = { ["__proto__"]: "json", constructor: "str", toString: "int?" };
    const payload = '{"__proto__":{"polluted":1},"constructor":"c","x":{"__proto__":{"polluted":1}}}';
    expect(valuesOf(types, payload)).toStrictEqual([{ polluted: 1 }, "c", null]);
    expect(valuesOf(types, payload.replace('"c"', '"\\u0063"'))).toStrictEqual([{ polluted: 1 }, "c", null]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("the commit marker inside a text is data", () => {
    expect(valuesOf({ name: "str" }, '{"name":"*COMMIT*"}')).toStrictEqual(["*COMMIT*"]);
  });

  test("a row of 1 MB", () => {
    const text = "é".repeat(500_000);
    expect(valuesOf({ text: "str" }, JSON.stringify({ text }))).toStrictEqual([text]);
    expect(valuesOf({ text: "str" }, JSON.stringify({ text: `\n${text}` }))).toStrictEqual([`\n${text}`]);
    expect(valuesOf({ id: "int" }, JSON.stringify({ text, id: 1 }))).toStrictEqual([1]);
  });

  test.each(["", "a", "é€𝄞", '"\\/\b\f\n\r\t', "\u0000\u001f\u007f", "\u2028\uffff", "𝄞".repeat(100)])(
    "text %#, as it is and escaped",
    (text) => {
      expect(valuesOf({ text: "str" }, JSON.stringify({ text }))).toStrictEqual([text]);
      const units = Array.from({ length: text.length }, (_, i) =>
        text.charCodeAt(i).toString(16).padStart(4, "0"),
      );
      expect(
        valuesOf({ text: "str" }, `{"text":"${units.map((unit) => `\\u${unit}`).join("")}"}`),
      ).toStrictEqual([text]);
    },
  );

  test("every type, and null for the optional", () => {
    const types = {
      int: "int?",
      float: "float?",
      str: "str?",
      bool: "bool?",
      bytes: "bytes?",
      json: "json?",
      bigint: "bigint?",
      datetime: "datetime?",
      duration: "duration?",
      pointer: "pointer?",
      any: "any?",
    };
    const pointer = "6fa459ea-ee8a-4ca4-894e-db77e160355e";
    const message = {
      int: -5,
      float: "Infinity",
      str: "s",
      bool: true,
      bytes: "AQI=",
      json: { b: [1, { a: null }] },
      bigint: "12345678901234567890",
      datetime: "2024-01-01T00:00:00.5+01:00",
      duration: "5m",
      pointer,
      any: ["x"],
    };
    const expected = [-5, Number.POSITIVE_INFINITY, "s", true, Buffer.from([1, 2]), { b: [1, { a: null }] }];
    expect(valuesOf(types, JSON.stringify(message))).toStrictEqual([
      ...expected,
      12345678901234567890n,
      Date.UTC(2023, 11, 31, 23, 0, 0, 500),
      300_000,
      pointer,
      ["x"],
    ]);
    const nulls = Object.fromEntries(Object.keys(types).map((name) => [name, null]));
    expect(valuesOf(types, JSON.stringify(nulls))).toStrictEqual(Object.keys(types).map(() => null));
    expect(valuesOf(types, "{}")).toStrictEqual(Object.keys(types).map(() => null));
  });

  test("defaults, where a field is missing but not where it is null", () => {
    const types = {
      n: ["int", 7],
      s: ["str?", "x"],
      j: ["json", { a: 1 }],
      at: ["datetime", "1970-01-02"],
    } as const;
    expect(valuesOf(types, "{}")).toStrictEqual([7, "x", { a: 1 }, 86_400_000]);
    expect(valuesOf(types, '{"s":null,"n":1,"j":2,"at":0}')).toStrictEqual([1, null, 2, 0]);
  });

  test("numbers at the edges", () => {
    expect(valuesOf({ i: "int" }, '{"i":9007199254740991}')).toStrictEqual([9007199254740991]);
    expect(valuesOf({ i: "int" }, '{"i":1.5e1}')).toStrictEqual([15]);
    expect(valuesOf({ f: "float" }, '{"f":9007199254740993}')).toStrictEqual([9007199254740992]);
    expect(valuesOf({ f: "float" }, '{"f":0.30000000000000004}')).toStrictEqual([0.30000000000000004]);
    expect(valuesOf({ b: "bigint" }, '{"b":9007199254740993}')).toStrictEqual([9007199254740993n]);
    expect(valuesOf({ b: "bigint" }, '[{"b":1},{"x":{"b":2},"b":-9007199254740993}]')).toStrictEqual([
      1n,
      -9007199254740993n,
    ]);
  });
});

const utf8Columns = columnsOf({ text: "str" });
const quoted = (...bytes: number[]): Uint8Array =>
  Buffer.concat([Buffer.from('{"text":"'), Buffer.from(bytes), Buffer.from('"}')]);

const refused: [name: string, payload: Payload, code: string, detail: string][] = [
  ["null payload", null, "TP_ROW_NULL", "has no payload"],
  ["empty", "", "TP_ROW_BAD_JSON", "it is empty"],
  ["spaces", " \n", "TP_ROW_BAD_JSON", "it is empty"],
  ["cut short", '{"id":1,"amount":', "TP_ROW_BAD_JSON", "it ends too early"],
  ["cut in a text", '{"id":1,"amount":1,"x":"abc', "TP_ROW_BAD_JSON", "it ends too early"],
  ["trailing comma", '{"id":1,"amount":1,}', "TP_ROW_BAD_JSON", "unexpected character at position 19"],
  ["text after it", '{"id":1,"amount":1} x', "TP_ROW_BAD_JSON", "unexpected character at position 20"],
  ["two objects", '{"id":1,"amount":1}{"id":1,"amount":1}', "TP_ROW_BAD_JSON", "at position 19"],
  ["single quotes", "{'id':1}", "TP_ROW_BAD_JSON", "at position 1"],
  ["leading zero", '{"id":01,"amount":1}', "TP_ROW_BAD_JSON", "at position 7"],
  ["NaN", '{"id":1,"amount":NaN}', "TP_ROW_BAD_JSON", "at position 17"],
  ["bad escape", '{"id":1,"amount":1,"name":"\\x"}', "TP_ROW_BAD_JSON", "at position 28"],
  ["control character", '{"id":1,"amount":1,"name":"a\nb"}', "TP_ROW_BAD_JSON", "at position 28"],
  [
    "malformed where nobody looks",
    '{"id":1,"amount":1,"x":[1,{"y":tru}]}',
    "TP_ROW_BAD_JSON",
    "at position 34",
  ],
  ["missing brace where nobody looks", '{"id":1,"amount":1,"x":[1,2}', "TP_ROW_BAD_JSON", "at position 27"],
  ["a number", "1", "TP_ROW_BAD_JSON", "stands where an object was expected"],
  ["null", "null", "TP_ROW_BAD_JSON", "stands where an object was expected"],
  ["array in an array", '[{"id":1,"amount":1},[]]', "TP_ROW_BAD_JSON", "in item 1 of the array"],
  [
    "bad row in an array",
    '[{"id":1,"amount":1},{"id":"x","amount":1}]',
    "TP_ROW_BAD_VALUE",
    'item 1 of the array, column "id"',
  ],
  ["missing column", '{"id":1}', "TP_ROW_MISSING_COLUMN", 'column "amount" is missing in `{"id":1}`'],
  ["wrong type", '{"id":"1","amount":1}', "TP_ROW_BAD_VALUE", 'column "id": "1" is not an int'],
  ["null where not allowed", '{"id":null,"amount":1}', "TP_ROW_BAD_VALUE", "null is not allowed"],
  [
    "beyond 2^53",
    '{"id":9007199254740993,"amount":1}',
    "TP_INT_RANGE",
    "9007199254740993 is not a safe integer",
  ],
  ["far beyond 2^53", '{"id":1e400,"amount":1}', "TP_INT_RANGE", "1e400 is not a safe integer"],
  ["fraction in int", '{"id":1.5,"amount":1}', "TP_ROW_BAD_VALUE", "1.5 is not an int"],
  ["beyond doubles", '{"id":1,"amount":-1e999}', "TP_ROW_BAD_VALUE", "-1e999 is beyond the range of a float"],
  [
    "20,000 deep",
    `{"id":1,"amount":1,"x":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
    "TP_ROW_TOO_DEEP",
    "500 levels",
  ],
  ["20,000 deep and cut", "[".repeat(20_000), "TP_ROW_TOO_DEEP", "500 levels"],
];

const badUtf8: [name: string, payload: Uint8Array][] = [
  ["a lone continuation", quoted(0x80)],
  ["a cut character", quoted(0xe2, 0x82)],
  ["an overlong form", quoted(0xc0, 0xaf)],
  ["a surrogate", quoted(0xed, 0xa0, 0x80)],
  ["above U+10FFFF", quoted(0xf4, 0x90, 0x80, 0x80)],
  ["UTF-16", Buffer.from('{"text":"a"}', "utf16le").fill(0xff, 0, 1)],
];

describe("what json rejects", () => {
  test.each(refused)("%s", (_, payload, code, detail) => {
    const good = '{"id":1,"amount":1}';
    const { rows, rejected } = read(order, good, payload, good);
    expect(rejected).toStrictEqual([{ message: 1, code, detail: expect.stringContaining(detail) }]);
    expect(rejected[0].detail.length).toBeLessThan(200);
    expect(rows.map((row) => row.offset)).toStrictEqual([0, 2]);
  });

  test.each(badUtf8)("%s, wherever it stands", (_, payload) => {
    for (const columns of [utf8Columns, columnsOf({ id: "int?" })]) {
      const { rows, rejected } = parse(json.parser.create(columns), columns, packed([payload]));
      expect(rows).toStrictEqual([]);
      expect(rejected).toStrictEqual([
        { message: 0, code: "TP_ROW_BAD_ENCODING", detail: expect.stringContaining("is not UTF-8") },
      ]);
    }
  });

  test.each([
    "\\ud800",
    "\\udc00",
    "\\udc00\\udc00",
    "\\ud800\\ud800",
    "\\ud800x",
    "\\ud800\\n",
    "\\udfff\\ud800",
  ])("half a surrogate pair, which UTF-8 cannot hold: %j", (half) => {
    const messages = packed([`{"text":"a${half}"}`, `{"text":"${half}a"}`]);
    const { rejected } = parse(json.parser.create(utf8Columns), utf8Columns, messages);
    expect(rejected.map(({ code }) => code)).toStrictEqual(["TP_ROW_BAD_ENCODING", "TP_ROW_BAD_ENCODING"]);
  });

  test("the deepest that is allowed is read, one more is not", () => {
    const columns = columnsOf({ id: "int", j: "json?" });
    const nested = (depth: number): string => `{"id":1,"j":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
    for (const needed of [
      [true, true],
      [true, false],
    ]) {
      const parser = json.parser.create(columns);
      const messages = packed([nested(500), nested(501), `[${nested(499)}]`, `[${nested(500)}]`]);
      const { rows, rejected } = parse(parser, columns, messages, needed);
      expect(rows.map((row) => row.offset)).toStrictEqual([0, 2]);
      expect(rejected.map(({ message, code }) => [message, code])).toStrictEqual([
        [1, "TP_ROW_TOO_DEEP"],
        [3, "TP_ROW_TOO_DEEP"],
      ]);
    }
  });
});
