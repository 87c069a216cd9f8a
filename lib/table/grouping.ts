import { formatSite, type SourceSite, userSite } from "../base/source-site.ts";
import { TowpathError } from "../errors.ts";
import type { ExpressionNode, ReductionNode } from "../expressions/node.ts";
import { sameStructure } from "../plan/fingerprint.ts";
import type { PlanNode } from "../plan/node.ts";
import { resolve, type Scope, said } from "./scope.ts";
import {
  bindRowwise,
  columnAt,
  type Entry,
  entriesSaid,
  hasReduction,
  mapColumns,
  nodeOfOperand,
  placed,
  selectNode,
} from "./selection.ts";
import { createTable, type Table } from "./table.ts";
import type { Given, How, Selected, Selection } from "./types.ts";

/**
 * A table by groups, waiting for `reduce`. A: the callback's arguments; G: the names of the columns that it is grouped
 * by; H: whether columns may be taken from the table objects, or from the callback only.
 */
export class Grouped<A extends readonly unknown[], G extends string, H extends How = "direct"> {
  readonly #scope: Scope;
  readonly #keys: readonly ExpressionNode[];

  /** Internal: use `table.groupBy(…)`. */
  constructor(scope: Scope, keys: readonly ExpressionNode[]) {
    this.#scope = scope;
    this.#keys = keys;
  }

  /**
   * One row for each group: expressions over reducers and grouped columns. A group that vanishes leaves no row.
   *
   * @throws TowpathError TP_EXPRESSION_UNGROUPED for a column that is neither grouped nor inside a reducer.
   * @example orders.groupBy(orders.region).reduce({ region: orders.region, total: pw.reducers.sum(orders.amount) })
   */
  reduce<E extends Selection<G>>(expressions: Given<H, A, E>): Table<Selected<E>> {
    const site = userSite();
    return createTable(this.#scope.plan, reduceNode(this.#scope, this.#keys, expressions, site), site);
  }
}

/** The grouping expressions of `groupBy`, bound: columns, names (where `named` knows them), expressions, callbacks. */
export function groupingKeys(
  scope: Scope,
  given: readonly unknown[],
  named: ((name: string) => ExpressionNode) | null,
  site: SourceSite | null,
): ExpressionNode[] {
  const flat = given.flatMap((item) => said(scope, item));
  if (flat.length === 0) {
    throw new TowpathError("TP_BAD_ARGUMENT", "groupBy needs at least one column", {
      where: formatSite(site),
      hint: "To reduce the whole table to one row, call `reduce` on the table itself.",
    });
  }
  return flat.map((item) => {
    if (typeof item === "string" && named !== null) return named(item);
    return bindRowwise(scope, nodeOfOperand(item, "an argument of groupBy"), "groupBy", site);
  });
}

/**
 * The node of a reduction: a `select` for computed keys and arguments, the `groupBy` itself, and a `select` for what
 * is said over its results. Equal reductions are computed once.
 */
export function reduceNode(
  scope: Scope,
  keys: readonly ExpressionNode[],
  given: unknown,
  site: SourceSite | null,
): PlanNode {
  const reductions: ReductionNode[] = [];
  const entries = entriesSaid(scope, given, "reduce").map(({ name, value }): Entry => {
    const said = nodeOfOperand(value, `column "${name}" of reduce`);
    const bound = mapColumns(said, (column) => resolve(scope, column, site));
    return { name, expression: overGroups(bound, keys, reductions, site) };
  });
  const args = reductions.flatMap((reduction) => reduction.args);
  const input = placed(scope.plan, scope.node, [...keys, ...args], site);
  let at = keys.length;
  const options = {
    keys: input.positions.slice(0, keys.length),
    reductions: reductions.map(({ reducer, args, options }) => {
      at += args.length;
      return { reducer, args: input.positions.slice(at - args.length, at), options };
    }),
  };
  const grouped = [
    ...options.keys.map((position) => input.node.columns[position].name),
    ...options.reductions.map(
      ({ reducer, args }) => `${reducer}(${args.map((p) => input.node.columns[p].name)})`,
    ),
  ];
  const types = [...keys, ...reductions].map(({ type }) => type);
  const direct =
    entries.length === types.length &&
    entries.every(({ expression }, i) => expression.kind === "column" && expression.position === i);
  const names = direct ? entries.map(({ name }) => name) : grouped;
  const node = scope.plan.add({
    operator: "groupBy",
    inputs: [input.node],
    options,
    columns: names.map((name, i) => Object.freeze({ name, type: types[i] })),
    appendOnly: false,
    site,
  });
  return direct ? node : selectNode(scope.plan, node, named(entries, node), site);
}

/** Bare columns carry the names of the node that they are bound to. */
function named(entries: readonly Entry[], node: PlanNode): Entry[] {
  return entries.map(({ name, expression }) => ({
    name,
    expression: mapColumns(expression, (column) => columnAt(node, column.position)),
  }));
}

/**
 * An expression of `reduce`, rebound to the columns of the `groupBy`: keys first, then reductions, which are
 * collected. What equals a grouping expression is that key.
 */
function overGroups(
  node: ExpressionNode,
  keys: readonly ExpressionNode[],
  reductions: ReductionNode[],
  site: SourceSite | null,
): ExpressionNode {
  const key = keys.findIndex((candidate) => sameExpression(candidate, node));
  if (key >= 0) return { kind: "column", owner: 0, name: "", position: key, type: node.type };
  switch (node.kind) {
    case "literal":
      return node;
    case "column":
      throw new TowpathError(
        "TP_EXPRESSION_UNGROUPED",
        `column "${node.name}" is neither grouped nor reduced`,
        {
          where: formatSite(site),
          hint: `Add it to groupBy, or reduce it, for example pw.reducers.max(…).`,
        },
      );
    case "reduction":
      return {
        kind: "column",
        owner: 0,
        name: "",
        position: keys.length + indexOf(node, reductions),
        type: node.type,
      };
    default:
      return { ...node, args: node.args.map((arg) => overGroups(arg, keys, reductions, site)) };
  }
}

function indexOf(node: ReductionNode, reductions: ReductionNode[]): number {
  const known = reductions.findIndex((candidate) => sameExpression(candidate, node));
  if (known >= 0) return known;
  if (node.args.some((arg) => hasReduction(arg))) {
    throw new TowpathError("TP_BAD_ARGUMENT", `${node.reducer} is given the result of another reducer`, {
      where: formatSite(node.site),
      hint: "Reduce twice: t.groupBy(…).reduce(…).reduce(…).",
    });
  }
  return reductions.push(node) - 1;
}

function sameExpression(a: ExpressionNode, b: ExpressionNode): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if (a.kind === "column" && b.kind === "column") return a.position === b.position;
  return sameStructure(a, b);
}
