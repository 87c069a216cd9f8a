import { formatSite, type SourceSite } from "../base/source-site.ts";
import { type Columns, positionOf } from "../data/schema.ts";
import { formatType, sameType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { callNode, castNode } from "../expressions/build.ts";
import { Expression } from "../expressions/expression.ts";
import { formatExpression } from "../expressions/format.ts";
import { literalNode } from "../expressions/literal.ts";
import type { ColumnNode, ExpressionNode } from "../expressions/node.ts";
import { mapColumns } from "../expressions/walk.ts";
import type { PlanNode } from "../plan/node.ts";
import type { Plan } from "../plan/plan.ts";
import { Structures } from "../plan/structure.ts";
import { hoistAsync } from "./hoist-async.ts";
import { badArgument, checkName, describe, entriesOf } from "./names.ts";
import { resolve, resolveKey, type Scope, said, unknownColumn } from "./scope.ts";

/** One column to be: its name and its expression. */
export interface Entry {
  readonly name: string;
  readonly expression: ExpressionNode;
}

/** An expression, or a plain JS value in place of one, as a node. Throws TP_BAD_ARGUMENT for anything else. */
export function nodeOfOperand(value: unknown, what: string): ExpressionNode {
  if (value instanceof Expression) return value.node;
  const plain = value === null || ["string", "number", "boolean", "bigint"].includes(typeof value);
  if (plain || value instanceof Uint8Array) return literalNode(value);
  throw new TowpathError("TP_BAD_ARGUMENT", `${what} is ${describe(value)}, not an expression`, {
    hint: "Give a column, an expression such as t.price.mul(2), or a plain value.",
  });
}

/** Whether an expression holds a reducer. */
export function hasReduction(node: ExpressionNode, seen: Set<ExpressionNode> = new Set()): boolean {
  if (seen.has(node)) return false;
  seen.add(node);
  if (node.kind === "reduction") return true;
  return (node.kind === "call" || node.kind === "apply") && node.args.some((arg) => hasReduction(arg, seen));
}

/** Binds an expression that is computed row by row to the scope's columns. */
export function bindRowwise(
  scope: Scope,
  node: ExpressionNode,
  what: string,
  site: SourceSite | null,
): ExpressionNode {
  if (hasReduction(node)) {
    throw new TowpathError("TP_BAD_ARGUMENT", `${what} uses a reducer, which has no value for a single row`, {
      where: formatSite(site),
      hint: "Reducers stand in `reduce`: t.groupBy(…).reduce({ total: pw.reducers.sum(t.x) }).",
    });
  }
  return mapColumns(
    node,
    (column) => resolve(scope, column, site),
    (key) => resolveKey(scope, key, site),
  );
}

/** The columns of a record that the user gave, directly or as a callback. */
export function entriesSaid(scope: Scope, given: unknown, what: string): { name: string; value: unknown }[] {
  const entries = entriesOf(said(scope, given), `the argument of ${what}`);
  if (entries.length === 0) throw new TowpathError("TP_BAD_ARGUMENT", `${what} needs at least one column`);
  return entries.map(([name, value]) => {
    checkName(name);
    return { name, value };
  });
}

/** `select`'s argument, bound. */
export function selectionOf(scope: Scope, given: unknown, what: string, site: SourceSite | null): Entry[] {
  return entriesSaid(scope, given, what).map(({ name, value }) => {
    const column = `column "${name}" of ${what}`;
    return { name, expression: bindRowwise(scope, nodeOfOperand(value, column), column, site) };
  });
}

/** A bound column of a node, by position. */
export function columnAt(node: PlanNode, position: number): ColumnNode {
  const { name, type } = node.columns[position];
  return { kind: "column", owner: 0, name, position, type };
}

/** Every column of a node as it is. */
export function allColumns(node: PlanNode): Entry[] {
  return node.columns.map(({ name }, position) => ({ name, expression: columnAt(node, position) }));
}

/** The node with these columns: `node` itself where they are its own, in order. */
export function selectNode(
  plan: Plan,
  node: PlanNode,
  entries: readonly Entry[],
  site: SourceSite | null,
): PlanNode {
  const unchanged =
    entries.length === node.columns.length &&
    entries.every(
      ({ name, expression }, i) =>
        expression.kind === "column" &&
        expression.position === i &&
        name === node.columns[i].name &&
        sameType(expression.type, node.columns[i].type),
    );
  if (unchanged) return node;
  const given = entries.map(({ expression }) => expression);
  const { node: input, expressions } = hoistAsync(plan, node, given, site, (table, args) =>
    placed(plan, table, args, site),
  );
  return plan.add({
    operator: "select",
    inputs: [input],
    options: { expressions },
    columns: entries.map(({ name, expression }) => Object.freeze({ name, type: expression.type })),
    appendOnly: input.appendOnly,
    site,
  });
}

/** A condition as the user said it, bound. */
export function predicateSaid(
  scope: Scope,
  condition: unknown,
  what: string,
  site: SourceSite | null,
): ExpressionNode {
  const operand = nodeOfOperand(said(scope, condition), `the condition of ${what}`);
  return bindRowwise(scope, operand, what, site);
}

/** Keeps the rows where a bound predicate is true: a computed one stands in a column that only the filter sees. */
export function filterNode(
  plan: Plan,
  node: PlanNode,
  condition: ExpressionNode,
  site: SourceSite | null,
  half?: 0 | 1,
): PlanNode {
  const predicate = boolOf(condition, "filter", site);
  const columns = allColumns(node);
  const bare = predicate.kind === "column";
  const input = bare
    ? node
    : selectNode(plan, node, [...columns, { name: "predicate", expression: predicate }], site);
  const kept = plan.add({
    operator: "filter",
    inputs: [input],
    options: { column: bare ? predicate.position : columns.length, ...(half === undefined ? {} : { half }) },
    columns: input.columns,
    appendOnly: input.appendOnly,
    site,
  });
  return bare ? kept : selectNode(plan, kept, allColumns(kept).slice(0, -1), site);
}

/** The rows where a bound predicate is true, and the others (null is not true); it is computed once. */
export function splitNodes(
  plan: Plan,
  node: PlanNode,
  condition: ExpressionNode,
  site: SourceSite | null,
): readonly [matching: PlanNode, rest: PlanNode] {
  const predicate = boolOf(condition, "split", site);
  const columns = allColumns(node);
  const asked = selectNode(plan, node, [...columns, { name: "predicate", expression: predicate }], site);
  const answer = columnAt(asked, columns.length);
  const isTrue = answer.type.optional ? callNode("coalesce", [answer, literalNode(false)]) : answer;
  const half = (expression: ExpressionNode, number: 0 | 1): PlanNode => {
    const kept = filterNode(plan, asked, expression, site, number);
    return selectNode(plan, kept, allColumns(kept).slice(0, -1), site);
  };
  return [half(answer, 0), half(callNode("not", [isTrue]), 1)];
}

function boolOf(condition: ExpressionNode, what: string, site: SourceSite | null): ExpressionNode {
  const predicate = condition.type.name === "any" ? castNode(condition, "bool?") : condition;
  if (predicate.type.name === "bool") return predicate;
  throw new TowpathError("TP_EXPRESSION_TYPE", `${what} needs a bool, not a ${formatType(predicate.type)}`, {
    where: formatSite(site),
    hint: "Compare with something, for example t.price.gt(3).",
  });
}

/**
 * Positions for bound expressions: bare columns where they are, the rest computed in a `select` behind all columns,
 * equal ones once.
 */
export function placed(
  plan: Plan,
  node: PlanNode,
  expressions: readonly ExpressionNode[],
  site: SourceSite | null,
): { node: PlanNode; positions: number[] } {
  const entries = allColumns(node);
  const structures = new Structures();
  const computed = new Map<number, number>();
  const positions = expressions.map((expression) => {
    if (expression.kind === "column") return expression.position;
    const structure = structures.numberOf(expression);
    let position = computed.get(structure);
    if (position === undefined) {
      position = entries.push({ name: formatExpression(expression), expression }) - 1;
      computed.set(structure, position);
    }
    return position;
  });
  return { node: selectNode(plan, node, entries, site), positions };
}

/** The position of a column given as itself or by its name; throws TP_COLUMN_UNKNOWN, TP_COLUMN_FOREIGN. */
export function positionSaid(scope: Scope, given: unknown, what: string, site: SourceSite | null): number {
  const columns: Columns = scope.node.columns;
  if (typeof given === "string") {
    const position = positionOf(columns, given);
    if (position < 0) throw unknownColumn(given, columns);
    return position;
  }
  if (given instanceof Expression && given.node.kind === "column")
    return resolve(scope, given.node, site).position;
  throw new TowpathError("TP_BAD_ARGUMENT", `${what} takes columns or their names, not ${describe(given)}`, {
    where: formatSite(site),
  });
}

/** Refuses two columns of one name. */
export function checkDistinct(entries: readonly Entry[], what: string, site: SourceSite | null): void {
  const seen = new Set<string>();
  for (const { name } of entries) {
    if (seen.has(name)) {
      throw new TowpathError("TP_COLUMN_DUPLICATE", `${what} makes two columns called "${name}"`, {
        where: formatSite(site),
      });
    }
    seen.add(name);
  }
}

/** Refuses a table without columns. */
export function checkSome(
  entries: readonly Entry[],
  what: string,
  site: SourceSite | null,
): readonly Entry[] {
  if (entries.length === 0) throw badArgument(`${what} leaves no column`, site);
  return entries;
}
