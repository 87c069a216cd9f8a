import type { Map as ImmutableMap } from "immutable";
import { userSite } from "../base/source-site.ts";
import { addOutput } from "../table/output.ts";
import { nodeOf, type TableMethods } from "../table/table.ts";
import { Snapshots } from "./snapshots.ts";

/** A table as it is now, whole commit by whole commit. */
export interface Materialized<R> {
  /** The rows by key (a UUID's text), in no particular order. A version that somebody holds never changes. */
  readonly current: ImmutableMap<string, R>;
  /** The time of the last commit that changed the table; null before the first. */
  readonly time: number | null;
  /**
   * Calls `fn` after each commit that changed the table, when every other materialized table has that commit too.
   * What `fn` returns is not waited for. An error that it throws or rejects ends the run with TP_FUNCTION_FAILED.
   *
   * @returns what ends the calls.
   */
  subscribe(fn: (current: ImmutableMap<string, R>, time: number) => unknown): () => void;
}

/**
 * Keeps a table in memory while `pw.run()` runs, for code that looks rows up: an HTTP handler, a test.
 *
 * `current` is an immutable map, replaced once a commit; a commit costs what it changes, however large the table is.
 * Rows are frozen objects. Before the run the map is empty, after it the last version stays. A table has at most one
 * row of a key: where two rows share one (a table concatenated with itself), the run fails with TP_KEY_COLLISION.
 *
 * @throws TowpathError TP_GRAPH_RUNNING once the graph runs.
 * @example
 * const totals = pw.materialize(orders.groupBy("region").reduce((c) => ({ region: c.region, n: pw.reducers.count() })));
 * const stop = totals.subscribe((current, time) => console.log(time, current.size));
 * await pw.run();
 * console.log([...totals.current.values()]);
 */
export function materialize<C>(table: TableMethods<C>): Materialized<C> {
  const snapshots = new Snapshots<C>("materialize", nodeOf(table).columns, userSite());
  addOutput(table, {
    connector: "materialize",
    name: "materialize",
    describe: {},
    needsAllPartitions: "a snapshot would go on holding the rows of partitions that have been given away",
    create: () => snapshots,
  });
  return {
    get current() {
      return snapshots.current;
    },
    get time() {
      return snapshots.time;
    },
    subscribe: (fn) => snapshots.subscribe(fn),
  };
}
