import type { Column } from "../expressions/expression.ts";
import type { Schema } from "./schema.ts";
import { StreamMethods } from "./stream-methods.ts";
import type { Beside, NameOf } from "./types.ts";

export { nodeOf, planOf, scopeOf } from "./table-scope.ts";

/**
 * What can be done with a table of columns C. Every method says a new table and leaves this one as it is; nothing is
 * computed before `pw.run()`.
 *
 * The methods stand in classes by theme, each made of the one before: rows, keys, sets, groups, joins, orders, streams
 * (`row-methods.ts` …). A new theme is one more file in that chain.
 */
export class TableMethods<C> extends StreamMethods<C> {}

/**
 * A table of columns C (name → type in JS): its columns as properties, and its methods, which win over columns of the
 * same name (`t.col("count")` reaches those).
 */
export type Table<C> = TableMethods<C> & {
  readonly [K in Exclude<NameOf<C>, keyof TableMethods<C>>]: Column<C[K], K>;
};

/**
 * A table that has a row for each row of another one, under the same key. Its columns may also be used beside that
 * one's: in its `select`, `withColumns` and `filter`.
 */
export type BesideTable<C> = TableMethods<C> & Omit<Beside<C>, keyof TableMethods<C>>;

/** The row type of a table or schema: `pw.RowOf<typeof orders>`. */
export type RowOf<T> = T extends TableMethods<infer C> ? C : T extends Schema<infer C, string> ? C : never;
