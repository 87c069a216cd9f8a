import type { PlanNode } from "./node.ts";

/** All nodes that some outputs depend on, inputs first. */
export function reachable(outputs: readonly PlanNode[]): PlanNode[] {
  const nodes = new Set<PlanNode>();
  const visit = (node: PlanNode): void => {
    if (nodes.has(node)) return;
    for (const input of node.inputs) visit(input);
    nodes.add(node);
  };
  for (const output of outputs) visit(output);
  return [...nodes];
}
