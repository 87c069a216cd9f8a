import type { SourceSite } from "../base/source-site.ts";
import type { Expression } from "../expressions/expression.ts";
import type { ExpressionNode } from "../expressions/node.ts";
import type { ValueOf } from "../expressions/types.ts";
import type { PlanNode } from "../plan/node.ts";
import { badArgument, describe } from "./names.ts";
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
import type { ColumnsOf, NameOf } from "./types.ts";

/** A value of each row of a table with columns C: a column, its name, an expression, or a callback to one. */
export type ValueSaid<C> =
  | NameOf<C>
  | Expression<unknown, NameOf<C>>
  | ((columns: ColumnsOf<C>) => Expression<unknown, NameOf<C>>);

/** The type of a value that was said as A. */
type TypeSaid<C, A> = A extends keyof C
  ? C[A]
  : A extends (...columns: never[]) => infer R
    ? ValueOf<R>
    : ValueOf<A>;

/** What `deduplicate` takes; A is how the value was said. */
export interface DeduplicateOptions<C, A> {
  /** What rows are compared by. Several values: `pw.makeTuple(…)`. */
  readonly value: A;
  /** Rows with different values here are compared apart. Default: the whole table is one instance. */
  readonly instance?: ValueSaid<C> | readonly ValueSaid<C>[];
  /** Rows of one commit are offered in this order, where it is equal in that of their values. Default: of their values. */
  readonly order?: ValueSaid<C>;
  /** Whether a row is accepted after the one accepted last, given the values of both. Default: where they differ. */
  readonly acceptor?: (value: TypeSaid<C, A>, accepted: TypeSaid<C, A>) => boolean;
}

const optionNames = ["value", "instance", "order", "acceptor"];

/** The node of a table with the row accepted last of each instance. */
export function deduplicateNode(scope: Scope, options: unknown, site: SourceSite | null): PlanNode {
  const { value, instance, order, acceptor } = checked(options, site);
  const read = (given: unknown, what: string): ExpressionNode => {
    const item = said(scope, given);
    if (typeof item === "string") return columnAt(scope.node, positionSaid(scope, item, "deduplicate", site));
    return bindRowwise(scope, nodeOfOperand(item, `${what} of deduplicate`), "deduplicate", site);
  };
  const instances = (Array.isArray(instance) ? instance : instance === undefined ? [] : [instance]).map(
    (item) => read(item, "the instance"),
  );
  const orders = order === undefined ? [] : [read(order, "the order")];
  const { plan, node } = scope;
  const input = placed(plan, node, [read(value, "the value"), ...orders, ...instances], site);
  const [first, ...others] = input.positions;
  const kept = plan.add({
    operator: "deduplicate",
    inputs: [input.node],
    options: {
      value: first,
      order: orders.length === 0 ? null : others[0],
      instance: others.slice(orders.length),
      acceptor: acceptor ?? null,
    },
    columns: input.node.columns,
    appendOnly: false,
    site,
  });
  return selectNode(plan, kept, allColumns(kept).slice(0, node.columns.length), site);
}

function checked(
  options: unknown,
  site: SourceSite | null,
): { [K in keyof DeduplicateOptions<unknown, unknown>]?: unknown } {
  if (typeof options !== "object" || options === null)
    throw badArgument(`deduplicate takes options, not ${describe(options)}`, site);
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name));
  if (unknown !== undefined) {
    throw badArgument(
      `deduplicate has no option ${JSON.stringify(unknown)}; it has ${optionNames.join(", ")}`,
      site,
    );
  }
  const { value, acceptor } = options as { value?: unknown; acceptor?: unknown };
  if (value === undefined) throw badArgument("deduplicate needs a value", site);
  if (acceptor !== undefined && typeof acceptor !== "function")
    throw badArgument(`the acceptor of deduplicate is ${describe(acceptor)}, not a function`, site);
  return options;
}
