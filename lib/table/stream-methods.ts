import { userSite } from "../base/source-site.ts";
import type { Expression } from "../expressions/expression.ts";
import type { Commit } from "../io/commit-stream.ts";
import { step } from "./create-table.ts";
import { OrderMethods } from "./order-methods.ts";
import { fromStreamNode, toStreamNode } from "./stream.ts";
import type { Table } from "./table.ts";
import { scopeOf } from "./table-scope.ts";
import type { NameOf, Own, Said, Simplify } from "./types.ts";
import { type UpdatesOptions, updatesOf } from "./updates.ts";

/** What is done with the changes of a table. */
export abstract class StreamMethods<C> extends OrderMethods<C> {
  /**
   * The table's changes as rows that only come: of each key that a commit touches its row after the commit, with true in
   * a further column, or the row that went, with false. Rows keep their keys, so a key has a row for each of its changes;
   * `fromStream` makes the table of them again.
   *
   * @param column The further column's name; default `isUpsert`.
   * @throws TowpathError TP_COLUMN_DUPLICATE where the table has such a column.
   * @example const changes = totals.toStream();
   */
  toStream<const N extends string = "isUpsert">(
    column?: N,
  ): Table<Simplify<C & { readonly [K in N]: boolean }>> {
    return step(this, (scope, site) => toStreamNode(scope, column ?? "isUpsert", site));
  }

  /**
   * The table that a stream of changes tells of: of each key the row that came last, unless a deletion came after it.
   * Of several rows of a key in one commit upserts count before deletions, and of upserts the greatest, cell by cell.
   * Deletions are told by their keys alone.
   *
   * @param isUpsert A column, its name, an expression or a callback: true for an upsert, false for a deletion.
   * @throws TowpathError TP_BAD_ARGUMENT for a table whose rows may go; TP_EXPRESSION_TYPE where it is no bool.
   * @example const table = events.withIdFrom(events.id).fromStream((event) => event.kind.ne("deleted"));
   */
  fromStream(isUpsert: NameOf<C> | Said<Own<C>, Expression<boolean, NameOf<C>>>): Table<C> {
    return step(this, (scope, site) => fromStreamNode(scope, isUpsert, site));
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
