import { concatNode, updateRowsNode } from "./concat.ts";
import { step } from "./create-table.ts";
import { KeyMethods } from "./key-methods.ts";
import type { Table } from "./table.ts";
import { scopeOf } from "./table-scope.ts";

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
}
