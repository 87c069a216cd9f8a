import { userSite } from "../base/source-site.ts";
import type { Expression } from "../expressions/expression.ts";
import { step } from "./create-table.ts";
import { type IxOptions, ixTable, refOf } from "./ix.ts";
import { pointerNode, rekeyNode } from "./keys.ts";
import { RowMethods } from "./row-methods.ts";
import type { BesideTable, Table } from "./table.ts";
import { scopeOf } from "./table-scope.ts";
import type { NamesSaid, Nullable, Operand, OperandSaid } from "./types.ts";

/** What a lookup finds: with these options perhaps nulls. */
type Sought<C, O> = [O] extends [never]
  ? C
  : O extends { readonly optional: true } | { readonly allowMisses: true }
    ? Nullable<C>
    : C;

/** The options among the arguments of `ixRef`. */
type OptionsIn<A> = A extends Operand<string> ? never : A;

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

  /**
   * For each row of the table that `pointer` is of, the row of this table with that key: a table of this one's columns
   * under the keys of the pointer's table, kept current from both sides. Its columns also stand beside those of the
   * pointer's table, in its `select`, `withColumns` and `filter`.
   *
   * A key that no row has fails the run with TP_KEY_MISSING, which names the key and this line; where failures are only
   * reported, the row that looked is left out. With `allowMisses` it finds nulls instead.
   *
   * @throws TowpathError TP_EXPRESSION_TYPE for anything but a pointer, and for one that may be null without `optional`.
   * @example orders.select({ id: orders.id, name: customers.ix(orders.customerKey).name })
   * @example customers.ix(orders.referrerKey, { optional: true })
   */
  ix<const O extends IxOptions = Record<never, never>>(
    pointer: Expression<string | null, string>,
    options?: O,
  ): BesideTable<Sought<C, O>> {
    const site = userSite();
    return ixTable(scopeOf(this), "ix", pointer, options, site) as unknown as BesideTable<Sought<C, O>>;
  }

  /**
   * `ix` with the key that rows of these values have (see `pointerFrom`): the row of a grouping, of a source with a
   * primary key, of `withIdFrom`. The options stand behind the values.
   *
   * @throws TowpathError TP_BAD_ARGUMENT without a value, or where no value is a column and no `context` is given.
   * @example orders.withColumns({ share: orders.amount.div(totals.ixRef(orders.region).total) })
   */
  ixRef<const A extends readonly (IxOptions | Operand<string>)[]>(
    ...values: A
  ): BesideTable<Sought<C, OptionsIn<A[number]>>> {
    const site = userSite();
    const [pointer, options] = refOf(values);
    return ixTable(scopeOf(this), "ixRef", pointer, options, site) as unknown as BesideTable<
      Sought<C, OptionsIn<A[number]>>
    >;
  }
}
