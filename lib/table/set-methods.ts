import { concatNode, updateRowsNode } from "./concat.ts";
import { step } from "./create-table.ts";
import { KeyMethods } from "./key-methods.ts";
import { differenceNode, intersectNode, restrictNode, updateCellsNode } from "./key-sets.ts";
import type { Table, TableMethods } from "./table.ts";
import { scopeOf } from "./table-scope.ts";
import type { AnyColumns, Updated } from "./types.ts";

/** Any table: only its keys count. */
type AnyTable = TableMethods<AnyColumns>;

/** How tables are put together as sets of rows, by key. */
export abstract class SetMethods<C> extends KeyMethods<C> {
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
   * This table with cells of `other` in place of its own: of the columns that `other` has, in the rows whose key it has.
   * When its row leaves, this table's cells come back.
   *
   * Every key of `other` is one of this table's. Where one is not, the run fails with TP_KEY_MISSING, which names it.
   *
   * @throws TowpathError TP_COLUMN_UNKNOWN for a column that this table lacks, TP_EXPRESSION_TYPE for one of another
   *   type.
   * @example products.updateCells(newPrices)
   */
  updateCells<P extends Partial<C>>(other: TableMethods<P>): Table<Updated<C, P>> {
    return step(this, (scope, site) => updateCellsNode(scope, scopeOf(other), site));
  }

  /**
   * The rows whose key every other table has, whatever the columns of those.
   *
   * @example orders.intersect(paid, shipped)
   */
  intersect(...others: readonly [AnyTable, ...AnyTable[]]): Table<C> {
    return step(this, (scope, site) => intersectNode(scope, others.map(scopeOf), site));
  }

  /**
   * The rows whose key the other table does not have, whatever its columns.
   *
   * @example orders.difference(paid)
   */
  difference(other: AnyTable): Table<C> {
    return step(this, (scope, site) => differenceNode(scope, scopeOf(other), site));
  }

  /**
   * The rows whose key the other table has; it has no key that this one lacks. Where it does, the run fails with
   * TP_KEY_MISSING, which names the key. (`intersect` takes keys that this table lacks in its stride.)
   *
   * @example customers.restrict(premium)
   */
  restrict(other: AnyTable): Table<C> {
    return step(this, (scope, site) => restrictNode(scope, scopeOf(other), site));
  }
}
