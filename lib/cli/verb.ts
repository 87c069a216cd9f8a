import type { ParseArgsConfig } from "node:util";

/** What was written behind a verb, read by node:util's parseArgs. */
export interface VerbArguments {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  /** What is no option: the path; or the script, then what is meant for it. */
  readonly operands: readonly string[];
}

/** One verb of the command line. */
export interface Verb {
  /** In one line, for the list of verbs. */
  readonly summary: string;
  /** What stands behind the verb, for the usage line; default: `[OPTIONS]`. */
  readonly usage?: string;
  /** What `towpath VERB --help` prints below the usage line: what it does, and its options. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  /**
   * "script": options, a script, and words that are the script's own. "path": options and one path, in any order.
   * Default: options alone.
   */
  readonly operands?: "script" | "path";
  /** Does the work; returns the exit code. */
  run(given: VerbArguments): Promise<number>;
}
