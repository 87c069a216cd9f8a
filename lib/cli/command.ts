import { parseArgs } from "node:util";
import { nearest } from "../base/nearest.ts";
import { TowpathError } from "../errors.ts";
import { packageVersion } from "./package-version.ts";
import type { Verb, VerbArguments } from "./verb.ts";
import { verbs } from "./verbs/index.ts";

/** Runs one command line (without the program's name) and returns its exit code; says errors on stderr. */
export async function runCommand(words: readonly string[]): Promise<number> {
  try {
    return await dispatch(words);
  } catch (error) {
    // An error of ours is complete in its message; of anything else the stack is what helps.
    const known = error instanceof TowpathError;
    console.error(known ? `towpath: ${error.message}` : error);
    return known && error.code === "TP_USAGE" ? 2 : 1;
  }
}

async function dispatch([name, ...rest]: readonly string[]): Promise<number> {
  if (name === "--version" || name === "-V") return print(packageVersion());
  if (name === "--help" || name === "-h") return print(overview());
  if (name === undefined) throw usage("a verb is missing", "Run `towpath --help` for the list.");
  const verb = verbOf(name);
  if (verb === undefined) throw unknownVerb(name);
  if (rest.includes("--help") || rest.includes("-h")) return print(helpOf(name, verb));
  return verb.run(argumentsOf(name, verb, rest));
}

function verbOf(name: string): Verb | undefined {
  const all: Readonly<Record<string, Verb>> = verbs;
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

function unknownVerb(name: string): TowpathError {
  const what = name.startsWith("-") ? "option" : "verb";
  const meant = what === "verb" ? nearest(name, Object.keys(verbs)) : undefined;
  const question = meant === undefined ? "" : `Did you mean \`towpath ${meant}\`? `;
  return usage(
    `there is no ${what} ${JSON.stringify(name)}`,
    `${question}Run \`towpath --help\` for the list.`,
  );
}

function argumentsOf(name: string, { options }: Verb, rest: readonly string[]): VerbArguments {
  try {
    return parseArgs({ args: [...rest], options, strict: true }) as VerbArguments;
  } catch (error) {
    throw usage(firstSentence(error), `Run \`towpath ${name} --help\` for its options.`);
  }
}

/** parseArgs explains at length; its first sentence tells what was wrong. */
function firstSentence(error: unknown): string {
  const [sentence] = (error instanceof Error ? error.message : String(error)).split(/\.(?:\s|$)/);
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

function usage(detail: string, hint: string): TowpathError {
  return new TowpathError("TP_USAGE", detail, { hint });
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
  ].join("\n");
}

function helpOf(name: string, { help }: Verb): string {
  return `Usage: towpath ${name} [OPTIONS]\n\n${help}`;
}

function print(text: string): number {
  console.log(text);
  return 0;
}
