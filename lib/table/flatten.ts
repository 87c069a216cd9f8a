import { formatSite, type SourceSite } from "../base/source-site.ts";
import { formatType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import type { PlanNode } from "../plan/node.ts";
import { badArgument } from "./names.ts";
import { type Scope, said } from "./scope.ts";
import { positionSaid } from "./selection.ts";

/** The node of a table with a row for each element of a column. Elements of data may be null. */
export function flattenNode(scope: Scope, given: readonly unknown[], site: SourceSite | null): PlanNode {
  const { plan, node } = scope;
  if (given.length !== 1) {
    const hint = "Its rows have all other columns too; give them the key of theirs before, with pw.keyOf.";
    throw badArgument(`flatten takes one column, and was given ${given.length} arguments`, site, hint);
  }
  const column = positionSaid(scope, said(scope, given[0]), "flatten", site);
  const { name, type } = node.columns[column];
  if (!["str", "json", "any"].includes(type.name)) {
    throw new TowpathError(
      "TP_EXPRESSION_TYPE",
      `flatten cannot take apart "${name}" (${formatType(type)})`,
      {
        where: formatSite(site),
        hint: "It takes texts, json arrays and tuples: columns of type str, json and any.",
      },
    );
  }
  const element = Object.freeze({ name, type: { name: type.name, optional: type.name !== "str" } });
  return plan.add({
    operator: "flatten",
    inputs: [node],
    options: { column },
    columns: node.columns.map((other, i) => (i === column ? element : other)),
    appendOnly: node.appendOnly,
    site,
  });
}
