import { userSite } from "../base/source-site.ts";
import type { TypeText } from "../data/js-type.ts";
import type { Column, Expression } from "../expressions/expression.ts";
import { addedColumns, castColumns, remainingColumns, renamedColumns } from "./column-changes.ts";
import { filterSaid } from "./companion.ts";
import { createTable, selected, step } from "./create-table.ts";
import { flattenNode } from "./flatten.ts";
import { unknownColumn } from "./scope.ts";
import { predicateSaid, selectionOf, splitNodes } from "./selection.ts";
import type { Table } from "./table.ts";
import { scopeOf } from "./table-scope.ts";
import type {
  Cast,
  ColumnRef,
  ColumnsOf,
  Flat,
  NameOf,
  NamesOf,
  Own,
  Renamed,
  Said,
  Selected,
  Selection,
  Simplify,
} from "./types.ts";

// Never there when the program runs: it carries the columns' types.
declare const shape: unique symbol;

type Columns<C> = ColumnRef<C> | ((columns: ColumnsOf<C>) => ColumnRef<C> | readonly ColumnRef<C>[]);

/** What is done with a table row by row. The root of the classes that `TableMethods` is made of. */
export abstract class RowMethods<C> {
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
    return step(this, (scope, site) => filterSaid(scope, condition, site));
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
   * @throws TowpathError TP_COLUMN_UNKNOWN; TP_EXPRESSION_TYPE for another type; TP_BAD_ARGUMENT for more than a column.
   * @example orders.withColumns({ order: pw.keyOf(orders) }).flatten("items")
   */
  flatten<T, K extends NameOf<T>>(
    this: RowMethods<T>,
    column: Said<Own<T>, K | Column<unknown, K>>,
  ): Table<Flat<T, K>>;
  flatten(...given: readonly unknown[]): object {
    return step(this, (scope, site) => flattenNode(scope, given, site));
  }

  /** The rows none of whose cells failed (see `onError: "report"`). Every column is computed, needed or not. */
  removeErrors(): Table<C> {
    return step(this, ({ plan, node }, site) => {
      const { columns, appendOnly } = node;
      return plan.add({ operator: "removeErrors", inputs: [node], options: {}, columns, appendOnly, site });
    });
  }
}
