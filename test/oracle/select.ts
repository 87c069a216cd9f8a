import type { ExpressionNode } from "../../lib/expressions/node.ts";
import { EngineKeys } from "../fuzz/engine-key.ts";
import { evaluate } from "./expression.ts";
import type { OracleTable } from "./table.ts";

/** One row for each row, under the same key: the values of the expressions. */
export function oracle(
  [table]: readonly [OracleTable],
  options: { expressions: readonly ExpressionNode[] },
): OracleTable {
  const keys = new EngineKeys();
  return table.map(({ key, row }) => ({
    key,
    row: options.expressions.map((expression) => evaluate(expression, [row], keys.uuidOf(key))),
  }));
}
