import { afterAll, describe, expect, it } from "vitest";
import type { Column as Cells } from "../../../lib/data/column.ts";
import { typeNames } from "../../../lib/data/type.ts";
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
afterAll(() => console.log(`expressions: TOWPATH_FUZZ_SEED=${rng.seed}`));

const INT_MAX = Number.MAX_SAFE_INTEGER;
const pools: Record<string, readonly unknown[]> = {
  int: [0, 1, -1, 2, 3, -7, 10, 53, INT_MAX, -INT_MAX, 94906267],
  float: [
    0,
    1,
    -1,
    0.5,
    -2.5,
    0.1,
    1e300,
    -1e-300,
    5e-324,
    2 ** 53,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1 / 0,
    7,
  ],
  str: [
    "",
    "a",
    "ab",
    "1",
    "-17",
    "2.5",
    "1e3",
    "NaN",
    "true",
    "é",
    "😀",
    "\uffff",
    "1970-01-02",
    "5m",
    " 1",
    "{}",
    "12345678901234567890",
  ],
  bool: [true, false],
  bytes: [Buffer.from(""), Buffer.from("a"), Buffer.from([255, 1]), Buffer.from("é")],
  json: [1, "a", true, [null, "b"], { a: 1 }, 2.5, "12"],
  bigint: [0n, 1n, -1n, 3n, -7n, 2n ** 70n, BigInt(INT_MAX)],
  datetime: [0, 1, -1, 86_400_000, 8.64e15, -8.64e15, 1_700_000_000_123],
  duration: [0, 1, -1, 0.5, 60_000, 1e300, -1500.25, Number.MAX_VALUE],
  pointer: ["00000000-0000-4000-8000-000000000000", "ffffffff-ffff-4fff-bfff-ffffffffffff"],
  any: [0, 1, -2.5, "a", "3", true, 5n, Buffer.from("a"), [1], { a: 1 }, Number.NaN],
};
const types = typeNames.flatMap((name) => [name, `${name}?`]);
const ROWS = 24;

/** Values of a type with failed cells, and nulls where it is optional. */
function randomValues(type: string): unknown[] {
  const pool = pools[type.replace("?", "")] as unknown[];
  const plain = rng.chance(0.3);
  return Array.from({ length: ROWS }, () => {
    if (!plain && rng.chance(0.1)) return ERROR;
    return !plain && type.endsWith("?") && rng.chance(0.25) ? null : rng.pick(pool);
  });
}

/** An operand: a column, or now and then a plain value. */
function operand(type: string, position: number): ExpressionNode {
  const pool = pools[type] ?? [];
  const value = pool.length > 0 && rng.chance(0.3) ? rng.pick(pool) : undefined;
  const literal = value !== undefined && (typeof value !== "object" || value instanceof Uint8Array);
  return literal ? toNode(value) : columnNode("abc"[position] as string, type, position);
}

/** The call, or undefined where the operands' types are refused. */
function built(
  name: FunctionName,
  args: readonly ExpressionNode[],
  options: unknown,
): ExpressionNode | undefined {
  try {
    return callNode(name, args, options);
  } catch (error) {
    if (error instanceof TowpathError && error.code === "TP_EXPRESSION_TYPE") return undefined;
    throw error;
  }
}

function check(node: ExpressionNode, given: readonly string[]): void {
  const data = given.map(randomValues);
  const columns = data.map((values, i) => cellsOf(given[i] as string, values));
  const { values, failures, cells } = evaluate(node, columns, ROWS);
  const failed = new Map(failures.map(({ row, detail }) => [row, detail]));
  // What the second operand of fillError reports may be filled in turn.
  const fills = formatExpression(node).includes("fillError");
  for (let row = 0; row < ROWS; row++) {
    const cellsOfRow = data.map((column) => column[row]);
    const expected = reference(node, cellsOfRow);
    const problem = problemOf(values[row], expected, cells, row, failed.has(row), cellsOfRow.includes(ERROR));
    if (problem === undefined || (problem === reportedFor && fills)) continue;
    const details = `${canonical(values[row])} rather than ${canonical(expected)}, reported: ${failed.get(row)}`;
    expect.fail(
      `${formatExpression(node)} of ${cellsOfRow.map(canonical)} (${given}): ${problem}: ${details}`,
    );
  }
}

const reportedFor = "a failure is reported for a cell that did not fail";

/** What is wrong with a cell. What is 0 or null is so by its bits too; a failure is reported where it arises. */
function problemOf(
  value: unknown,
  expected: unknown,
  cells: Cells,
  row: number,
  reported: boolean,
  fromInput: boolean,
): string | undefined {
  if (!same(value, expected)) return "a wrong value";
  if (cells.layout === "number") {
    if (Object.is(cells.values[row], -0)) return "-0";
    if ((cells.tags?.[row] ?? 0) !== 0 && cells.values[row] !== 0) return "a number under a tag";
  }
  if (value === ERROR) return reported || fromInput ? undefined : "a failure that nobody was told of";
  return reported ? reportedFor : undefined;
}

const unary = ["neg", "not", "isNull", "isNotNull", "unwrap", "toStr"] as const;
const ternary = ["ifElse"] as const;
// Those of namespaces take operands of their own types: namespaces.test.ts.
const others = Object.keys(functions).filter(
  (name) => name !== "cast" && !name.includes(".") && !([...unary, ...ternary] as string[]).includes(name),
) as FunctionName[];

describe("functions agree with their reference", () => {
  it.each(unary)("%s", (name) => {
    let accepted = 0;
    for (const type of types) {
      for (let turn = 0; turn < 4; turn++) {
        const node = built(name, [operand(type, 0)], null);
        if (node === undefined) continue;
        accepted++;
        check(node, [type]);
      }
    }
    expect(accepted).toBeGreaterThan(0);
  });

  it.each(others)("%s", (name) => {
    let accepted = 0;
    for (const a of types) {
      for (const b of types) {
        for (let turn = 0; turn < 3; turn++) {
          const node = built(name, [operand(a, 0), operand(b, 1)], null);
          if (node === undefined) continue;
          accepted++;
          check(node, [a, b]);
        }
      }
    }
    expect(accepted).toBeGreaterThan(0);
  });

  it.each(ternary)("%s", (name) => {
    for (const a of types) {
      for (const b of types) {
        const node = built(name, [operand("bool", 2), operand(a, 0), operand(b, 1)], null);
        if (node !== undefined) check(node, [a, b, "bool"]);
      }
    }
  });

  it("cast", () => {
    let accepted = 0;
    for (const from of types) {
      for (const to of types) {
        const node = built("cast", [operand(from, 0)], { to });
        if (node === undefined) continue;
        accepted++;
        check(node, [from]);
      }
    }
    expect(accepted).toBeGreaterThan(100);
  });

  it("nested", () => {
    const names = others.filter((name) => name !== "require");
    let checked = 0;
    for (let turn = 0; turn < 4000; turn++) {
      const given = [rng.pick(types), rng.pick(types), rng.pick(types)];
      let nodes: ExpressionNode[] = given.map((type, i) => operand(type, i));
      for (let depth = 0; depth < 4; depth++) {
        const node = built(rng.pick(names), [rng.pick(nodes), rng.pick(nodes)], null);
        if (node !== undefined) nodes = [...nodes, node];
      }
      const node = nodes.at(-1) as ExpressionNode;
      if (node.kind !== "call") continue;
      checked++;
      check(node, given);
    }
    expect(checked).toBeGreaterThan(500);
  });
});
