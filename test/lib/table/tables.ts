import { describePlan } from "../../../lib/plan/describe.ts";
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
  return describePlan([nodeOf(table)])
    .filter(({ node }) => node.operator !== "source")
    .map(({ title, columns }) => `${title}${columns.length === 0 ? "" : ` → ${columns.join(", ")}`}`);
}

/** A table, a group, a join as plain JS sees them: no compiler stands between. */
export interface Untyped {
  [name: string]: (...given: unknown[]) => Untyped;
}

export function untyped(value: object): Untyped {
  return value as Untyped;
}
