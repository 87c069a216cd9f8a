import { nearest } from "../base/nearest.ts";
import { TowpathError } from "../errors.ts";
import { asksHelp, readArguments, usage } from "./arguments.ts";
import { packageVersion } from "./package-version.ts";
import type { Verb } from "./verb.ts";
import { verbs } from "./verbs/index.ts";

/** Runs one command line (without the program's name) and returns its exit code; says errors on stderr. */
export async function runCommand(words: readonly string[]): Promise<number> {
  try {
    return await dispatch(words);
  } catch (error) {
    // An error of ours is complete in its message; of anything else the stack is what helps.
    const known = error instanceof Error && error.name === "TowpathError";
    console.error(known ? `towpath: ${error.message}` : error);
    return error instanceof TowpathError && error.code === "TP_USAGE" ? 2 : 1;
  }
}

async function dispatch([name, ...rest]: readonly string[]): Promise<number> {
  if (name === "--version" || name === "-V") return print(packageVersion());
  if (name === "--help" || name === "-h") return print(overview());
  if (name === "help") return print(rest.length === 0 ? overview() : helpOf(rest[0], verbOf(rest[0])));
  if (name === undefined) throw usage("a verb is missing", "Run `towpath --help` for the list.");
  const verb = verbOf(name);
  if (asksHelp(verb, rest)) return print(helpOf(name, verb));
  return verb.run(readArguments(name, verb, rest));
}

function verbOf(name: string): Verb {
  const all: Readonly<Record<string, Verb>> = verbs;
  if (Object.hasOwn(all, name)) return all[name];
  const what = name.startsWith("-") ? "option" : "verb";
  const meant = what === "verb" ? nearest(name, Object.keys(verbs)) : undefined;
  const question = meant === undefined ? "" : `Did you mean \`towpath ${meant}\`? `;
  throw usage(
    `there is no ${what} ${JSON.stringify(name)}`,
    `${question}Run \`towpath --help\` for the list.`,
  );
}

function overview(): string {
  const width = Math.max(...Object.keys(verbs).map((name) => name.length));
  const list = Object.entries<Verb>(verbs).map(
    ([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`,
  );
  return [
    "Tables over Kafka topics, kept current commit by commit.",
    "",
    "Usage: towpath VERB [OPTIONS]",
    "",
    ...list,
    "",
    "  towpath VERB --help   what a verb does, and its options",
    "  towpath --version     the version",
    "",
    "Exit codes: 0 done, 1 the work failed, 2 the command line was not understood.",
  ].join("\n");
}

function helpOf(name: string, { help, usage = "[OPTIONS]" }: Verb): string {
  return `Usage: towpath ${name} ${usage}\n\n${help}`;
}

function print(text: string): number {
  console.log(text);
  return 0;
}
