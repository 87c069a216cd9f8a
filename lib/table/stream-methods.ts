import { userSite } from "../base/source-site.ts";
import type { Commit } from "../io/commit-stream.ts";
import { OrderMethods } from "./order-methods.ts";
import { scopeOf } from "./table-scope.ts";
import { type UpdatesOptions, updatesOf } from "./updates.ts";

/** What is done with the changes of a table. */
export abstract class StreamMethods<C> extends OrderMethods<C> {
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
