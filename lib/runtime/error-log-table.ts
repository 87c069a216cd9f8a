import { currentPlan, type Plan } from "../plan/plan.ts";
import type { SourceSpec } from "../plan/specs.ts";
import { tableFromSource } from "../table/source.ts";
import type { Table } from "../table/table.ts";
import { ErrorLog } from "./error-log.ts";
import { type LogEntry, logColumns } from "./log-entry.ts";

/** The connector name of the log. */
export const ERROR_LOG = "errorLog";

const logs = new WeakMap<Plan, Table<LogEntry>>();

const spec: SourceSpec = {
  connector: ERROR_LOG,
  name: ERROR_LOG,
  describe: {},
  appendOnly: true,
  listsFailures: true,
  create: (needed) => new ErrorLog(needed),
};

/**
 * The table of all that fails in this graph while it runs with `onError: "report"`: cells that could not be computed,
 * rows left out for one (of an output, a group, a filter, a join), and messages that a source skips or sends to a dead
 * letter. It only grows, and can be selected, filtered, joined and written like any other table.
 *
 * What fails in a commit is listed in the commit right after it. Of one operator (or source) and commit at most 1,000
 * failures are listed, and one more entry says in `count` how many others there were. What fails while an entry of the
 * log passes through the graph is counted and logged, but not listed. Nothing but failures that the outputs of the
 * graph come to: what nobody reads is not computed. Under `onError: "fail"` it lists skipped messages alone.
 *
 * Columns: `commit` (the time of the commit that failed), `operator`, `code`, `message`, `where` (line of the script),
 * `origin` (topic, partition and offset), `rowKey`, `row` (its cells as text), `count`.
 *
 * @example
 * const failures = pw.errorLog();
 * pw.kafka.write(failures.select({ at: failures.commit, message: failures.message }), settings, { topicName: "errors" });
 * await pw.run({ onError: "report" });
 */
export function errorLog(): Table<LogEntry> {
  const plan = currentPlan();
  const known = logs.get(plan);
  if (known !== undefined) return known;
  const table = tableFromSource<LogEntry>(logColumns, spec);
  logs.set(plan, table);
  return table;
}
