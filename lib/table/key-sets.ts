import { formatSite, type SourceSite } from "../base/source-site.ts";
import { positionOf } from "../data/schema.ts";
import { formatType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { callNode } from "../expressions/build.ts";
import type { PlanNode } from "../plan/node.ts";
import { behind, type Lookup, lookupNode, typedColumns } from "./lookup.ts";
import { badArgument } from "./names.ts";
import { type Scope, unknownColumn } from "./scope.ts";
import { allColumns, columnAt, filterNode, selectNode } from "./selection.ts";

/** The rows whose key all the others have. */
export function intersectNode(own: Scope, others: readonly Scope[], site: SourceSite | null): PlanNode {
  if (others.length === 0) throw badArgument("intersect needs another table", site);
  return others.reduce((node, other) => {
    checkGraph("intersect", own, other, site);
    const found = lookupNode(own.plan, node, other.node, { said: "intersect", misses: "drop" }, site);
    return behind(own.plan, found.node, node.columns.length, [], site);
  }, own.node);
}

/** The rows whose key the other does not have. */
export function differenceNode(own: Scope, other: Scope, site: SourceSite | null): PlanNode {
  checkGraph("difference", own, other, site);
  const { plan, node } = own;
  const found = lookupNode(plan, node, other.node, { said: "difference", misses: "null" }, site);
  const isMissing = callNode("isNull", [columnAt(found.node, found.key)]);
  const kept = filterNode(plan, found.node, isMissing, site);
  return behind(plan, kept, node.columns.length, [], site);
}

/** The rows whose key the other has, which has no key beyond them. */
export function restrictNode(own: Scope, other: Scope, site: SourceSite | null): PlanNode {
  checkGraph("restrict", own, other, site);
  const { plan, node } = own;
  const found = lookupNode(plan, other.node, node, { said: "restrict", misses: "fail" }, site);
  return selectNode(plan, found.node, typedColumns(found.node, found.from, node.columns), site);
}

/** The table with the cells of the other in place of its own, where that has a row of the same key. */
export function updateCellsNode(own: Scope, other: Scope, site: SourceSite | null): PlanNode {
  checkGraph("updateCells", own, other, site);
  const { plan, node } = own;
  checkCells(own, other, site);
  const lookup: Lookup = { said: "updateCells", misses: "null", allFound: true };
  const found = lookupNode(plan, node, other.node, lookup, site);
  const isFound = callNode("isNotNull", [columnAt(found.node, found.key)]);
  const entries = allColumns(node).map(({ name }, position) => {
    const [{ expression: kept }] = typedColumns(found.node, position, [node.columns[position]]);
    const cell = positionOf(other.node.columns, name);
    if (cell < 0) return { name, expression: kept };
    const [{ expression }] = typedColumns(found.node, found.from + cell, [other.node.columns[cell]]);
    return { name, expression: callNode("ifElse", [isFound, expression, kept]) };
  });
  return selectNode(plan, found.node, entries, site);
}

function checkCells(own: Scope, other: Scope, site: SourceSite | null): void {
  for (const { name, type } of other.node.columns) {
    const position = positionOf(own.node.columns, name);
    if (position < 0) throw unknownColumn(name, own.node.columns);
    const { type: kept } = own.node.columns[position];
    if (kept.name === type.name) continue;
    throw new TowpathError(
      "TP_EXPRESSION_TYPE",
      `updateCells meets column "${name}" as ${formatType(kept)} and as ${formatType(type)}`,
      {
        where: formatSite(site),
        hint: `Cast one: t.withColumns((c) => ({ ${name}: c.${name}.cast("${kept.name}") })).`,
      },
    );
  }
}

function checkGraph(said: string, own: Scope, other: Scope, site: SourceSite | null): void {
  if (own.plan !== other.plan) throw badArgument(`${said} is given a table of another graph`, site);
}
