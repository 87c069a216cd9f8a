import { userSite } from "../base/source-site.ts";
import type { Columns } from "../data/schema.ts";
import { currentPlan } from "../plan/plan.ts";
import type { SourceSpec } from "../plan/specs.ts";
import { createTable } from "./create-table.ts";
import type { Table } from "./table.ts";

/** A table of the current graph that a connector feeds. Every call is a source of its own, however equal. */
export function tableFromSource<C>(columns: Columns, spec: SourceSpec): Table<C> {
  const plan = currentPlan();
  const site = userSite();
  const { appendOnly } = spec;
  const node = plan.add({ operator: "source", inputs: [], options: spec, columns, appendOnly, site });
  return createTable(plan, node, site);
}
