import { type SourceSite, userSite } from "../base/source-site.ts";
import type { TypeText } from "../data/js-type.ts";
import type { Column, Expression } from "../expressions/expression.ts";
import type { Commit } from "../io/commit-stream.ts";
import type { PlanNode } from "../plan/node.ts";
import type { Plan } from "../plan/plan.ts";
import { addedColumns, castColumns, remainingColumns, renamedColumns } from "./column-changes.ts";
import { concatNode, updateRowsNode } from "./concat.ts";
import { type DeduplicateOptions, deduplicateNode, type ValueSaid } from "./deduplicate.ts";
import { flattenNode } from "./flatten.ts";
import { Grouped, groupingKeys, reduceNode } from "./grouping.ts";
import { type ConditionSaid, JoinResult, joinScopes } from "./join.ts";
import { pointerNode, rekeyNode } from "./keys.ts";
import type { Schema } from "./schema.ts";
import { columnRecord, isProbe, type Scope, unknownColumn } from "./scope.ts";
import {
  columnAt,
  type Entry,
  filterNode,
  positionSaid,
  predicateSaid,
  selectionOf,
  selectNode,
  splitNodes,
} from "./selection.ts";
import { bindScope, scopeOf } from "./table-scope.ts";
import type {
  Cast,
  ColumnRef,
  ColumnsOf,
  Flat,
  How,
  JoinMode,
  NameOf,
  NamesOf,
  NamesSaid,
  Nullable,
  OperandSaid,
  Renamed,
  Said,
  Selected,
  Selection,
  Simplify,
} from "./types.ts";
import { type UpdatesOptions, updatesOf } from "./updates.ts";

export { nodeOf, ownerOf, planOf, scopeOf } from "./table-scope.ts";

// Never there when the program runs: it carries the columns' types.
declare const shape: unique symbol;

/** The callback's arguments for one table. */
type Own<C> = [columns: ColumnsOf<C>];
type Columns<C> = ColumnRef<C> | ((columns: ColumnsOf<C>) => ColumnRef<C> | readonly ColumnRef<C>[]);
type GroupArgument<C> =
  | NameOf<C>
  | Expression<unknown, NameOf<C>>
  | ((columns: ColumnsOf<C>) => Expression<unknown, NameOf<C>> | readonly Expression<unknown, NameOf<C>>[]);
type Conditions<L, R> = readonly [ConditionSaid<L, R>, ...ConditionSaid<L, R>[]];

/**
 * What can be done with a table of columns C. Every method says a new table and leaves this one as it is; nothing is
 * computed before `pw.run()`.
 */
export class TableMethods<C> {
  declare readonly [shape]: C;

  /**
   * The column of this name, also where a method has the same name.
   *
   * @throws TowpathError TP_COLUMN_UNKNOWN, naming the nearest.
   * @example t.col("count")
   */
  col<K extends NameOf<C>>(name: K): Column<C[K], K> {
    const { node, records } = scopeOf(this);
    if (!node.columns.some((column) => column.name === name)) throw unknownColumn(name, node.columns);
    return (records[0] as ColumnsOf<C>)[name];
  }

  /**
   * The table of these columns, row by row; rows keep their keys.
   *
   * @throws TowpathError TP_COLUMN_FOREIGN for a column of another table.
   * @example t.select({ name: t.name, twice: t.price.mul(2) })
   * @example t.select((c) => ({ twice: c.price.mul(2) }))
   */
  select<E extends Selection<NameOf<C>>>(expressions: Said<Own<C>, E>): Table<Selected<E>> {
    return selected(this, (scope, site) => selectionOf(scope, expressions, "select", site));
  }

  /**
   * All columns and these; a column of the same name is replaced where it stands.
   *
   * @example t.withColumns({ total: t.price.mul(t.quantity) })
   */
  withColumns<E extends Selection<NameOf<C>>>(
    expressions: Said<Own<C>, E>,
  ): Table<Simplify<Omit<C, keyof E> & Selected<E>>> {
    return selected(this, (scope, site) => addedColumns(scope, expressions, site));
  }

  /**
   * All columns but these, given as columns, names or a callback.
   *
   * @throws TowpathError TP_COLUMN_UNKNOWN; TP_BAD_ARGUMENT where no column would be left.
   * @example t.without("note", t.currency)
   */
  without<const A extends readonly Columns<C>[]>(
    ...columns: A
  ): Table<Simplify<Omit<C, NamesOf<A[number]>>>> {
    return selected(this, (scope, site) => remainingColumns(scope, columns, site));
  }

  /**
   * The same columns, some under new names, in the same order.
   *
   * @throws TowpathError TP_COLUMN_UNKNOWN; TP_COLUMN_DUPLICATE where a new name is taken; TP_BAD_ARGUMENT where a
   *   column would get two names.
   * @example t.rename({ newName: t.old })
   */
  rename<const M extends Readonly<Record<string, ColumnRef<C>>>>(
    names: Said<Own<C>, M>,
  ): Table<Renamed<C, M>> {
    return selected(this, (scope, site) => renamedColumns(scope, names, site));
  }

  /**
   * The rows for which the condition is true; null counts as false. Rows keep their keys.
   *
   * @throws TowpathError TP_EXPRESSION_TYPE where the condition is no bool.
   * @example t.filter(t.price.gt(3))
   */
  filter(condition: Said<Own<C>, Expression<boolean | null, NameOf<C>>>): Table<C> {
    return step(this, (scope, site) =>
      filterNode(scope.plan, scope.node, predicateSaid(scope, condition, "filter", site), site),
    );
  }

  /**
   * The rows for which the condition is true, and all others: those where it is false or null. Rows keep their keys.
   *
   * @throws TowpathError TP_EXPRESSION_TYPE where the condition is no bool.
   * @example const [large, small] = orders.split(orders.amount.ge(1000));
   */
  split(
    condition: Said<Own<C>, Expression<boolean | null, NameOf<C>>>,
  ): [matching: Table<C>, rest: Table<C>] {
    const site = userSite();
    const scope = scopeOf(this);
    const predicate = predicateSaid(scope, condition, "split", site);
    const [matching, rest] = splitNodes(scope.plan, scope.node, predicate, site);
    return [createTable(scope.plan, matching, site), createTable(scope.plan, rest, site)];
  }

  /**
   * The same columns, some in another type: `cast` of each, by name.
   *
   * @throws TowpathError TP_COLUMN_UNKNOWN; TP_EXPRESSION_TYPE where there is no way from the one type to the other.
   * @example t.castTypes({ amount: "float", note: "json?" })
   */
  castTypes<const M extends { readonly [K in NameOf<C>]?: TypeText }>(types: M): Table<Cast<C, M>> {
    return selected(this, (scope, site) => castColumns(scope, types, site));
  }

  /**
   * One row for each element of a column: a text's code points, the elements of a json array or a tuple. null has none;
   * data that is no array fails. Keys are hashes of the row's key and the position; `pw.keyOf` before tells the row.
   * @throws TowpathError TP_COLUMN_UNKNOWN; TP_EXPRESSION_TYPE for a column of another type.
   * @example orders.withColumns({ order: pw.keyOf(orders) }).flatten("items")
   */
  flatten<T, K extends NameOf<T>>(
    this: TableMethods<T>,
    column: Said<Own<T>, K | Column<unknown, K>>,
  ): Table<Flat<T, K>> {
    return step(this, (scope, site) => flattenNode(scope, column, site));
  }

  /** The rows none of whose cells failed (see `onError: "report"`). Every column is computed, needed or not. */
  removeErrors(): Table<C> {
    return step(this, ({ plan, node }, site) => {
      const { columns, appendOnly } = node;
      return plan.add({ operator: "removeErrors", inputs: [node], options: {}, columns, appendOnly, site });
    });
  }

  /**
   * The key of rows with these values, as `groupBy`, a primary key and `withIdFrom` make it of them: an expression over
   * this table, for joins with and references to such a table's rows. null is a value like others.
   *
   * @example orders.withColumns({ customerId: orders.pointerFrom(orders.customer) })
   */
  pointerFrom<const A extends readonly OperandSaid<C>[]>(
    ...values: A
  ): Expression<string, NamesSaid<A[number]>> {
    return pointerNode(scopeOf(this), values);
  }

  /**
   * The same rows under new keys, made of these values as `pointerFrom` makes them.
   *
   * Values must tell rows apart. Where several rows have the same, the run fails with TP_KEY_COLLISION, which names the
   * key and two of the rows; where failures are only reported, none of these rows is in the table until one remains.
   *
   * @throws TowpathError TP_BAD_ARGUMENT without a value.
   * @example customers.withIdFrom(customers.email)
   */
  withIdFrom(...values: readonly OperandSaid<C>[]): Table<C> {
    return step(this, (scope, site) => rekeyNode(scope, values, site));
  }

  /**
   * Groups rows that are equal in these columns, names or expressions; null is a value like others.
   *
   * @example t.groupBy(t.word).reduce({ word: t.word, count: pw.reducers.count() })
   */
  groupBy<const A extends readonly GroupArgument<C>[]>(...columns: A): Grouped<Own<C>, NamesOf<A[number]>> {
    const site = userSite();
    const scope = scopeOf(this);
    const named = (name: string) => columnAt(scope.node, positionSaid(scope, name, "groupBy", site));
    return new Grouped(scope, groupingKeys(scope, columns, named, site));
  }

  /**
   * The whole table as one row of reducers; no row while the table is empty.
   *
   * @throws TowpathError TP_EXPRESSION_UNGROUPED for a column outside a reducer.
   * @example t.reduce({ sum: pw.reducers.sum(t.value) })
   */
  reduce<E extends Selection<never>>(expressions: Said<Own<C>, E>): Table<Selected<E>> {
    return step(this, (scope, site) => reduceNode(scope, [], expressions, site));
  }

  /**
   * The pairs of rows that meet all conditions, each an equality between a column or expression of this table and one
   * of the other; null equals null. A table is joined with itself by a callback.
   *
   * @throws TowpathError TP_JOIN_CONDITION, TP_JOIN_AMBIGUOUS, TP_EXPRESSION_TYPE.
   * @example orders.join(customers, orders.customer.eq(customers.id)).select({ segment: customers.segment })
   * @example staff.join(staff, (person, boss) => person.boss.eq(boss.id)).select((person, boss) => ({ … }))
   */
  join<R>(right: Table<R>, ...conditions: Conditions<C, R>): JoinResult<C, R> {
    return joinTables(this, "inner", right, conditions);
  }

  /** Like `join`, and each row without a match once, the right side null. */
  joinLeft<R>(right: Table<R>, ...conditions: Conditions<C, R>): JoinResult<C, Nullable<R>, "callback"> {
    return joinTables(this, "left", right, conditions);
  }

  /** Like `join`, and each row of the right table without a match once, the left side null. */
  joinRight<R>(right: Table<R>, ...conditions: Conditions<C, R>): JoinResult<Nullable<C>, R, "callback"> {
    return joinTables(this, "right", right, conditions);
  }

  /** Like `join`, and each row of either table without a match once, the other side null. */
  joinOuter<R>(
    right: Table<R>,
    ...conditions: Conditions<C, R>
  ): JoinResult<Nullable<C>, Nullable<R>, "callback"> {
    return joinTables(this, "outer", right, conditions);
  }

  /**
   * The rows of this table and the others, keys kept. All have the same columns by name and type; this table's order
   * counts. A column is optional where it is optional in any of them.
   *
   * @throws TowpathError TP_COLUMN_UNKNOWN for a column that this table lacks, TP_BAD_ARGUMENT for one that another
   *   lacks, TP_EXPRESSION_TYPE for one of another type.
   * @example europe.concat(asia, africa)
   */
  concat(...others: readonly Table<C>[]): Table<C> {
    return step(this, (scope, site) => concatNode(scope, others.map(scopeOf), false, site));
  }

  /**
   * The rows of this table and the others under new keys, made of each row's key and its table's place among the
   * arguments: for tables whose keys may be the same. Otherwise as `concat`.
   *
   * @example orders.concatReindex(orders) // every order twice
   */
  concatReindex(...others: readonly Table<C>[]): Table<C> {
    return step(this, (scope, site) => concatNode(scope, others.map(scopeOf), true, site));
  }

  /**
   * The rows of both tables; where both have one of the same key, that of `other`. When that one leaves, this table's
   * comes back. Columns as for `concat`.
   *
   * @example defaults.updateRows(overrides)
   */
  updateRows(other: Table<C>): Table<C> {
    return step(this, (scope, site) => updateRowsNode(scope, scopeOf(other), site));
  }

  /**
   * The row accepted last of each instance, under the key of the instance's values. The first row of an instance is
   * accepted; a later one where `acceptor(its value, the accepted row's value)` is true, by default where they differ.
   *
   * Rows that go are not looked at: what has been accepted stays. Rows of one commit are offered in the order of their
   * values (see `order`). An acceptor that throws is a failure (`onError`), and its row is not accepted.
   *
   * @throws TowpathError TP_BAD_ARGUMENT, TP_COLUMN_UNKNOWN, TP_COLUMN_FOREIGN.
   * @example
   * readings.deduplicate({ value: readings.level, instance: readings.sensor, acceptor: (now, kept) => now >= kept + 2 })
   */
  deduplicate<T, const A extends ValueSaid<T>>(
    this: TableMethods<T>,
    options: DeduplicateOptions<T, A>,
  ): Table<T> {
    return step(this, (scope, site) => deduplicateNode(scope, options, site));
  }

  /**
   * The table's commits while `pw.run()` runs, each `{ time, changes: [{ key, row, diff }] }`, rows that went before
   * rows that came. Called before the run; every call is a reader of its own, at its own pace.
   *
   * A slow reader never holds the run up, unless `overflow` says so: commits beyond `buffer` become one. Ends with the
   * run, also where that fails (`pw.run()` says why), after what is buffered; leaving the loop ends it at once.
   *
   * @throws TowpathError TP_BAD_ARGUMENT; TP_GRAPH_RUNNING once the graph runs.
   * @example
   * const [commits, running] = [totals.updates(), pw.run()];
   * for await (const { time, changes } of commits) console.log(time, changes.length);
   * await running;
   */
  updates(options: UpdatesOptions = {}): AsyncIterableIterator<Commit<C>, undefined> {
    return updatesOf(scopeOf(this), options, userSite());
  }
}

/**
 * A table of columns C (name → type in JS): its columns as properties, and its methods, which win over columns of the
 * same name (`t.col("count")` reaches those).
 */
export type Table<C> = TableMethods<C> & {
  readonly [K in Exclude<NameOf<C>, keyof TableMethods<C>>]: Column<C[K], K>;
};

/** The row type of a table or schema: `pw.RowOf<typeof orders>`. */
export type RowOf<T> = T extends TableMethods<infer C> ? C : T extends Schema<infer C, string> ? C : never;

function joinTables<L, R, H extends How>(
  left: object,
  mode: JoinMode,
  right: object,
  conditions: readonly unknown[],
): JoinResult<L, R, H> {
  return new JoinResult(joinScopes(mode, scopeOf(left), scopeOf(right), conditions, userSite()));
}

/** The table of a node made from this one's. */
function step<C>(table: object, make: (scope: Scope, site: SourceSite | null) => PlanNode): Table<C> {
  const site = userSite();
  const scope = scopeOf(table);
  return createTable(scope.plan, make(scope, site), site);
}

/** The table of these columns of this one. */
function selected<C>(
  table: object,
  columns: (scope: Scope, site: SourceSite | null) => readonly Entry[],
): Table<C> {
  return step(table, (scope, site) => selectNode(scope.plan, scope.node, columns(scope, site), site));
}

/** A table over a plan node. */
export function createTable<C>(plan: Plan, node: PlanNode, site: SourceSite | null): Table<C> {
  const owner = plan.addOwner(site);
  const record = columnRecord(node.columns, owner);
  const table = new Proxy(new TableMethods<C>(), {
    get(target, name) {
      // A connector may give its table methods of its own (`pw.input`); they win over columns like the others.
      if (typeof name === "symbol" || isMethod(name) || Object.hasOwn(target, name))
        return Reflect.get(target, name);
      if (Object.hasOwn(record, name)) return Reflect.get(record, name);
      if (name in target || isProbe(name)) return Reflect.get(target, name);
      throw unknownColumn(name, node.columns);
    },
    has: (target, name) => Reflect.has(target, name) || Object.hasOwn(record, name),
  });
  const scope: Scope = {
    plan,
    node,
    sides: [{ owner, from: 0 }],
    records: [record],
    refused: new Map(),
  };
  bindScope(table, scope);
  return table as Table<C>;
}

const methods: ReadonlySet<string> = new Set(
  Object.getOwnPropertyNames(TableMethods.prototype).filter((name) => name !== "constructor"),
);

function isMethod(name: string): boolean {
  return methods.has(name);
}
