import { describe, expect, test } from "vitest";
import { type CsvOptions, csv } from "../../../connectors/formats/csv.ts";
import { columnsOf, type Outcome, type Payload, packed, parse } from "./packed.ts";

const order = columnsOf({ id: "int", name: "str", amount: "float?" });

/** Offers messages until one is the header, and parses from there. */
function read(payloads: readonly Payload[], columns = order, options: CsvOptions = {}): Outcome {
  const messages = packed(payloads);
  const parser = csv.parser.create(columns, options);
  let header = 0;
  while (parser.ready === false && !parser.offerHeader?.(messages, header)) {
    if (++header === payloads.length) throw new Error("no header");
  }
  return parse(parser, columns, messages);
}

const valuesOf = (outcome: Outcome): unknown[] => {
  expect(outcome.rejected).toStrictEqual([]);
  return outcome.rows.map((row) => Object.values(row.values));
};

describe("the header", () => {
  const isHeader = (payload: Payload, columns = order): boolean =>
    csv.parser.create(columns, {}).offerHeader?.(packed([payload]), 0) === true;

  test.each([
    ["id,name,amount", true],
    ["amount,x,id,name", true],
    ["\ufeffid,name,amount\r\n", true],
    ['"id","name","amount"', true],
    ["id,name", false],
    ["id;name;amount", false],
    ["id, name,amount", false],
    ["1,a,2", false],
    ["", false],
    [null, false],
    [Buffer.from([0xff]), false],
  ] as [Payload, boolean][])("is the first message with every needed name: case %#", (payload, expected) => {
    expect(isHeader(payload)).toBe(expected);
  });

  test("need not name columns with a default", () => {
    const columns = columnsOf({ id: "int", currency: ["str", "EUR"] });
    expect(isHeader("id", columns)).toBe(true);
    expect(valuesOf(read(["id", "1"], columns))).toStrictEqual([[1, "EUR"]]);
    expect(valuesOf(read(["currency,id", "USD,1"], columns))).toStrictEqual([[1, "USD"]]);
    expect(isHeader("1", columnsOf({ currency: ["str", "EUR"] }))).toBe(false);
  });

  test("matches by name and ignores extra columns", () => {
    expect(valuesOf(read(["x,amount,name,id", "y,1.5,a,1"]))).toStrictEqual([[1, "a", 1.5]]);
  });

  test("is a row when it is sent again", () => {
    const columns = columnsOf({ value: "str" });
    expect(valuesOf(read(["value", "1", "value"], columns))).toStrictEqual([["1"], ["value"]]);
  });

  test("may be followed by rows in its own message", () => {
    const { rows } = read(["id,name,amount\n1,a,1\n2,b,2\n", "3,c,3"]);
    expect(rows.map((row) => [row.values.id, row.offset, row.ordinal])).toStrictEqual([
      [1, 0, 0],
      [2, 0, 1],
      [3, 1, 0],
    ]);
  });

  test("is kept by a checkpoint, and known when its message comes again", () => {
    const messages = packed(["amount,name,id", "1.5,a,1"]);
    const first = csv.parser.create(order, {});
    expect(first.save?.()).toBeNull();
    first.offerHeader?.(messages, 0);
    const second = csv.parser.create(order, {});
    second.load?.(JSON.parse(JSON.stringify(first.save?.())));
    expect(second.ready).toBe(true);
    expect(valuesOf(parse(second, order, messages))).toStrictEqual([[1, "a", 1.5]]);
  });

  test("is not expected with header: false", () => {
    expect(
      valuesOf(
        read(["1,a,2", "id,name,amount".replace("id", "3").replace("amount", "4")], order, { header: false }),
      ),
    ).toStrictEqual([
      [1, "a", 2],
      [3, "name", 4],
    ]);
  });
});

describe("what csv reads", () => {
  const line = (text: string, options: CsvOptions = {}): unknown[] =>
    valuesOf(read([text], order, { header: false, ...options }));

  test("several lines, with LF, CRLF and neither at the end", () => {
    expect(line("1,a,1\n2,b,2\r\n3,c,3")).toStrictEqual([
      [1, "a", 1],
      [2, "b", 2],
      [3, "c", 3],
    ]);
    expect(line("1,a,1\r\n")).toStrictEqual([[1, "a", 1]]);
    expect(line("1,a,1\r")).toStrictEqual([[1, "a", 1]]);
    expect(line("1,a\rb,1")).toStrictEqual([[1, "a\rb", 1]]);
  });

  test("quotes", () => {
    expect(line('1,"a,b",1')).toStrictEqual([[1, "a,b", 1]]);
    expect(line('1,"a ""b""",1\r\n2,"line\nbreak\r\n",2')).toStrictEqual([
      [1, 'a "b"', 1],
      [2, "line\nbreak\r\n", 2],
    ]);
    expect(line('"1",a "quoted" word,"1.5"')).toStrictEqual([[1, 'a "quoted" word', 1.5]]);
    expect(line("1,'a,b',1", { quote: "'" })).toStrictEqual([[1, "a,b", 1]]);
    expect(line('1;"a;b";1', { delimiter: ";" })).toStrictEqual([[1, "a;b", 1]]);
    expect(line("1\ta\t1", { delimiter: "\t" })).toStrictEqual([[1, "a", 1]]);
  });

  test("texts as they are, empty cells, a byte order mark", () => {
    expect(line("1, é€𝄞 ,")).toStrictEqual([[1, " é€𝄞 ", null]]);
    expect(line('1,"",""')).toStrictEqual([[1, "", null]]);
    expect(line("\ufeff1,a,1")).toStrictEqual([[1, "a", 1]]);
  });

  test("an empty message is a row of one empty cell", () => {
    const columns = columnsOf({ value: "str" });
    expect(valuesOf(read(["", "\n", "\r\n"], columns, { header: false }))).toStrictEqual([[""], [""], [""]]);
  });

  test("every type", () => {
    const types = {
      b: "bool",
      y: "bytes",
      j: "json",
      g: "bigint",
      at: "datetime",
      d: "duration",
      a: "any",
      n: "json?",
    };
    const text = 'TRUE,AQI=,"{""a"":[1]}",12345678901234567890,2024-01-01,1h,x,';
    expect(valuesOf(read([text], columnsOf(types), { header: false }))).toStrictEqual([
      [true, Buffer.from([1, 2]), { a: [1] }, 12345678901234567890n, Date.UTC(2024), 3_600_000, "x", null],
    ]);
  });

  test("a row of 1 MB", () => {
    const text = "é,".repeat(300_000);
    expect(line(`1,"${text}",2`)).toStrictEqual([[1, text, 2]]);
  });
});

const refused: [name: string, payload: Payload, code: string, detail: string][] = [
  ["null payload", null, "TP_ROW_NULL", "has no payload"],
  ["too few cells", "1,a", "TP_ROW_BAD_CSV", "2 cells where 3 are expected: `1,a`"],
  ["too many cells", "1,a,2,b", "TP_ROW_BAD_CSV", "4 cells where 3 are expected"],
  ["empty", "", "TP_ROW_BAD_CSV", "1 cell where 3 are expected"],
  ["an empty line", "1,a,2\n\n2,b,3", "TP_ROW_BAD_CSV", "in line 2, 1 cell where 3"],
  ["open quote", '1,"a,2', "TP_ROW_BAD_CSV", "a quote is never closed"],
  ["text after a quote", '1,"a"b,2', "TP_ROW_BAD_CSV", "text follows a closing quote"],
  ["bad int", "x,a,2", "TP_ROW_BAD_VALUE", 'column "id": "x" is not an int'],
  ["spaces around a number", " 1,a,2", "TP_ROW_BAD_VALUE", 'column "id": " 1" is not an int'],
  ["empty int", ",a,2", "TP_ROW_BAD_VALUE", 'column "id": "" is not an int'],
  ["beyond 2^53", "9007199254740993,a,2", "TP_INT_RANGE", "9007199254740993 is not a safe integer"],
  [
    "bad float in line 2",
    "1,a,1\n2,b,x",
    "TP_ROW_BAD_VALUE",
    'in line 2, column "amount": "x" is not a float?',
  ],
  ["bad UTF-8", Buffer.from([0x31, 0x2c, 0xff, 0x2c, 0x31]), "TP_ROW_BAD_ENCODING", "byte 0xff at byte 2"],
];

test.each(refused)("csv rejects %s", (_, payload, code, detail) => {
  const { rows, rejected } = read(["1,a,1", payload, "2,b,2"], order, { header: false });
  expect(rejected).toStrictEqual([{ message: 1, code, detail: expect.stringContaining(detail) }]);
  expect(rows.map((row) => row.offset)).toStrictEqual([0, 2]);
});

test.each([
  { delimiter: "" },
  { delimiter: ",," },
  { delimiter: "\n" },
  { delimiter: '"' },
  { quote: "é" },
  { quote: "," },
])("csv refuses the options %j", (options) => {
  expect(() => csv.parser.create(order, options)).toThrow(
    expect.objectContaining({ code: "TP_BAD_ARGUMENT" }),
  );
});
