import { describeNode } from "../../../lib/plan/describe.ts";
import type { PlanNode } from "../../../lib/plan/node.ts";
import type { OutputSpec, SourceSpec } from "../../../lib/plan/specs.ts";
import { column, type Schema, schema } from "../../../lib/table/schema.ts";
import { tableFromSource } from "../../../lib/table/source.ts";
import { nodeOf, type Table } from "../../../lib/table/table.ts";

function refuse(): never {
  throw new Error("plans are built here, not run");
}

const sourceSpec: SourceSpec = {
  connector: "test",
  name: "t",
  describe: {},
  appendOnly: true,
  create: refuse,
};

export const outputSpec: OutputSpec = { connector: "test", name: "out", describe: {}, create: refuse };

/** A table of the current graph that cannot run. */
export function tableOf<C>(definition: Schema<C, string>, appendOnly = true): Table<C> {
  return tableFromSource<C>(definition.columns, { ...sourceSpec, appendOnly });
}

const Orders = schema({
  id: column({ type: "int", primaryKey: true }),
  customer: "str",
  amount: "float",
  note: "str?",
});

const Customers = schema({ id: "str", segment: "str", age: "int" });

export const orders = () => tableOf(Orders);
export const customers = () => tableOf(Customers);

/** The nodes behind a table, each as a line without its place, in order of creation. */
export function steps(table: object): string[] {
  const seen = new Set<PlanNode>();
  const visit = (node: PlanNode): void => {
    if (!seen.has(node)) node.inputs.forEach(visit);
    seen.add(node);
  };
  visit(nodeOf(table));
  return [...seen]
    .map((node) => describeNode(node).replace(/ \([^()]*\)$/, ""))
    .filter((line) => !line.startsWith("source"));
}

/** A table, a group, a join as plain JS sees them: no compiler stands between. */
export interface Untyped {
  [name: string]: (...given: unknown[]) => Untyped;
}

export function untyped(value: object): Untyped {
  return value as Untyped;
}
