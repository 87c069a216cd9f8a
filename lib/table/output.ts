import { userSite } from "../base/source-site.ts";
import type { ExpressionNode } from "../expressions/node.ts";
import type { PlanNode } from "../plan/node.ts";
import type { OutputSpec } from "../plan/specs.ts";
import { said } from "./scope.ts";
import { bindRowwise, columnAt, nodeOfOperand, placed, positionSaid } from "./selection.ts";
import { nodeOf, planOf, scopeOf } from "./table.ts";

/**
 * Adds an output to the table's graph: `pw.run()` computes what it needs. `input` stands for the table where the output
 * reads more than its columns (`placeExpressions`).
 *
 * @throws TowpathError TP_GRAPH_RUNNING once that graph runs.
 */
export function addOutput(table: object, spec: OutputSpec, input: PlanNode = nodeOf(table)): PlanNode {
  return planOf(table).addOutput({
    operator: "output",
    inputs: [input],
    options: spec,
    columns: [],
    appendOnly: input.appendOnly,
    site: userSite(),
  });
}

/** What a callback that an option gave makes of the table's columns; anything else as it is. */
export function saidOf(table: object, given: unknown): unknown {
  return said(scopeOf(table), given);
}

/**
 * The expression that an option gave, over the table's columns: an expression, a plain value, or where `names` is set
 * the name of a column. Throws TP_COLUMN_UNKNOWN, TP_COLUMN_FOREIGN, TP_BAD_ARGUMENT; `what` names the option.
 */
export function expressionOf(table: object, given: unknown, what: string, names: boolean): ExpressionNode {
  const scope = scopeOf(table);
  const site = userSite();
  if (names && typeof given === "string") return columnAt(scope.node, positionSaid(scope, given, what, site));
  return bindRowwise(scope, nodeOfOperand(given, what), what, site);
}

/**
 * The node of the table's columns and, behind them, of the expressions that are no columns of it; and the position of
 * each expression.
 */
export function placeExpressions(
  table: object,
  expressions: readonly ExpressionNode[],
): { readonly node: PlanNode; readonly positions: readonly number[] } {
  return placed(planOf(table), nodeOf(table), expressions, userSite());
}

/** The same rows under keys made of the values at some positions; a run where two rows share them fails. */
export function rekeyed(table: object, input: PlanNode, keys: readonly number[]): PlanNode {
  return planOf(table).add({
    operator: "rekey",
    inputs: [input],
    options: { said: "withIdFrom", by: "values", keys },
    columns: input.columns,
    appendOnly: false,
    site: userSite(),
  });
}
