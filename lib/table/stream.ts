import { formatSite, type SourceSite } from "../base/source-site.ts";
import { positionOf } from "../data/schema.ts";
import { formatType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import type { PlanNode } from "../plan/node.ts";
import { badArgument, checkName } from "./names.ts";
import { type Scope, said } from "./scope.ts";
import {
  allColumns,
  bindRowwise,
  columnAt,
  nodeOfOperand,
  placed,
  positionSaid,
  selectNode,
} from "./selection.ts";

/** The node of a table's changes as rows. */
export function toStreamNode({ plan, node }: Scope, name: string, site: SourceSite | null): PlanNode {
  checkName(name);
  if (positionOf(node.columns, name) >= 0) {
    throw new TowpathError("TP_COLUMN_DUPLICATE", `toStream makes two columns called "${name}"`, {
      where: formatSite(site),
      hint: 'Give its column another name: t.toStream("came").',
    });
  }
  const flag = Object.freeze({ name, type: { name: "bool", optional: false } as const });
  const columns = [...node.columns, flag];
  return plan.add({ operator: "toStream", inputs: [node], options: {}, columns, appendOnly: true, site });
}

/** The node of the table that a stream of changes tells of. */
export function fromStreamNode(scope: Scope, given: unknown, site: SourceSite | null): PlanNode {
  const { plan, node } = scope;
  if (!node.appendOnly) {
    const hint = "It takes what toStream makes, or a source of events: rows that come and never go.";
    throw badArgument("fromStream is given a table whose rows may go", site, hint);
  }
  const item = said(scope, given);
  const flag =
    typeof item === "string"
      ? columnAt(node, positionSaid(scope, item, "fromStream", site))
      : bindRowwise(scope, nodeOfOperand(item, "the argument of fromStream"), "fromStream", site);
  if (flag.type.name !== "bool" || flag.type.optional) {
    throw new TowpathError("TP_EXPRESSION_TYPE", `fromStream needs a bool, not a ${formatType(flag.type)}`, {
      where: formatSite(site),
      hint: "It tells of each row whether it is an upsert (true) or a deletion (false).",
    });
  }
  const input = placed(plan, node, [flag], site);
  const table = plan.add({
    operator: "fromStream",
    inputs: [input.node],
    options: { isUpsert: input.positions[0] },
    columns: input.node.columns,
    appendOnly: false,
    site,
  });
  return selectNode(plan, table, allColumns(table).slice(0, node.columns.length), site);
}
