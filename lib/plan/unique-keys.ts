import type { PlanNode } from "./node.ts";

/**
 * Which nodes' tables have no two rows of one key; `nodes` stand inputs first.
 *
 * Sources and groups have unique keys, and every operator but concat keeps them so (a pair's key is made of both
 * sides'). The tables of a concat may share keys: rows of one source come in twice, and keys that are hashes of values
 * agree between sources. There the same row can be in a table twice, with diff 2.
 */
export function uniqueKeys(nodes: readonly PlanNode[]): Map<PlanNode, boolean> {
  const unique = new Map<PlanNode, boolean>();
  for (const node of nodes) {
    const inherits = node.operator !== "groupBy";
    unique.set(
      node,
      node.operator !== "concat" && (!inherits || node.inputs.every((input) => unique.get(input))),
    );
  }
  return unique;
}
