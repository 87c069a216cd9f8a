import type { ParseArgsConfig } from "node:util";

/** What was written behind a verb, read by node:util's parseArgs. */
export interface VerbArguments {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
}

/** One verb of the command line. */
export interface Verb {
  /** In one line, for the list of verbs. */
  readonly summary: string;
  /** What `towpath VERB --help` prints below the usage line: what it does, and its options. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  /** Does the work; returns the exit code. */
  run(given: VerbArguments): Promise<number>;
}
