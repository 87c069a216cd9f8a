import { afterAll, describe, expect, it } from "vitest";
import { formatType, typeNames } from "../../../lib/data/type.ts";
import { ERROR_VALUE as ERROR } from "../../../lib/data/value.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { callNode } from "../../../lib/expressions/build.ts";
import { toNode } from "../../../lib/expressions/expression.ts";
import { formatExpression } from "../../../lib/expressions/format.ts";
import { type FunctionName, functions } from "../../../lib/expressions/functions/index.ts";
import type { ExpressionNode } from "../../../lib/expressions/node.ts";
import { canonical } from "../../oracle/value.ts";
import { Rng, seedFrom } from "../../support/rng.ts";
import { cellsOf, columnNode, evaluate } from "./cells.ts";
import { reference, same } from "./reference.ts";

const rng = new Rng(seedFrom("TOWPATH_FUZZ_SEED"));
afterAll(() => console.log(`namespaces: TOWPATH_FUZZ_SEED=${rng.seed}`));

const ROWS = 40;
const pieces = [
  "a",
  "b",
  "A",
  "Z",
  "ab",
  " ",
  "\t",
  "\u00a0",
  "\u3000",
  "\ufeff",
  "-",
  ".",
  "1",
  "é",
  "É",
  "ß",
  "Σ",
  "İ",
  "ŉ",
  "中",
  "😀",
  "e\u0301",
  "'",
  "\u0000",
  "$&",
  "%",
];
const values: Record<string, () => unknown> = {
  str: () =>
    rng.chance(0.2)
      ? rng.pick(["yes", "OFF", "12", "-7", "1e3", "0.5", "9007199254740993", "NaN", "true"])
      : Array.from({ length: rng.below(7) }, () => rng.pick(pieces)).join(""),
  int: () =>
    rng.chance(0.8)
      ? rng.between(-6, 6)
      : rng.pick([2 ** 53 - 1, 1 - 2 ** 53, 15, 25, -25, 250, 5e15, -17, 20]),
  float: () =>
    rng.pick([
      0.5,
      1.5,
      2.5,
      -0.5,
      -1.5,
      2.675,
      1.005,
      0.125,
      0.375,
      1e22,
      1e300,
      5e-324,
      -2.5,
      4503599627370495.5,
      2 ** 53 + 2,
      25,
      35,
      -25.000000000000004,
      Number.NaN,
      1 / 0,
      -1 / 0,
      0.1,
      rng.next() * 1000,
    ]),
  bool: () => rng.chance(0.5),
  bytes: () => Buffer.from("ab"),
  json: () =>
    rng.pick<unknown>([
      [1, null, "x"],
      [],
      { a: 1, b: null, "1": "one" },
      "text",
      5,
      { a: { b: [1] } },
      JSON.parse('{"__proto__":1}'),
    ]),
  bigint: () => rng.pick([0n, -5n, 2n ** 70n]),
  datetime: () =>
    rng.chance(0.5)
      ? rng.pick([
          0, -1, 1, 951782400000, 1709164800000, -62135596800000, -62198755200000, 8.64e15, -8.64e15,
          253402300800000, 86399999, 1767225599999,
        ])
      : Math.floor((rng.next() - 0.5) * 8e12),
  duration: () =>
    rng.pick([
      0,
      1,
      -1,
      0.5,
      1000,
      1500,
      -1500.25,
      60_000,
      3_600_000,
      86_400_000,
      604_800_000,
      1e300,
      Number.MAX_VALUE,
      7,
    ]),
  pointer: () => "00000000-0000-4000-8000-000000000000",
  any: () => rng.pick<unknown>(["a b", 1, -2.5, null, [1, ["x"]], { a: 1 }, true, 5n, Number.NaN, "12"]),
};
const text = [["str"]];
const sought = [["str", "str"]];
const datetime = [["datetime"]];
const duration = [["duration"]];

/** Each function of a namespace with the types of operands that it takes. */
const signatures: Partial<Record<FunctionName, readonly (readonly string[])[]>> = {
  "str.len": text,
  "str.lower": text,
  "str.upper": text,
  "str.title": text,
  "str.swapcase": text,
  "str.reverse": text,
  "str.parseInt": text,
  "str.parseFloat": text,
  "str.parseBool": text,
  "str.strip": [["str"], ["str", "str"]],
  "str.split": [["str"], ["str", "str"]],
  "str.startsWith": sought,
  "str.endsWith": sought,
  "str.count": sought,
  "str.find": sought,
  "str.rfind": sought,
  "str.removePrefix": sought,
  "str.removeSuffix": sought,
  "str.replace": [
    ["str", "str", "str"],
    ["str", "str", "str", "int"],
  ],
  "str.slice": [
    ["str", "int"],
    ["str", "int", "int"],
  ],
  "num.abs": [["int"], ["float"], ["bigint"], ["duration"]],
  "num.floor": [["int"], ["float"]],
  "num.ceil": [["int"], ["float"]],
  "num.round": [["int"], ["float"], ["int", "int"], ["float", "int"]],
  "num.fillNull": [
    ["int", "int"],
    ["int", "float"],
    ["float", "int"],
    ["float", "float"],
    ["bigint", "bigint"],
    ["duration", "duration"],
  ],
  "dt.year": datetime,
  "dt.month": datetime,
  "dt.day": datetime,
  "dt.hour": datetime,
  "dt.minute": datetime,
  "dt.second": datetime,
  "dt.millisecond": datetime,
  "dt.weekday": datetime,
  "dt.timestamp": datetime,
  "dt.floor": [["datetime", "duration"]],
  "dt.round": [["datetime", "duration"]],
  "dt.strftime": [["datetime", "str"]],
  "dt.days": duration,
  "dt.weeks": duration,
  "dt.fromTimestamp": [["float"], ["int"]],
  "dt.toNaiveInTimezone": datetime,
  "dt.toUtc": datetime,
  "dt.strptime": [["str"]],
  "dt.hours": duration,
  "dt.minutes": duration,
  "dt.seconds": duration,
  "dt.milliseconds": duration,
  makeTuple: [[], ["str"], ["int", "str", "bigint"], ["any", "datetime", "bytes"]],
  get: [
    ["json", "int"],
    ["json", "str"],
    ["any", "int"],
    ["any", "str"],
    ["json", "str", "json"],
    ["any", "any", "any"],
    ["any", "int", "float"],
  ],
};

/** Whole quarters of an hour ahead or behind, with and without summer time, also one of half an hour. */
const zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"].map(
  (timezone) => ({ timezone }),
);
/** Around the changes of 2026 in some of these zones. */
const changes = [
  Date.UTC(2026, 2, 29, 1),
  Date.UTC(2026, 9, 25, 1),
  Date.UTC(2026, 2, 8, 7),
  Date.UTC(2026, 10, 1, 6),
  Date.UTC(2026, 3, 4, 15),
];

const lists = { trueValues: ["Yes", "1"], falseValues: ["off", "0"] };
const options: Partial<Record<FunctionName, readonly unknown[]>> = {
  "str.parseInt": [null, { optional: true }],
  "str.parseFloat": [null, { optional: true }],
  "str.parseBool": [lists, { ...lists, optional: true }],
  "dt.timestamp": ["s", "ms", "us", "ns"].map((unit) => ({ unit })),
  "dt.fromTimestamp": ["s", "ms", "us", "ns"].map((unit) => ({ unit })),
  "dt.toNaiveInTimezone": zones,
  "dt.toUtc": zones,
  "dt.strptime": ["%F", "%Y-%m-%d %T.%f"].map((format) => ({ format, timezone: null })),
};

const formats = [
  "%d.%m.%Y %H:%M",
  "%F %T.%L",
  "%a %A %b %B %j %u %w",
  "%I %p %y %f %s %%%z%Z",
  "%D %R",
  "",
  "%Q",
  "%",
];

function cellOf(name: FunctionName, type: string): unknown {
  if (name === "dt.strftime" && type === "str") return rng.pick(formats);
  if (name === "dt.strptime")
    return rng.pick(["2026-02-28", "2026-2-30", "2024-02-29", "2026-07-01 12:34:56.789000", "yesterday", ""]);
  if (name === "dt.toNaiveInTimezone" || name === "dt.toUtc")
    return rng.pick(changes) + 900_000 * rng.between(-60, 60) + rng.below(2) * 123;
  return (values[type.replace("?", "")] as () => unknown)();
}

/** An operand: a column, now and then optional, or a plain value. */
function operand(name: FunctionName, type: string, position: number): [ExpressionNode, unknown[]] {
  const given = rng.chance(0.3) ? `${type}?` : type;
  const plain = rng.chance(0.3);
  const data = Array.from({ length: ROWS }, () => {
    if (!plain && rng.chance(0.1)) return ERROR;
    return given.endsWith("?") && rng.chance(0.2) ? null : cellOf(name, type);
  });
  const node = columnNode("abcd"[position] as string, given, position);
  const value = data.find((cell) => cell !== ERROR && cell !== null);
  const isPlain =
    ["string", "number", "bigint"].includes(typeof value) &&
    position > 0 &&
    type !== "any" &&
    rng.chance(0.4);
  return [isPlain ? toNode(value) : node, data];
}

function check(name: FunctionName, given: readonly string[]): void {
  const parts = given.map((type, i) => operand(name, type, i));
  const node = callNode(
    name,
    parts.map(([part]) => part),
    rng.pick(options[name] ?? [null]),
  );
  const columns = parts.map(([part, data], i) =>
    cellsOf(part.kind === "column" ? formatType(part.type) : `${given[i]}?`, data),
  );
  const { values: results, failures, cells } = evaluate(node, columns, ROWS);
  const failed = new Set(failures.map(({ row }) => row));
  for (let row = 0; row < ROWS; row++) {
    const inputs = parts.map(([, data]) => data[row]);
    const expected = reference(node, inputs);
    const said = `${formatExpression(node)} of ${inputs.map(canonical)} is ${canonical(results[row])}`;
    if (!same(results[row], expected)) expect.fail(`${said} rather than ${canonical(expected)}`);
    if (results[row] === null && !node.type.optional) expect.fail(`${said} in a type without null`);
    if (results[row] === ERROR && !failed.has(row) && !inputs.includes(ERROR))
      expect.fail(`${said}, unreported`);
    if (results[row] !== ERROR && failed.has(row)) expect.fail(`${said}, reported as failed`);
    if (cells.layout === "number" && (Object.is(cells.values[row], -0) || hasRest(cells, row)))
      expect.fail(`${said}: -0, or a number under a tag`);
  }
}

function hasRest(cells: { values: Float64Array; tags: Uint8Array | null }, row: number): boolean {
  return (cells.tags?.[row] ?? 0) !== 0 && cells.values[row] !== 0;
}

describe("functions of namespaces agree with their reference", () => {
  it("every one has a signature here", () => {
    const named = Object.keys(functions).filter((name) => name.includes("."));
    expect(named.filter((name) => !(name in signatures))).toEqual([]);
  });

  it.each(Object.entries(signatures))("%s", (name, list) => {
    for (const given of list) for (let turn = 0; turn < 40; turn++) check(name as FunctionName, given);
  });

  it.each(Object.entries(signatures))("%s refuses other types", (name, list) => {
    if (name === "makeTuple") return;
    for (const type of typeNames) {
      const [first, ...rest] = list[0] as readonly string[];
      if (type === first || type === "any" || list.some(([other]) => other === type)) continue;
      const nodes = [type, ...rest].map((part, i) => columnNode("abcd"[i] as string, part, i));
      let error: unknown;
      try {
        callNode(name as FunctionName, nodes, options[name as FunctionName]?.[0] ?? null);
      } catch (thrown) {
        error = thrown;
      }
      expect(error, `${name} of ${type}`).toBeInstanceOf(TowpathError);
      expect((error as TowpathError).code).toBe("TP_EXPRESSION_TYPE");
      expect((error as TowpathError).hint).toBeTruthy();
    }
  });
});
