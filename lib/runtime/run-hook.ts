import type { PlanNode } from "../plan/node.ts";
import type { RunOptions } from "./run-options.ts";

/** What a program around the script, such as `towpath explain`, wants of the script's runs. */
export interface RunHook {
  /** Options that win over those of the script. */
  readonly options?: RunOptions;
  /** Takes the outputs of the first run instead of running them, and ends the process. */
  explain?(outputs: readonly PlanNode[], options: RunOptions): never;
}

/** Of the whole process: the script may import another copy of this package than the program around it. */
const place = Symbol.for("towpath.runHook");

const shared = globalThis as { [place]?: RunHook };

export function setRunHook(hook: RunHook): void {
  shared[place] = hook;
}

/** What holds for every run of this process; nothing, where no program is around the script. */
export function runHook(): RunHook {
  return shared[place] ?? {};
}
