import { type Context, createContext, Script } from "node:vm";

let job: () => unknown = () => undefined;
let made: { readonly context: Context; readonly script: Script } | null = null;

/**
 * What `run` returns; undefined where it had not ended after `limitMs`, and was ended. Not to be nested. A thread watches the
 * time, so a call costs some 50 µs. (Node ends scripts in this way only, so a script calls the function.)
 */
export function withinTime<T>(run: () => T, limitMs: number): T | undefined {
  made ??= { context: createContext({ run: () => job() }), script: new Script("run()") };
  job = run;
  try {
    return made.script.runInContext(made.context, { timeout: limitMs }) as T;
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
    throw error;
  }
}
