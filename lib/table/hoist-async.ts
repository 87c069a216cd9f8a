import { formatSite, type SourceSite } from "../base/source-site.ts";
import { TowpathError } from "../errors.ts";
import type { ApplyNode, ColumnNode, ExpressionNode } from "../expressions/node.ts";
import type { PlanNode } from "../plan/node.ts";
import type { Plan } from "../plan/plan.ts";
import { Structures } from "../plan/structure.ts";

/** Computes bound expressions behind a node's columns; returns their positions. */
type Place = (
  node: PlanNode,
  expressions: readonly ExpressionNode[],
) => { readonly node: PlanNode; readonly positions: readonly number[] };

/** A node with the columns of `node` and more behind them, and expressions over it. */
export interface Hoisted {
  readonly node: PlanNode;
  readonly expressions: readonly ExpressionNode[];
}

/** What evaluates some operands for some rows only: a function that answers later would be called for all. */
const lazyFrom: Readonly<Record<string, number>> = { coalesce: 1, fillError: 1, ifElse: 1, require: 0 };

/**
 * Takes functions that answer later out of bound expressions: each becomes a column of an `applyAsync` node, equal ones
 * one column; a call among another's arguments becomes a node before it.
 */
export function hoistAsync(
  plan: Plan,
  node: PlanNode,
  expressions: readonly ExpressionNode[],
  site: SourceSite | null,
  place: Place,
): Hoisted {
  let hoisted: Hoisted = { node, expressions };
  for (;;) {
    const found = innermost(hoisted.expressions);
    if (found.length === 0) return hoisted;
    hoisted = hoistedCalls(plan, hoisted, found, site, place);
  }
}

function hoistedCalls(
  plan: Plan,
  { node, expressions }: Hoisted,
  calls: readonly ApplyNode[],
  site: SourceSite | null,
  place: Place,
): Hoisted {
  const structures = new Structures();
  const numbers = calls.map((call) => structures.numberOf(call));
  const distinct = calls.filter((_, i) => numbers.indexOf(numbers[i]) === i);
  const placed = place(
    node,
    distinct.flatMap(({ args }) => args),
  );
  const before = placed.node.columns.length;
  let at = 0;
  const options = {
    calls: distinct.map(({ fn, args, type, asynchronous, isTrusted, site }) => {
      at += args.length;
      const positions = placed.positions.slice(at - args.length, at);
      // Of a kind, like an expression: where it was said is no part of what it says.
      const call = { kind: "asyncCall", fn, args: positions, type, asynchronous, site };
      return isTrusted === true ? { ...call, isTrusted } : call;
    }),
  };
  const columns = distinct.map(({ fn, type }, i) =>
    Object.freeze({ name: `${fn.name || "answer"} ${i}`, type }),
  );
  const called = plan.add({
    operator: "applyAsync",
    inputs: [placed.node],
    options,
    columns: [...placed.node.columns, ...columns],
    appendOnly: placed.node.appendOnly,
    site,
  });
  const answers = new Map<ExpressionNode, ColumnNode>();
  calls.forEach((call, i) => {
    const position = before + distinct.findIndex((_, k) => structures.numberOf(distinct[k]) === numbers[i]);
    const { name, type } = called.columns[position];
    answers.set(call, { kind: "column", owner: 0, name, position, type });
  });
  return { node: called, expressions: expressions.map((expression) => replaced(expression, answers)) };
}

/** Calls that answer later and have none among their arguments, each node once. Throws TP_BAD_ARGUMENT. */
function innermost(expressions: readonly ExpressionNode[]): ApplyNode[] {
  const found = new Set<ApplyNode>();
  const known = new Map<ExpressionNode, boolean>();
  const visit = (node: ExpressionNode): boolean => {
    const done = known.get(node);
    if (done !== undefined) return done;
    known.set(node, false);
    if (!("args" in node)) return false;
    const holds = node.args.map(visit);
    checkLazy(node, holds);
    const isAsync = node.kind === "apply" && node.asynchronous !== undefined;
    if (isAsync && !holds.includes(true)) found.add(node);
    known.set(node, isAsync || holds.includes(true));
    return isAsync || holds.includes(true);
  };
  expressions.forEach(visit);
  return [...found];
}

function checkLazy(node: ExpressionNode, holds: readonly boolean[]): void {
  if (node.kind !== "call") return;
  const lazy = lazyFrom[node.name];
  if (lazy === undefined || !holds.slice(lazy).includes(true)) return;
  throw new TowpathError("TP_BAD_ARGUMENT", `applyAsync stands inside ${node.name}, which may not need it`, {
    where: formatSite(node.site),
    hint: "It would be called for every row: put it into a column of its own first, or filter the rows that need it.",
  });
}

function replaced(
  node: ExpressionNode,
  answers: ReadonlyMap<ExpressionNode, ColumnNode>,
  done: Map<ExpressionNode, ExpressionNode> = new Map(answers),
): ExpressionNode {
  const known = done.get(node);
  if (known !== undefined) return known;
  let result = node;
  if ("args" in node) {
    const args = node.args.map((arg) => replaced(arg, answers, done));
    if (args.some((arg, i) => arg !== node.args[i])) result = { ...node, args };
  }
  done.set(node, result);
  return result;
}
