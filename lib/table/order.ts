import { formatSite, type SourceSite } from "../base/source-site.ts";
import type { ColumnType } from "../data/type.ts";
import { formatType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { callNode } from "../expressions/build.ts";
import type { ExpressionNode } from "../expressions/node.ts";
import type { PlanNode } from "../plan/node.ts";
import { attaching, bindCompanion, companionNode } from "./companion.ts";
import { createTable } from "./create-table.ts";
import type { ValueSaid } from "./deduplicate.ts";
import { behind } from "./lookup.ts";
import { badArgument, checkOptions } from "./names.ts";
import { type Scope, said } from "./scope.ts";
import {
  allColumns,
  bindRowwise,
  columnAt,
  type Entry,
  nodeOfOperand,
  placed,
  positionSaid,
  selectNode,
} from "./selection.ts";
import type { Table } from "./table.ts";
import { scopeOf } from "./table-scope.ts";

/** What `sort`, `diff` and `interpolate` take. */
export interface OrderOptions<C> {
  /** Rows with different values here are ordered apart. Default: all rows have one order. */
  readonly instance?: ValueSaid<C> | readonly ValueSaid<C>[];
}

const optionNames = ["instance"];

/** The table of the keys before and after each row. */
export function sortTable<C>(base: Scope, key: unknown, options: unknown, site: SourceSite | null): Table<C> {
  const extend = (scope: Scope): PlanNode => {
    const width = scope.node.columns.length;
    const { node, from } = sortedNode("sort", scope, key, options, [], site);
    return behind(
      scope.plan,
      node,
      width,
      ["prev", "next"].map((name, i) => entry(name, node, from + i)),
      site,
    );
  };
  return besideTable(base, 2, extend, site);
}

/** The table of each value's difference to that of the row before. */
export function diffTable<C>(
  base: Scope,
  key: unknown,
  given: unknown,
  options: unknown,
  site: SourceSite | null,
): Table<C> {
  const values = valuesSaid(base, "diff", [given].flat(), site);
  const extend = (scope: Scope): PlanNode => {
    const width = scope.node.columns.length;
    const { node, from } = sortedNode("diff", scope, key, options, values, site);
    const entries = values.map((position, i): Entry => {
      const { name } = node.columns[position];
      return { name: `diff_${name}`, expression: differenceOf(node, position, from + 2 + i) };
    });
    return behind(scope.plan, node, width, entries, site);
  };
  return besideTable(base, values.length, extend, site);
}

/** The node of a table with its missing values filled. */
export function interpolateNode(
  own: Scope,
  time: unknown,
  given: readonly unknown[],
  site: SourceSite | null,
): PlanNode {
  const last = given.at(-1);
  const hasOptions =
    typeof last === "object" && last !== null && Object.getPrototypeOf(last) === Object.prototype;
  const values = valuesSaid(own, "interpolate", hasOptions ? given.slice(0, -1) : given, site);
  const scope = attaching(own);
  const order = orderSaid("interpolate", scope, time, hasOptions ? last : undefined, site);
  const input = placed(own.plan, scope.node, order, site);
  const [timePosition, ...instance] = input.positions;
  for (const position of [...values, timePosition])
    checkNumber(input.node.columns[position], position !== timePosition, site);
  const isValue = (position: number): boolean => values.includes(position);
  const asFloats = allColumns(input.node).map(({ name, expression }, position) => ({
    name,
    expression: isValue(position) ? floatOf(expression) : expression,
  }));
  const floats = selectNode(own.plan, input.node, asFloats, site);
  const node = own.plan.add({
    operator: "interpolate",
    inputs: [floats],
    options: { time: timePosition, instance, values },
    columns: floats.columns.map(({ name, type }, position) =>
      Object.freeze({ name, type: isValue(position) ? { ...type, optional: true } : type }),
    ),
    appendOnly: false,
    site,
  });
  return behind(own.plan, node, own.node.columns.length, [], site);
}

function besideTable<C>(
  base: Scope,
  width: number,
  extend: (scope: Scope) => PlanNode,
  site: SourceSite | null,
): Table<C> {
  const table = createTable<C>(base.plan, companionNode(base, width, extend, site), site);
  bindCompanion(base.plan, scopeOf(table).sides[0].owner, { base, width, extend });
  return table;
}

/** The scope's columns, then the keys before and after, then the cells that `previous` have in the row before. */
function sortedNode(
  method: string,
  scope: Scope,
  key: unknown,
  options: unknown,
  previous: readonly number[],
  site: SourceSite | null,
): { node: PlanNode; from: number } {
  const { plan } = scope;
  const order = orderSaid(method, scope, key, options, site);
  const input = placed(plan, scope.node, order, site);
  const [keyPosition, ...instance] = input.positions;
  const { columns } = input.node;
  const pointer: ColumnType = { name: "pointer", optional: true };
  const node = plan.add({
    operator: "sort",
    inputs: [input.node],
    options: { said: method, key: keyPosition, instance, previous },
    columns: [
      ...columns,
      Object.freeze({ name: "prev", type: pointer }),
      Object.freeze({ name: "next", type: pointer }),
      ...previous.map((position) => {
        const { name, type } = columns[position];
        return Object.freeze({ name: `previous ${name}`, type: { ...type, optional: true } });
      }),
    ],
    appendOnly: false,
    site,
  });
  return { node, from: columns.length };
}

/** The expressions of an order: its key, then its instance. */
function orderSaid(
  method: string,
  scope: Scope,
  key: unknown,
  options: unknown,
  site: SourceSite | null,
): ExpressionNode[] {
  const { instance } = checkOptions<{ instance?: unknown }>(options, optionNames, method, site);
  const instances = instance === undefined ? [] : [instance].flat();
  return [key, ...instances].map((given, i) => {
    const item = said(scope, given);
    if (typeof item === "string") return columnAt(scope.node, positionSaid(scope, item, method, site));
    const what = `${i === 0 ? "the order" : "the instance"} of ${method}`;
    return bindRowwise(scope, nodeOfOperand(item, what), method, site);
  });
}

/** The positions of columns given as themselves, by name or by a callback. */
function valuesSaid(
  scope: Scope,
  method: string,
  given: readonly unknown[],
  site: SourceSite | null,
): number[] {
  const items = given.flatMap((item) => said(scope, item));
  if (items.length === 0) throw badArgument(`${method} needs a column of values`, site);
  return items.map((item) => positionSaid(scope, item, method, site));
}

/** null where there is no row before, or either value is null. */
function differenceOf(node: PlanNode, position: number, previous: number): ExpressionNode {
  const present = (at: number): ExpressionNode => {
    const column = columnAt(node, at);
    return { ...column, type: { ...column.type, optional: false } };
  };
  const difference = callNode("sub", [present(position), present(previous)]);
  return callNode("require", [difference, columnAt(node, position), columnAt(node, previous)]);
}

function entry(name: string, node: PlanNode, position: number): Entry {
  return { name, expression: columnAt(node, position) };
}

/** Ints and floats lie alike, so the cells stay as they are. */
function floatOf(expression: ExpressionNode): ExpressionNode {
  return { ...expression, type: { ...expression.type, name: "float" } };
}

function checkNumber(
  { name, type }: PlanNode["columns"][number],
  isValue: boolean,
  site: SourceSite | null,
): void {
  const fits = isValue
    ? ["int", "float"].includes(type.name)
    : ["int", "float", "datetime", "duration"].includes(type.name) && !type.optional;
  if (fits) return;
  throw new TowpathError(
    "TP_EXPRESSION_TYPE",
    `interpolate cannot take "${name}" (${formatType(type)}) for ${isValue ? "a value" : "the time"}`,
    {
      where: formatSite(site),
      hint: isValue
        ? "Values are columns of type int or float, which may be null."
        : "The time is an int, float, datetime or duration that is never null.",
    },
  );
}
