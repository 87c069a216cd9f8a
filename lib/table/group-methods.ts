import { userSite } from "../base/source-site.ts";
import type { Expression } from "../expressions/expression.ts";
import { step } from "./create-table.ts";
import { type DeduplicateOptions, deduplicateNode, type ValueSaid } from "./deduplicate.ts";
import { Grouped, groupingKeys, reduceNode } from "./grouping.ts";
import { columnAt, positionSaid } from "./selection.ts";
import { SetMethods } from "./set-methods.ts";
import type { Table } from "./table.ts";
import { scopeOf } from "./table-scope.ts";
import type { ColumnsOf, NameOf, NamesOf, Own, Said, Selected, Selection } from "./types.ts";

type GroupArgument<C> =
  | NameOf<C>
  | Expression<unknown, NameOf<C>>
  | ((columns: ColumnsOf<C>) => Expression<unknown, NameOf<C>> | readonly Expression<unknown, NameOf<C>>[]);

/** What makes one row of several. */
export abstract class GroupMethods<C> extends SetMethods<C> {
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
    this: GroupMethods<T>,
    options: DeduplicateOptions<T, A>,
  ): Table<T> {
    return step(this, (scope, site) => deduplicateNode(scope, options, site));
  }
}
