import { type SourceSite, userSite } from "../base/source-site.ts";
import type { Expression } from "../expressions/expression.ts";
import { createTable } from "./create-table.ts";
import { Grouped, groupingKeys, reduceNode } from "./grouping.ts";
import { joinScope } from "./join-scope.ts";
import { type Scope, said, withNode } from "./scope.ts";
import { bindRowwise, filterNode, nodeOfOperand, selectionOf, selectNode } from "./selection.ts";
import type { Table } from "./table.ts";
import { scopeOf } from "./table-scope.ts";
import type {
  ColumnsOf,
  Given,
  How,
  JoinMode,
  NameOf,
  NamesOf,
  Nullable,
  Selected,
  Selection,
} from "./types.ts";

/** The columns of each joined table, from left to right. */
type Joined = readonly unknown[];

/** The callback's arguments: the columns of each joined table. */
type Sides<T extends Joined> = { -readonly [I in keyof T]: ColumnsOf<T[I]> };

/** The names of all joined tables' columns. */
type NamesIn<T extends Joined> = T extends readonly (infer C)[]
  ? C extends unknown
    ? NameOf<C>
    : never
  : never;

/** The joined tables where each may have no row. */
export type NullableSides<T extends Joined> = { [I in keyof T]: Nullable<T[I]> };

/** An equality between columns, or expressions, of the tables before and of the table that joins them. */
type Condition<T extends Joined> = Expression<boolean, NamesIn<T>>;

/** A condition, or a callback from all tables' columns to one or several. */
type ConditionSaid<T extends Joined, H extends How> =
  | (H extends "direct" ? Condition<T> : never)
  | ((...tables: Sides<T>) => Condition<T> | readonly Condition<T>[]);

/** What a join takes behind its conditions. */
interface JoinOptions<T extends Joined> {
  /**
   * The side whose keys the pairs get: `pw.keyOf(orders)`, or a callback. A row with several partners is a
   * TP_KEY_COLLISION at run time. Default: keys of their own, made of both sides'.
   */
  readonly id: Expression<string, never> | ((...tables: Sides<T>) => Expression<string, never>);
}

/** Conditions, and options behind them. */
export type JoinArguments<T extends Joined, H extends How = "direct"> = readonly [
  ConditionSaid<T, H>,
  ...(ConditionSaid<T, H> | JoinOptions<T>)[],
];

/** What a joined `groupBy` takes. */
type JoinGroupArgument<T extends Joined, H extends How> = Given<
  H,
  Sides<T>,
  Expression<unknown, NamesIn<T>> | readonly Expression<unknown, NamesIn<T>>[]
>;

/**
 * Joined tables, of which a table is made by saying its columns, and to which further tables can be joined. T: each
 * table's columns, nullable where it can be unmatched, in the order in which callbacks get them; H: "callback" after an
 * outer join, because only the callback's arguments know that.
 */
export class JoinResult<T extends Joined, H extends How = "direct"> {
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
  select<E extends Selection<NamesIn<T>>>(expressions: Given<H, Sides<T>, E>): Table<Selected<E>> {
    const site = userSite();
    const { plan, node } = this.#scope;
    return createTable(
      plan,
      selectNode(plan, node, selectionOf(this.#scope, expressions, "select", site), site),
      site,
    );
  }

  /** Keeps the pairs for which the condition is true; null counts as false. */
  filter(condition: Given<H, Sides<T>, Expression<boolean | null, NamesIn<T>>>): JoinResult<T, H> {
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
  groupBy<const A extends readonly JoinGroupArgument<T, H>[]>(
    ...columns: A
  ): Grouped<Sides<T>, NamesOf<A[number]>, H> {
    return new Grouped(this.#scope, groupingKeys(this.#scope, columns, null, userSite()));
  }

  /** One row for all pairs: expressions over reducers; no row where nothing matches. */
  reduce<E extends Selection<never>>(expressions: Given<H, Sides<T>, E>): Table<Selected<E>> {
    const site = userSite();
    return createTable(this.#scope.plan, reduceNode(this.#scope, [], expressions, site), site);
  }

  /**
   * The pairs with the rows of one more table. Conditions compare a column or expression of any table before with one of
   * that table; callbacks get the columns of all tables, from left to right. Otherwise as `join` of a table.
   *
   * @throws TowpathError TP_JOIN_CONDITION, TP_JOIN_AMBIGUOUS, TP_EXPRESSION_TYPE.
   * @example orders.join(customers, orders.customer.eq(customers.id)).join(rates, customers.segment.eq(rates.segment))
   *   .select({ order: orders.id, cost: orders.amount.mul(rates.rate) })
   */
  join<R>(right: Table<R>, ...conditions: JoinArguments<[...T, R], H>): JoinResult<[...T, R], H> {
    return this.#join("inner", right, conditions);
  }

  /** Like `join`, and each pair without a match once, the columns of the right table null. */
  joinLeft<R>(
    right: Table<R>,
    ...conditions: JoinArguments<[...T, R], H>
  ): JoinResult<[...T, Nullable<R>], "callback"> {
    return this.#join("left", right, conditions);
  }

  /** Like `join`, and each row of the right table without a match once, the columns of all tables before null. */
  joinRight<R>(
    right: Table<R>,
    ...conditions: JoinArguments<[...T, R], H>
  ): JoinResult<[...NullableSides<T>, R], "callback"> {
    return this.#join("right", right, conditions);
  }

  /** Like `join`, and each pair and each row of the right table without a match once, the other side null. */
  joinOuter<R>(
    right: Table<R>,
    ...conditions: JoinArguments<[...T, R], H>
  ): JoinResult<[...NullableSides<T>, Nullable<R>], "callback"> {
    return this.#join("outer", right, conditions);
  }

  #join<U extends Joined, K extends How>(
    mode: JoinMode,
    right: object,
    conditions: readonly unknown[],
  ): JoinResult<U, K> {
    return joined(mode, this.#scope, right, conditions, userSite());
  }
}

/** The pairs of a scope, which may be that of pairs itself, with the rows of a table. */
export function joined<T extends Joined, H extends How>(
  mode: JoinMode,
  left: Scope,
  right: object,
  conditions: readonly unknown[],
  site: SourceSite | null,
): JoinResult<T, H> {
  return new JoinResult(joinScope(mode, left, scopeOf(right), conditions, site));
}
