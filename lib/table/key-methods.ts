import type { Expression } from "../expressions/expression.ts";
import { step } from "./create-table.ts";
import { pointerNode, rekeyNode } from "./keys.ts";
import { RowMethods } from "./row-methods.ts";
import type { Table } from "./table.ts";
import { scopeOf } from "./table-scope.ts";
import type { NamesSaid, OperandSaid } from "./types.ts";

/** What is done with the keys of a table's rows. */
export abstract class KeyMethods<C> extends RowMethods<C> {
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
}
