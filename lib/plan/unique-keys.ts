import type { ReindexOptions } from "../operators/reindex.ts";
import type { PlanNode } from "./node.ts";

/**
 * Which nodes' tables have no two rows of one key; `nodes` stand inputs first.
 *
 * Sources, groups, deduplicated and re-keyed tables have unique keys, and every operator but concat keeps them so (a pair's key is
 * made of both sides'). The tables of a concat may share keys: rows of one source come in twice, and keys that are
 * hashes of values agree between sources. There the same row can be in a table twice, with diff 2.
 */
export function uniqueKeys(nodes: readonly PlanNode[]): Map<PlanNode, boolean> {
  const unique = new Map<PlanNode, boolean>();
  for (const node of nodes) {
    const inherits = node.inputs.every((input) => unique.get(input));
    unique.set(node, makesUnique.has(node.operator) || (inherits && !mayShareKeys(node)));
  }
  return unique;
}

const makesUnique: ReadonlySet<string> = new Set(["deduplicate", "groupBy", "rekey"]);

/** Numbered tables have keys of their own where each number stands once. */
function mayShareKeys({ operator, inputs }: PlanNode): boolean {
  if (operator !== "concat") return false;
  const numbers = inputs.flatMap((input) =>
    input.operator === "reindex" ? [(input.options as ReindexOptions).number] : [],
  );
  return new Set(numbers).size < inputs.length;
}
