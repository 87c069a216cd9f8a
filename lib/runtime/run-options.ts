import { TowpathError } from "../errors.ts";
import type { OnError } from "./failures.ts";
import type { MonitoringLevel } from "./monitor.ts";
import type { PersistenceOptions } from "./persistence-options.ts";
import type { OnStall } from "./stall-watch.ts";

export interface RunOptions {
  /** Ends the run gracefully when aborted. */
  readonly signal?: AbortSignal;
  /** The live table: "auto" (default) shows it on a terminal, and log lines elsewhere. */
  readonly monitoring?: MonitoringLevel;
  /**
   * Keeps the run's state in a directory, so that the next run goes on where this one ended, however it did: with the
   * same commits at the same times, and the output of a run that was never interrupted. Without it a run begins anew.
   */
  readonly persistence?: PersistenceOptions;
  /**
   * What happens when a cell cannot be computed. "fail" (default): the run ends at the first, nothing of that commit is
   * written or acknowledged, and `pw.run` rejects with the operator, the line of the script and the row. "report": the
   * run goes on. The cell is `pw.ERROR`, and so is what is computed of it; reducers skip it; `pw.fillError` and
   * `removeErrors` take care of it; a row that has one is not written to any output. `pw.errorLog()` lists what failed;
   * where nobody reads that, lines on stderr tell of it.
   */
  readonly onError?: OnError;
  /**
   * How long the run may take to end, once it was told to (by `signal`, SIGINT, SIGTERM, or a failure), in ms; default
   * 10,000. After that `pw.run` rejects with TP_STOP_TIMEOUT, which says what was not delivered; closing connections is
   * given a second more.
   */
  readonly stopTimeoutMs?: number;
  /**
   * Megabytes for all that is on its way through the run: messages fetched, rows that wait for their commit
   * (TP_COMMIT_TOO_LARGE beyond it), messages sent and not acknowledged. Default: each of these has a bound of its own
   * (64 MB, `commit.maxPendingRows`, 32 MB). Not in it: the tables' state, and the program itself (about 150 MB).
   */
  readonly memoryLimitMb?: number;
  /**
   * Called when nothing was read, committed or delivered for `stallAfterMs` although there is something to do, and again
   * each time as long passes; a line on stderr says the same. The run goes on. What it throws ends the run.
   */
  readonly onStall?: OnStall;
  /** Default 30,000 ms. */
  readonly stallAfterMs?: number;
}

const MONITORING: readonly unknown[] = ["auto", "none", "in-out", "all"];

/** What each option may be. Those without a check here are checked by what takes them. */
const checks: Record<
  keyof RunOptions,
  { readonly isFine: (given: unknown) => boolean; readonly hint: string }
> = {
  signal: { isFine: (given) => given instanceof AbortSignal, hint: "Give the signal of an AbortController." },
  monitoring: {
    isFine: (given) => MONITORING.includes(given),
    hint: 'Give "auto", "none", "in-out" or "all".',
  },
  persistence: { isFine: () => true, hint: "" },
  onError: { isFine: (given) => given === "fail" || given === "report", hint: 'Give "fail" or "report".' },
  stopTimeoutMs: { isFine: () => true, hint: "" },
  memoryLimitMb: { isFine: () => true, hint: "" },
  onStall: { isFine: (given) => typeof given === "function", hint: "Give a function." },
  stallAfterMs: { isFine: () => true, hint: "" },
};

/** Throws TP_BAD_ARGUMENT for an option that `pw.run` does not have, or that cannot be what it is. */
export function checkRunOptions(options: unknown): void {
  if (typeof options !== "object" || options === null)
    throw refused(`pw.run takes an object of options, not ${String(options)}`);
  for (const [name, given] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name as keyof RunOptions] : undefined;
    if (check === undefined) {
      throw refused(
        `pw.run has no option ${JSON.stringify(name)}`,
        `Options are ${Object.keys(checks).join(", ")}.`,
      );
    }
    if (given === undefined || check.isFine(given)) continue;
    throw refused(`the option ${name} of pw.run cannot be ${String(given)}`, check.hint);
  }
}

function refused(detail: string, hint?: string): TowpathError {
  return new TowpathError("TP_BAD_ARGUMENT", detail, { hint });
}
