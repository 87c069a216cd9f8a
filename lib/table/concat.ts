import { formatSite, type SourceSite } from "../base/source-site.ts";
import { positionOf } from "../data/schema.ts";
import { type ColumnType, formatType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import type { PlanNode } from "../plan/node.ts";
import { badArgument } from "./names.ts";
import { type Scope, unknownColumn } from "./scope.ts";
import { columnAt, selectNode } from "./selection.ts";

/** The node of a concatenation: every input brought into the order of the first, then one `concat`. */
export function concatNode(first: Scope, others: readonly Scope[], site: SourceSite | null): PlanNode {
  if (others.length === 0) throw badArgument("concat needs another table", site);
  const { plan, node } = first;
  const scopes = [first, ...others];
  if (others.some((other) => other.plan !== plan))
    throw badArgument("concat is given a table of another graph", site);
  const columns = node.columns.map(({ name, type }) => {
    const types = scopes.map((scope) => columnType(scope.node, name, site));
    const different = types.find((other) => other.name !== type.name);
    if (different !== undefined) {
      throw new TowpathError(
        "TP_EXPRESSION_TYPE",
        `concat meets column "${name}" as ${formatType(type)} and as ${formatType(different)}`,
        {
          where: formatSite(site),
          hint: `Cast one: t.withColumns((c) => ({ ${name}: c.${name}.cast("${type.name}") })).`,
        },
      );
    }
    return Object.freeze({
      name,
      type: { name: type.name, optional: types.some((other) => other.optional) },
    });
  });
  for (const other of others) {
    const extra = other.node.columns.find(({ name }) => positionOf(columns, name) < 0);
    if (extra !== undefined) throw unknownColumn(extra.name, columns);
  }
  const inputs = scopes.map((scope) => {
    const entries = columns.map(({ name, type }) => ({
      name,
      expression: { ...columnAt(scope.node, positionOf(scope.node.columns, name)), type },
    }));
    return selectNode(plan, scope.node, entries, site);
  });
  const appendOnly = inputs.every((input) => input.appendOnly);
  return plan.add({ operator: "concat", inputs, options: {}, columns, appendOnly, site });
}

function columnType(node: PlanNode, name: string, site: SourceSite | null): ColumnType {
  const position = positionOf(node.columns, name);
  if (position < 0) {
    throw badArgument(`concat: the table made at ${formatSite(node.site)} has no column "${name}"`, site);
  }
  return node.columns[position].type;
}
