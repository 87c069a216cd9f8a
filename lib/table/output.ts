import { userSite } from "../base/source-site.ts";
import type { PlanNode } from "../plan/node.ts";
import type { OutputSpec } from "../plan/specs.ts";
import { nodeOf, planOf } from "./table.ts";

/**
 * Adds an output to the table's graph: `pw.run()` computes what it needs.
 *
 * @throws TowpathError TP_GRAPH_RUNNING once that graph runs.
 */
export function addOutput(table: object, spec: OutputSpec): PlanNode {
  const input = nodeOf(table);
  return planOf(table).addOutput({
    operator: "output",
    inputs: [input],
    options: spec,
    columns: [],
    appendOnly: input.appendOnly,
    site: userSite(),
  });
}
