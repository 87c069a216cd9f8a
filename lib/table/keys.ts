import type { SourceSite } from "../base/source-site.ts";
import { callNode } from "../expressions/build.ts";
import { type Column, Expression } from "../expressions/expression.ts";
import type { KeyNode } from "../expressions/node.ts";
import type { PlanNode } from "../plan/node.ts";
import { badArgument } from "./names.ts";
import { ownerOfRecord, type Scope, said } from "./scope.ts";
import { allColumns, bindRowwise, nodeOfOperand, placed, selectNode } from "./selection.ts";
import type { TableMethods } from "./table.ts";
import { ownerOf } from "./table-scope.ts";

/**
 * The key of a table's rows as a `pointer`, to be used like one of its columns. Takes the table, or the argument of a
 * callback. The rows of a join have keys of their own: give a side its key as a column before.
 *
 * @throws TowpathError TP_BAD_ARGUMENT for anything else; where it is used, TP_COLUMN_FOREIGN with another table.
 * @example orders.withColumns({ id: pw.keyOf(orders) })
 * @example orders.filter((c) => c.amount.gt(3)).select((c) => ({ id: pw.keyOf(c) }))
 */
export function keyOf<C>(
  table: TableMethods<C> | Readonly<Record<string, Column<unknown, string>>>,
): Expression<string, never> {
  const owner = ownerOfRecord(table) ?? ownerOf(table);
  const node: KeyNode = { kind: "key", owner, type: { name: "pointer", optional: false } };
  return new Expression(node);
}

/** The key that rows of these values have, as an expression. */
export function pointerNode(scope: Scope, given: readonly unknown[]): Expression<string, never> {
  const operands = given
    .flatMap((item) => said(scope, item))
    .map((item) => nodeOfOperand(item, "an argument of pointerFrom"));
  return new Expression(callNode("pointerFrom", operands));
}

/** The node of a table whose keys are made of some values. */
export function rekeyNode(scope: Scope, given: readonly unknown[], site: SourceSite | null): PlanNode {
  const expressions = given
    .flatMap((item) => said(scope, item))
    .map((item) => bindRowwise(scope, nodeOfOperand(item, "an argument of withIdFrom"), "withIdFrom", site));
  if (expressions.length === 0) throw badArgument("withIdFrom needs at least one value", site);
  const { plan, node } = scope;
  const input = placed(plan, node, expressions, site);
  const rekeyed = plan.add({
    operator: "rekey",
    inputs: [input.node],
    options: { said: "withIdFrom", by: "values", keys: input.positions },
    columns: input.node.columns,
    appendOnly: false,
    site,
  });
  return selectNode(plan, rekeyed, allColumns(rekeyed).slice(0, node.columns.length), site);
}
