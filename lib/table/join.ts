import { formatSite, type SourceSite, userSite } from "../base/source-site.ts";
import { type ColumnType, formatType, layoutOf } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { Expression } from "../expressions/expression.ts";
import type { ColumnNode, ExpressionNode, KeyNode } from "../expressions/node.ts";
import type { PlanNode } from "../plan/node.ts";
import { createTable } from "./create-table.ts";
import { Grouped, groupingKeys, reduceNode } from "./grouping.ts";
import { idSaid, isOptions, rowKey } from "./join-id.ts";
import { badArgument } from "./names.ts";
import { columnRecord, resolve, resolveKey, type Scope, type Side, said, withNode } from "./scope.ts";
import { bindRowwise, filterNode, nodeOfOperand, placed, selectionOf, selectNode } from "./selection.ts";
import type { Table } from "./table.ts";
import type { ColumnsOf, Given, How, JoinMode, NameOf, NamesOf, Selected, Selection } from "./types.ts";

/** An equality between a column, or expression, of the one table and one of the other. */
export type Condition<L, R> = Expression<boolean, NameOf<L> | NameOf<R>>;

/** A condition, or a callback from both tables' columns to one or several. */
export type ConditionSaid<L, R> =
  | Condition<L, R>
  | ((left: ColumnsOf<L>, right: ColumnsOf<R>) => Condition<L, R> | readonly Condition<L, R>[]);

/** What a join takes behind its conditions. */
export interface JoinOptions<L, R> {
  /**
   * The side whose keys the pairs get: `pw.keyOf(orders)`, or a callback. A row with several partners is a
   * TP_KEY_COLLISION at run time. Default: keys of their own, made of both sides'.
   */
  readonly id:
    | Expression<string, never>
    | ((left: ColumnsOf<L>, right: ColumnsOf<R>) => Expression<string, never>);
}

/** The columns of both sides as a callback's arguments. */
type Sides<L, R> = [left: ColumnsOf<L>, right: ColumnsOf<R>];

/** What a joined `groupBy` takes. */
export type JoinGroupArgument<L, R, H extends How> = Given<
  H,
  Sides<L, R>,
  Expression<unknown, NameOf<L> | NameOf<R>> | readonly Expression<unknown, NameOf<L> | NameOf<R>>[]
>;

/**
 * Two joined tables, of which a table is made by saying its columns. L, R: their columns, nullable where a side can be
 * unmatched; H: "callback" after an outer join, because only the callback's arguments know that.
 */
export class JoinResult<L, R, H extends How = "direct"> {
  readonly #scope: Scope;

  /** Internal: use `table.join(…)`. */
  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /**
   * The table of these columns, one row for each matching pair.
   *
   * @throws TowpathError TP_COLUMN_FOREIGN for a column of a third table, or of a table object after an outer join.
   * @example orders.join(customers, orders.customer.eq(customers.id)).select({ segment: customers.segment })
   */
  select<E extends Selection<NameOf<L> | NameOf<R>>>(
    expressions: Given<H, Sides<L, R>, E>,
  ): Table<Selected<E>> {
    const site = userSite();
    const { plan, node } = this.#scope;
    return createTable(
      plan,
      selectNode(plan, node, selectionOf(this.#scope, expressions, "select", site), site),
      site,
    );
  }

  /** Keeps the pairs for which the condition is true; null counts as false. */
  filter(
    condition: Given<H, Sides<L, R>, Expression<boolean | null, NameOf<L> | NameOf<R>>>,
  ): JoinResult<L, R, H> {
    const site = userSite();
    const { plan, node } = this.#scope;
    const predicate = bindRowwise(
      this.#scope,
      nodeOfOperand(said(this.#scope, condition), "the condition of filter"),
      "filter",
      site,
    );
    return new JoinResult(withNode(this.#scope, filterNode(plan, node, predicate, site)));
  }

  /**
   * Groups the pairs by columns or expressions of either table.
   *
   * @example orders.join(customers, orders.customer.eq(customers.id)).groupBy(customers.segment)
   *   .reduce({ segment: customers.segment, total: pw.reducers.sum(orders.amount) })
   */
  groupBy<const A extends readonly JoinGroupArgument<L, R, H>[]>(
    ...columns: A
  ): Grouped<Sides<L, R>, NamesOf<A[number]>, H> {
    return new Grouped(this.#scope, groupingKeys(this.#scope, columns, null, userSite()));
  }

  /** One row for all pairs: expressions over reducers; no row where nothing matches. */
  reduce<E extends Selection<never>>(expressions: Given<H, Sides<L, R>, E>): Table<Selected<E>> {
    const site = userSite();
    return createTable(this.#scope.plan, reduceNode(this.#scope, [], expressions, site), site);
  }
}

const outerHint =
  "After an outer join take the callback's columns, whose types know null: .select((left, right) => ({ … })).";
const selfHint =
  "In a self-join use a callback: (left, right) => left.parent.eq(right.id), and so in select: (left, right) => ({ … }).";

/** Joins the tables of two scopes; `conditions` as the user said them. */
export function joinScopes(
  mode: JoinMode,
  left: Scope,
  right: Scope,
  conditions: readonly unknown[],
  site: SourceSite | null,
): Scope {
  if (left.plan !== right.plan) throw badArgument("join is given a table of another graph", site);
  const { plan } = left;
  const sides = [callbackSide(left), callbackSide(right)] as const;
  const pairs = conditionsSaid(
    sides,
    conditions.filter((item) => !isOptions(item)),
    site,
  );
  const id = idSaid(mode, sides, conditions.find(isOptions), site);
  const place = (side: "left" | "right", { node }: Scope) =>
    placed(plan, node, [...pairs.map((pair) => pair[side]), ...(id === side ? [rowKey] : [])], site);
  const l = place("left", left);
  const r = place("right", right);
  const columns = [
    ...unmatched(l.node, mode === "right" || mode === "outer"),
    ...unmatched(r.node, mode === "left" || mode === "outer"),
  ];
  const node = plan.add({
    operator: "join",
    inputs: [l.node, r.node],
    options: {
      mode,
      leftKeys: l.positions.slice(0, pairs.length),
      rightKeys: r.positions.slice(0, pairs.length),
    },
    columns,
    appendOnly: mode === "inner" && left.node.appendOnly && right.node.appendOnly,
    site,
  });
  const width = l.node.columns.length;
  if (id === null) return joinedScope(mode, left, right, node, width, site);
  const key = id === "left" ? l.positions[pairs.length] : width + r.positions[pairs.length];
  const options = { said: "join", by: "pointer", keys: [key] };
  const keyed = plan.add({ operator: "rekey", inputs: [node], options, columns, appendOnly: false, site });
  return joinedScope(mode, left, right, keyed, width, site);
}

function joinedScope(
  mode: JoinMode,
  left: Scope,
  right: Scope,
  node: PlanNode,
  rightFrom: number,
  site: SourceSite | null,
): Scope {
  const { plan } = left;
  const own = (columns: PlanNode["columns"], from: number): [Side, object] => {
    const owner = plan.addOwner(site);
    return [{ owner, from }, columnRecord(columns, owner)];
  };
  const [leftSide, leftRecord] = own(node.columns.slice(0, left.node.columns.length), 0);
  const [rightSide, rightRecord] = own(
    node.columns.slice(rightFrom, rightFrom + right.node.columns.length),
    rightFrom,
  );
  const owners = [...left.sides, ...right.sides].map((side) => side.owner);
  const hint = mode !== "inner" ? outerHint : sharesOwner(left, right) ? selfHint : null;
  const direct =
    hint === null
      ? [...left.sides, ...right.sides.map(({ owner, from }) => ({ owner, from: from + rightFrom }))]
      : [];
  return {
    plan,
    node,
    sides: [leftSide, rightSide, ...direct],
    records: [leftRecord, rightRecord],
    refused: new Map(hint === null ? [] : owners.map((owner) => [owner, hint])),
  };
}

function sharesOwner(left: Scope, right: Scope): boolean {
  return left.sides.some(({ owner }) => right.sides.some((side) => side.owner === owner));
}

function unmatched(node: PlanNode, optional: boolean): PlanNode["columns"] {
  return node.columns.map(({ name, type }) =>
    Object.freeze({ name, type: optional ? { name: type.name, optional: true } : type }),
  );
}

interface KeyPair {
  readonly left: ExpressionNode;
  readonly right: ExpressionNode;
}

/** One side with the callback's argument for it. */
interface CallbackSide {
  readonly record: object;
  readonly scope: Scope;
}

function callbackSide(scope: Scope): CallbackSide {
  const owner = scope.plan.addOwner(null);
  const side: Side = { owner, from: 0 };
  const record = columnRecord(scope.node.columns, owner);
  return { record, scope: { ...scope, sides: [...scope.sides, side] } };
}

function conditionsSaid(
  [left, right]: readonly [CallbackSide, CallbackSide],
  given: readonly unknown[],
  site: SourceSite | null,
): KeyPair[] {
  const flat = given.flatMap((item) => (typeof item === "function" ? item(left.record, right.record) : item));
  if (flat.length === 0) throw badCondition("join needs a condition", site);
  return flat.map((condition) => keyPair(condition, left.scope, right.scope, site));
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
  if (inLeft.some((column) => inRight.includes(column))) {
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
