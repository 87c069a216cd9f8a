import { formatSite, type SourceSite } from "../base/source-site.ts";
import { positionOf } from "../data/schema.ts";
import { type ColumnType, formatType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { areDisjoint } from "../plan/disjoint-keys.ts";
import type { PlanNode } from "../plan/node.ts";
import { badArgument } from "./names.ts";
import { type Scope, unknownColumn } from "./scope.ts";
import { columnAt, selectNode } from "./selection.ts";

/** The node of a concatenation. `numbered`: every table's rows get keys of their own. */
export function concatNode(
  first: Scope,
  others: readonly Scope[],
  numbered: boolean,
  site: SourceSite | null,
): PlanNode {
  const alike = alikeNodes(numbered ? "concatReindex" : "concat", first, others, site);
  const inputs = numbered ? alike.map((input, number) => reindexNode(first, input, number, site)) : alike;
  const appendOnly = inputs.every((input) => input.appendOnly);
  const { columns } = alike[0];
  const node = first.plan.add({ operator: "concat", inputs, options: {}, columns, appendOnly, site });
  return numbered || areDisjoint(inputs) ? node : checkedNode(first, node, site);
}

/** The rows of a concat none of whose keys another one has: nothing shows beforehand that its tables share none. */
function checkedNode({ plan }: Scope, node: PlanNode, site: SourceSite | null): PlanNode {
  const options = { said: "concat", by: "own", keys: [] };
  return plan.add({
    operator: "rekey",
    inputs: [node],
    options,
    columns: node.columns,
    appendOnly: false,
    site,
  });
}

function reindexNode({ plan }: Scope, input: PlanNode, number: number, site: SourceSite | null): PlanNode {
  const { columns, appendOnly } = input;
  return plan.add({ operator: "reindex", inputs: [input], options: { number }, columns, appendOnly, site });
}

/** The node of a table with the rows of another put over its own. */
export function updateRowsNode(own: Scope, other: Scope, site: SourceSite | null): PlanNode {
  const inputs = alikeNodes("updateRows", own, [other], site);
  const { columns } = inputs[0];
  return own.plan.add({ operator: "updateRows", inputs, options: {}, columns, appendOnly: false, site });
}

/** The tables' nodes, brought to the columns of the first, which are optional where they are so in any. */
function alikeNodes(
  what: string,
  first: Scope,
  others: readonly Scope[],
  site: SourceSite | null,
): readonly PlanNode[] {
  if (others.length === 0) throw badArgument(`${what} needs another table`, site);
  const { plan, node } = first;
  const scopes = [first, ...others];
  if (others.some((other) => other.plan !== plan))
    throw badArgument(`${what} is given a table of another graph`, site);
  const columns = node.columns.map(({ name, type }) => {
    const types = scopes.map((scope) => columnType(what, scope.node, name, site));
    const different = types.find((other) => other.name !== type.name);
    if (different !== undefined) {
      throw new TowpathError(
        "TP_EXPRESSION_TYPE",
        `${what} meets column "${name}" as ${formatType(type)} and as ${formatType(different)}`,
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
  return scopes.map((scope) => {
    const entries = columns.map(({ name, type }) => ({
      name,
      expression: { ...columnAt(scope.node, positionOf(scope.node.columns, name)), type },
    }));
    return selectNode(plan, scope.node, entries, site);
  });
}

function columnType(what: string, node: PlanNode, name: string, site: SourceSite | null): ColumnType {
  const position = positionOf(node.columns, name);
  if (position < 0) {
    throw badArgument(`${what}: the table made at ${formatSite(node.site)} has no column "${name}"`, site);
  }
  return node.columns[position].type;
}
