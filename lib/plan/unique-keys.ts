import { areDisjoint } from "./disjoint-keys.ts";
import type { PlanNode } from "./node.ts";

/**
 * Which nodes' tables have no two rows of one key; `nodes` stand inputs first.
 *
 * Sources, groups, deduplicated and re-keyed tables have unique keys, and most operators keep them so (a pair's key is
 * made of both sides'). The tables of a concat may share keys, where nothing shows that they do not: there the same row
 * can be in a table twice, with diff 2. In a stream of changes each change of a key is a row.
 */
export function uniqueKeys(nodes: readonly PlanNode[]): Map<PlanNode, boolean> {
  const unique = new Map<PlanNode, boolean>();
  for (const node of nodes) {
    const inherits = node.inputs.every((input) => unique.get(input));
    unique.set(node, makesUnique.has(node.operator) || (inherits && !mayShareKeys(node)));
  }
  return unique;
}

const makesUnique: ReadonlySet<string> = new Set(["deduplicate", "fromStream", "groupBy", "rekey"]);

function mayShareKeys({ operator, inputs }: PlanNode): boolean {
  return operator === "toStream" || (operator === "concat" && !areDisjoint(inputs));
}
