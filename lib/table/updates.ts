import { nearest } from "../base/nearest.ts";
import { formatSite, type SourceSite } from "../base/source-site.ts";
import { TowpathError } from "../errors.ts";
import { CommitStream, type Overflow } from "../io/commit-stream.ts";
import type { Scope } from "./scope.ts";

/** What `table.updates` takes. */
export interface UpdatesOptions {
  /** Ends the iterator when aborted, quietly, and no other one; the run goes on. */
  readonly signal?: AbortSignal | undefined;
  /** How many commits wait for the reader, each by itself; default 16. */
  readonly buffer?: number | undefined;
  /**
   * What happens to a commit beyond the buffer. "merge" (default): all of them become one, which holds what they come
   * to, at the latest time. "block": the whole run waits. "error": the run ends with TP_READER_SLOW.
   */
  readonly overflow?: Overflow | undefined;
}

const optionNames = ["signal", "buffer", "overflow"] as const satisfies readonly (keyof UpdatesOptions)[];
const overflows: readonly unknown[] = ["merge", "block", "error"] satisfies readonly Overflow[];
const BUFFER_DEFAULT = 16;

/** The iterator behind `table.updates()`, with the output that feeds it. */
export function updatesOf<C>(
  { plan, node }: Scope,
  options: UpdatesOptions,
  site: SourceSite | null,
): CommitStream<C> {
  const where = formatSite(site);
  checkOptions(options, where);
  const { signal, buffer = BUFFER_DEFAULT, overflow = "merge" } = options;
  const stream = new CommitStream<C>(node.columns, { name: "updates", buffer, overflow, where });
  plan.addOutput({
    operator: "output",
    inputs: [node],
    options: {
      connector: "updates",
      name: "updates",
      describe: { buffer, overflow },
      create: () => stream,
    },
    columns: [],
    appendOnly: node.appendOnly,
    site,
  });
  if (signal?.aborted) stream.stop();
  else signal?.addEventListener("abort", () => stream.stop(), { once: true });
  return stream;
}

function checkOptions(options: unknown, where: string): void {
  const bad = (detail: string, hint: string): TowpathError =>
    new TowpathError("TP_BAD_ARGUMENT", detail, { where, hint });
  if (typeof options !== "object" || options === null) {
    throw bad("the options of updates() are not an object", "Give such as { buffer: 16 }, or nothing.");
  }
  for (const name of Object.keys(options)) {
    if (optionNames.some((known) => known === name)) continue;
    const meant = nearest(name, optionNames);
    throw bad(
      `updates() has no option ${JSON.stringify(name)}`,
      meant === undefined ? `The options are ${optionNames.join(", ")}.` : `Did you mean "${meant}"?`,
    );
  }
  const { signal, buffer, overflow } = options as { [K in keyof UpdatesOptions]: unknown };
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw bad("the option signal of updates() is no AbortSignal", "Give the signal of an AbortController.");
  }
  if (buffer !== undefined && !(Number.isSafeInteger(buffer) && Number(buffer) >= 1)) {
    throw bad(`the option buffer of updates() cannot be ${String(buffer)}`, "Give a whole number from 1.");
  }
  if (overflow !== undefined && !overflows.includes(overflow)) {
    throw bad(
      `the option overflow of updates() cannot be ${String(overflow)}`,
      'Give "merge", "block" or "error".',
    );
  }
}
