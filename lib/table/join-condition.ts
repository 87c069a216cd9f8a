import { formatSite, type SourceSite } from "../base/source-site.ts";
import { type ColumnType, formatType, layoutOf } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { Expression } from "../expressions/expression.ts";
import type { ColumnNode, ExpressionNode, KeyNode } from "../expressions/node.ts";
import { badArgument } from "./names.ts";
import { resolve, resolveKey, type Scope } from "./scope.ts";
import { bindRowwise } from "./selection.ts";

/** One condition, bound: what is compared of each side. */
interface KeyPair {
  readonly left: ExpressionNode;
  readonly right: ExpressionNode;
}

/** Said where a column is that of two tables of a join. */
export const selfHint =
  "In a self-join use a callback: (left, right) => left.parent.eq(right.id), and so in select: (left, right) => ({ … }).";

/** A join's conditions as the user said them, over both sides' columns and the callback's arguments. */
export function conditionsSaid(
  left: Scope,
  right: Scope,
  given: readonly unknown[],
  site: SourceSite | null,
): KeyPair[] {
  if (left.plan !== right.plan) throw badArgument("join is given a table of another graph", site);
  const records = [...left.records, ...right.records];
  const flat = given.flatMap((item) => (typeof item === "function" ? item(...records) : item));
  if (flat.length === 0) throw badCondition("join needs a condition", site);
  return flat.map((condition) => keyPair(condition, left, right, site));
}

/** `a.eq(b)` with one side's columns in a and the other's in b, in either order. */
function keyPair(condition: unknown, left: Scope, right: Scope, site: SourceSite | null): KeyPair {
  const node = condition instanceof Expression ? (condition.node as ExpressionNode) : null;
  if (node?.kind !== "call" || node.name !== "eq")
    throw badCondition("a join's condition is not an equality", site);
  const [a, b] = node.args;
  const [sideOfA, sideOfB] = [sideOf(a, left, right, site), sideOf(b, left, right, site)];
  if (sideOfA === sideOfB) throw badCondition("a join's condition compares one table with itself", site);
  const bind = (expression: ExpressionNode, scope: Scope) => bindRowwise(scope, expression, "join", site);
  const pair =
    sideOfA === "left"
      ? { left: bind(a, left), right: bind(b, right) }
      : { left: bind(b, left), right: bind(a, right) };
  checkComparable(pair.left.type, pair.right.type, site);
  return pair;
}

function sideOf(node: ExpressionNode, left: Scope, right: Scope, site: SourceSite | null): "left" | "right" {
  const has = (scope: Scope) => (column: ColumnNode | KeyNode) =>
    scope.sides.some((side) => side.owner === column.owner);
  const columns = columnsOf(node);
  const inLeft = columns.filter(has(left));
  const inRight = columns.filter(has(right));
  if (inRight.some((column) => inLeft.includes(column) || left.refused.has(column.owner))) {
    throw new TowpathError(
      "TP_JOIN_AMBIGUOUS",
      "a table is joined with itself by a condition on the table object",
      {
        where: formatSite(site),
        hint: selfHint,
      },
    );
  }
  const foreign = columns.find((column) => !inLeft.includes(column) && !inRight.includes(column));
  if (foreign?.kind === "column") resolve(left, foreign, site);
  if (foreign?.kind === "key") resolveKey(left, foreign, site);
  if (columns.length === 0) throw badCondition("one side of a join's condition is a constant", site);
  if (inLeft.length > 0 && inRight.length > 0) {
    throw badCondition("one side of a join's condition uses columns of both tables", site);
  }
  return inLeft.length > 0 ? "left" : "right";
}

/** The columns and keys that an expression reads. */
export function columnsOf(
  node: ExpressionNode,
  seen: Set<ExpressionNode> = new Set(),
): (ColumnNode | KeyNode)[] {
  if (seen.has(node)) return [];
  seen.add(node);
  if (node.kind === "column" || node.kind === "key") return [node];
  return node.kind === "literal" ? [] : node.args.flatMap((arg) => columnsOf(arg, seen));
}

/** Keys are compared by their bytes: both sides have one type, or are numbers. */
function checkComparable(left: ColumnType, right: ColumnType, site: SourceSite | null): void {
  const numbers = ["int", "float"];
  if (left.name === right.name || (numbers.includes(left.name) && numbers.includes(right.name))) return;
  throw new TowpathError(
    "TP_EXPRESSION_TYPE",
    `a join compares ${formatType(left)} with ${formatType(right)}`,
    {
      where: formatSite(site),
      hint: `Cast one side, for example .cast("${layoutOf(left) === "value" ? right.name : left.name}").`,
    },
  );
}

function badCondition(detail: string, site: SourceSite | null): TowpathError {
  return new TowpathError("TP_JOIN_CONDITION", detail, {
    where: formatSite(site),
    hint: "Conditions are equalities between the two tables: orders.join(customers, orders.customer.eq(customers.id)); give several as several arguments.",
  });
}
