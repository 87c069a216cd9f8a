/** Words of a command line to a verb's arguments, and their values checked; what does not fit is TP_USAGE. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { nearest } from "../base/nearest.ts";
import { TowpathError } from "../errors.ts";
import type { Verb, VerbArguments } from "./verb.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** An error about the command line itself. */
export function usage(detail: string, hint: string): TowpathError {
  return new TowpathError("TP_USAGE", detail, { hint });
}

/** Reads what stands behind a verb. Throws TP_USAGE. */
export function readArguments(name: string, verb: Verb, words: readonly string[]): VerbArguments {
  const { options } = verb;
  const split = verb.operands === "script" ? scriptAt(words, options) : words.length;
  const { values, positionals } = parse(name, verb, words.slice(0, split));
  if (verb.operands === "path") {
    if (positionals.length === 1) return { values, operands: positionals };
    throw usage(`\`towpath ${name}\` takes one path`, `Run \`towpath ${name} --help\` for what it does.`);
  }
  if (verb.operands !== "script") return { values, operands: [] };
  const operands = words.slice(words[split] === "--" ? split + 1 : split);
  if (operands.length > 0) return { values, operands };
  throw usage(
    `\`towpath ${name}\` needs a script`,
    `Give one, such as \`towpath ${name} app.ts\`. Options stand before it.`,
  );
}

/** Whether `--help` is asked of the verb, not of a script behind it. */
export function asksHelp({ options, operands }: Verb, words: readonly string[]): boolean {
  const own = operands === "script" ? words.slice(0, scriptAt(words, options)) : words;
  return own.includes("--help") || own.includes("-h");
}

/** Where the script stands: the first word that is neither an option nor an option's value. */
function scriptAt(words: readonly string[], options: Options): number {
  let at = 0;
  while (at < words.length && words[at].startsWith("-") && words[at] !== "-" && words[at] !== "--") {
    const option = options[words[at].replace(/^--/, "")];
    at += option?.type === "string" ? 2 : 1;
  }
  return Math.min(at, words.length);
}

function parse(
  name: string,
  { options, operands }: Verb,
  words: readonly string[],
): { readonly values: VerbArguments["values"]; readonly positionals: readonly string[] } {
  try {
    const config = { args: [...words], options, strict: true, allowPositionals: operands === "path" };
    const { values, positionals } = parseArgs(config);
    return { values: values as VerbArguments["values"], positionals };
  } catch (error) {
    const sentence = firstSentence(error);
    const hint = /^option '(--[^']+)' argument is ambiguous$/.exec(sentence);
    if (hint !== null) {
      throw usage(`${hint[1]} has no value, or one that begins with a dash`, `Write it as ${hint[1]}=VALUE.`);
    }
    throw usage(sentence, `${meantOption(sentence, options)}Run \`towpath ${name} --help\` for its options.`);
  }
}

/** parseArgs explains at length; its first sentence tells what was wrong. */
function firstSentence(error: unknown): string {
  const [sentence] = (error instanceof Error ? error.message : String(error)).split(/\.(?:\s|$)/);
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

function meantOption(sentence: string, options: Options): string {
  const unknown = /^unknown option '--?([^']+)'/.exec(sentence)?.[1];
  if (unknown === undefined) return "";
  const names = Object.keys(options);
  const meant = names.find((name) => name.startsWith(unknown)) ?? nearest(unknown, names);
  return meant === undefined ? "" : `Did you mean --${meant}? `;
}

/** The text given for an option; undefined where it was not given. */
export function textOf({ values }: VerbArguments, option: string): string | undefined {
  const value = values[option];
  return typeof value === "string" ? value : undefined;
}

/** All texts given for an option that may be repeated. */
export function textsOf({ values }: VerbArguments, option: string): string[] {
  const value = values[option];
  return Array.isArray(value) ? value.map(String) : [];
}

/** The number given for an option, undefined where none was. `whole` numbers have no fraction. */
export function numberOf(
  given: VerbArguments,
  option: string,
  { min, max = Number.MAX_SAFE_INTEGER, whole }: { min: number; max?: number; whole: boolean },
): number | undefined {
  const text = textOf(given, option);
  if (text === undefined) return undefined;
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  const what = whole ? "whole number" : "number";
  const upTo = max === Number.MAX_SAFE_INTEGER ? "" : ` to ${max}`;
  throw usage(
    `--${option} is not a ${what} that it can take: ${JSON.stringify(text)}`,
    `Give a ${what} from ${min}${upTo}.`,
  );
}

/** The word given for an option, one of `words`; undefined where none was. */
export function oneOf<W extends string>(
  given: VerbArguments,
  option: string,
  words: readonly W[],
): W | undefined {
  const text = textOf(given, option);
  const found = words.find((word) => word === text);
  if (text === undefined || found !== undefined) return found;
  const meant = nearest(text, words);
  throw usage(
    `--${option} cannot be ${JSON.stringify(text)}`,
    meant === undefined ? `Give one of ${words.join(", ")}.` : `Did you mean ${meant}?`,
  );
}
