import { nearest } from "../../lib/base/nearest.ts";
import { userSite } from "../../lib/base/source-site.ts";
import { TowpathError } from "../../lib/errors.ts";
import { addOutput } from "../../lib/table/output.ts";
import type { TableMethods } from "../../lib/table/table.ts";
import { type Callbacks, Subscription } from "./subscription.ts";

/** What `pw.subscribe` takes: at least one function. */
export interface SubscribeOptions<R> extends Callbacks<R> {
  /** The output's name in logs; default "subscribe". */
  readonly name?: string;
}

const callbackNames = [
  "onChange",
  "onTimeEnd",
  "onEnd",
] as const satisfies readonly (keyof Callbacks<unknown>)[];
const optionNames: readonly string[] = [...callbackNames, "name"];

/**
 * Calls functions of the script with every change of a table, commit by commit, while `pw.run()` runs.
 *
 * - `onChange({ key, row, time, diff })`: a row came (`diff` 1) or went (-1). Within a time rows go before others come.
 *   `row` is an object of its own, the callback's to keep. Equal rows of a table have keys of their own, and are told one
 *   by one.
 * - `onTimeEnd(time)`: everything of that time has been delivered; also called where this table did not change, for
 *   each time that changed some output of the graph.
 * - `onEnd()`: the run has come to its end, by its sources or by a signal; once, and not after a failure.
 *
 * Calls come one at a time. Where one returns a promise, the next waits for it, and so does the run. An error thrown or
 * rejected ends the run with TP_FUNCTION_FAILED.
 *
 * With `persistence` a run calls them with what is new: not again with what an earlier run had delivered, but for the
 * commits that were under way when it ended.
 *
 * @throws TowpathError TP_BAD_ARGUMENT without a function, or for another option; TP_GRAPH_RUNNING.
 * @example
 * pw.subscribe(counts, { onChange: ({ row, diff }) => console.log(diff > 0 ? "+" : "-", row.word, row.count) });
 * await pw.run();
 */
export function subscribe<C>(table: TableMethods<C>, options: SubscribeOptions<C>): void {
  const site = userSite();
  checkOptions(options);
  const { name = "subscribe", ...callbacks } = options;
  addOutput(table, {
    connector: "subscribe",
    name,
    describe: { callbacks: callbackNames.filter((callback) => callbacks[callback] !== undefined) },
    create: (columns) => new Subscription<C>(name, columns, callbacks, site),
  });
}

function checkOptions(options: object): void {
  if (typeof options !== "object" || options === null) {
    throw new TowpathError("TP_BAD_ARGUMENT", "pw.subscribe needs functions as its second argument", {
      hint,
    });
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [option, value] of given) {
    if (!optionNames.includes(option)) {
      const meant = nearest(option, optionNames);
      const detail = `pw.subscribe has no option ${JSON.stringify(option)}`;
      throw new TowpathError("TP_BAD_ARGUMENT", detail, {
        hint: meant === undefined ? `The options are ${optionNames.join(", ")}.` : `Did you mean "${meant}"?`,
      });
    }
    const wanted = option === "name" ? "string" : "function";
    if (typeof value === wanted) continue;
    throw new TowpathError("TP_BAD_ARGUMENT", `the option ${option} of pw.subscribe is not a ${wanted}`, {
      hint,
    });
  }
  if (given.some(([option]) => option !== "name")) return;
  throw new TowpathError("TP_BAD_ARGUMENT", "pw.subscribe was given no function to call", { hint });
}

const hint = "Give one, such as { onChange: ({ row, diff }) => console.log(row, diff) }.";
