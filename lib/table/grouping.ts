import { formatSite, type SourceSite, userSite } from "../base/source-site.ts";
import { TowpathError } from "../errors.ts";
import { formatReduction } from "../expressions/format.ts";
import type { ColumnNode, ExpressionNode, ReductionNode } from "../expressions/node.ts";
import { mapColumns } from "../expressions/walk.ts";
import type { PlanNode } from "../plan/node.ts";
import { Structures } from "../plan/structure.ts";
import { createTable } from "./create-table.ts";
import { badArgument } from "./names.ts";
import { resolve, resolveKey, type Scope, said } from "./scope.ts";
import {
  bindRowwise,
  columnAt,
  type Entry,
  entriesSaid,
  hasReduction,
  nodeOfOperand,
  placed,
  selectNode,
} from "./selection.ts";
import type { Table } from "./table.ts";
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
    const hint = "To reduce the whole table to one row, call `reduce` on the table itself.";
    throw badArgument("groupBy needs at least one column", site, hint);
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
  const results = new Results(keys, site);
  const entries = entriesSaid(scope, given, "reduce").map(({ name, value }): Entry => {
    const operand = nodeOfOperand(value, `column "${name}" of reduce`);
    const bound = mapColumns(
      operand,
      (column) => resolve(scope, column, site),
      (key) => resolveKey(scope, key, site),
    );
    return { name, expression: results.over(bound) };
  });
  const { reductions } = results;
  const input = placed(scope.plan, scope.node, [...keys, ...reductions.flatMap(({ args }) => args)], site);
  let at = keys.length;
  const options = {
    keys: input.positions.slice(0, keys.length),
    reductions: reductions.map(({ reducer, args, options }) => {
      at += args.length;
      return { reducer, args: input.positions.slice(at - args.length, at), options };
    }),
  };
  const nameAt = (position: number): string => input.node.columns[position].name;
  const canonical = [
    ...options.keys.map(nameAt),
    ...options.reductions.map(({ reducer, args, options }) =>
      formatReduction(reducer, args.map(nameAt), options),
    ),
  ];
  // Results that are asked for as they come need no `select` to name them.
  const asTheyCome =
    entries.length === canonical.length &&
    entries.every(({ expression }, i) => expression.kind === "column" && expression.position === i);
  const names = asTheyCome ? entries.map(({ name }) => name) : canonical;
  const node = scope.plan.add({
    operator: "groupBy",
    inputs: [input.node],
    options,
    columns: [...keys, ...reductions].map(({ type }, i) => Object.freeze({ name: names[i], type })),
    appendOnly: false,
    site,
  });
  return asTheyCome ? node : selectNode(scope.plan, node, named(entries, node), site);
}

/** Gives the columns of bound expressions the names that they have in `node`. */
function named(entries: readonly Entry[], node: PlanNode): Entry[] {
  return entries.map(({ name, expression }) => ({
    name,
    expression: mapColumns(expression, (column) => columnAt(node, column.position)),
  }));
}

/**
 * Expressions of `reduce`, rebound to the columns of the `groupBy`: keys first, then reductions, which are collected,
 * equal ones once. What equals a grouping expression is that key.
 */
class Results {
  readonly reductions: ReductionNode[] = [];
  readonly #keyCount: number;
  readonly #site: SourceSite | null;
  readonly #structures = new Structures();
  /** Number of a key's or reduction's structure → its position. */
  readonly #positions = new Map<number, number>();
  readonly #done = new Map<ExpressionNode, ExpressionNode>();

  constructor(keys: readonly ExpressionNode[], site: SourceSite | null) {
    this.#keyCount = keys.length;
    this.#site = site;
    keys.forEach((key, position) => {
      const structure = this.#structures.numberOf(key);
      if (!this.#positions.has(structure)) this.#positions.set(structure, position);
    });
  }

  over(node: ExpressionNode): ExpressionNode {
    let result = this.#done.get(node);
    if (result === undefined) {
      result = this.#over(node);
      this.#done.set(node, result);
    }
    return result;
  }

  #over(node: ExpressionNode): ExpressionNode {
    const structure = this.#structures.numberOf(node);
    const position = this.#positions.get(structure);
    if (position !== undefined) return result(position, node);
    switch (node.kind) {
      case "literal":
        return node;
      case "column":
      case "key":
        throw new TowpathError(
          "TP_EXPRESSION_UNGROUPED",
          `${node.kind === "key" ? "a row's key" : `column "${node.name}"`} is neither grouped nor reduced`,
          {
            where: formatSite(this.#site),
            hint: "Add it to groupBy, or reduce it, for example with pw.reducers.max.",
          },
        );
      case "reduction":
        return result(this.#add(node, structure), node);
      default:
        return { ...node, args: node.args.map((arg) => this.over(arg)) };
    }
  }

  #add(node: ReductionNode, structure: number): number {
    if (node.args.some((arg) => hasReduction(arg))) {
      const hint = "Reduce twice: t.groupBy(…).reduce(…).reduce(…).";
      throw badArgument(`${node.reducer} is given the result of another reducer`, node.site, hint);
    }
    const position = this.#keyCount + this.reductions.push(node) - 1;
    this.#positions.set(structure, position);
    return position;
  }
}

function result(position: number, { type }: ExpressionNode): ColumnNode {
  return { kind: "column", owner: 0, name: "", position, type };
}
