import { userSite } from "../base/source-site.ts";
import type { Column } from "../expressions/expression.ts";
import { step } from "./create-table.ts";
import type { ValueSaid } from "./deduplicate.ts";
import { JoinMethods } from "./join-methods.ts";
import { diffTable, interpolateNode, type OrderOptions, sortTable } from "./order.ts";
import type { BesideTable, Table } from "./table.ts";
import { scopeOf } from "./table-scope.ts";
import type { ColumnRef, ColumnsOf, NameOf, NamesOf, Simplify } from "./types.ts";

/** What can be subtracted: numbers, times and durations, bigints; null where there is none. */
type Subtractable = number | bigint | null;

/** A column that can be subtracted: the column, or its name. */
type SubtractableRef<C> =
  | { [K in NameOf<C>]: [C[K]] extends [Subtractable] ? K : never }[NameOf<C>]
  | Column<Subtractable, NameOf<C>>;

/** Such columns, or a callback to them. */
type Differing<C> =
  | SubtractableRef<C>
  | ((columns: ColumnsOf<C>) => SubtractableRef<C> | readonly SubtractableRef<C>[]);

/** Columns, or a callback to them. */
type Values<C> = ColumnRef<C> | ((columns: ColumnsOf<C>) => ColumnRef<C> | readonly ColumnRef<C>[]);

/** The differences of the columns of C that A names. */
type Differences<C, A> = {
  readonly [K in NamesOf<A> as `diff_${K}`]: (bigint extends C[K & keyof C] ? bigint : number) | null;
};

/** Columns C with those that A names as numbers that may be missing. */
type Interpolated<C, A> = Simplify<{ [K in keyof C]: K extends NamesOf<A> ? number | null : C[K] }>;

/** What is done with rows in an order. */
export abstract class OrderMethods<C> extends JoinMethods<C> {
  /**
   * The keys of the rows before and after each row, in the order of a value, where that is equal of the rows' keys;
   * null at the ends. A table of the columns `prev` and `next` under the same keys, whose columns also stand beside this
   * table's own. A row that comes or goes changes its two neighbours, and costs the logarithm of their number.
   *
   * @throws TowpathError TP_BAD_ARGUMENT, TP_COLUMN_UNKNOWN, TP_COLUMN_FOREIGN.
   * @example
   * const order = trades.sort(trades.at, { instance: trades.symbol });
   * trades.withColumns({ previous: trades.ix(order.prev, { optional: true }).price })
   */
  sort<T>(
    this: OrderMethods<T>,
    key: ValueSaid<T>,
    options?: OrderOptions<T>,
  ): BesideTable<{ prev: string | null; next: string | null }> {
    type Neighbours = { prev: string | null; next: string | null };
    return sortTable<Neighbours>(
      scopeOf(this),
      key,
      options,
      userSite(),
    ) as unknown as BesideTable<Neighbours>;
  }

  /**
   * What each value is more than in the row before, in the order of a time: a table of columns `diff_<name>` under the
   * same keys, which also stand beside this table's own. null for the first row, and where either value is null.
   *
   * @throws TowpathError TP_BAD_ARGUMENT, TP_COLUMN_UNKNOWN, TP_COLUMN_FOREIGN; TP_EXPRESSION_TYPE for values that
   *   cannot be subtracted.
   * @example meter.withColumns({ used: meter.diff(meter.at, meter.reading, { instance: meter.house }).diff_reading })
   */
  diff<T, const A extends Differing<T> | readonly Differing<T>[]>(
    this: OrderMethods<T>,
    timestamp: ValueSaid<T>,
    values: A,
    options?: OrderOptions<T>,
  ): BesideTable<Differences<T, A extends readonly (infer I)[] ? I : A>> {
    const table = diffTable(scopeOf(this), timestamp, values, options, userSite());
    return table as unknown as BesideTable<Differences<T, A extends readonly (infer I)[] ? I : A>>;
  }

  /**
   * The table with missing values (null) filled: on the line between the nearest known values before and after, in the
   * order of a time, where that is equal of the rows' keys; where only one is known, with that; between two of one time
   * with the first. Filled columns are floats. The options stand behind the values.
   *
   * @throws TowpathError TP_EXPRESSION_TYPE where a value is no number, or the time may be null.
   * @example readings.interpolate(readings.at, readings.level, { instance: readings.sensor })
   */
  interpolate<const A extends readonly (Values<C> | OrderOptions<C>)[]>(
    timestamp: ValueSaid<C>,
    ...values: A
  ): Table<Interpolated<C, A[number]>> {
    return step(this, (scope, site) => interpolateNode(scope, timestamp, values, site));
  }
}
