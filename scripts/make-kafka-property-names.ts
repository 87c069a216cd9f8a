/**
 * Writes connectors/kafka/client/property-names.ts from librdkafka's CONFIGURATION.md, as node-rdkafka brings it:
 *
 *     node --import tsx scripts/make-kafka-property-names.ts
 *
 * To be run again when node-rdkafka is upgraded; a test compares the file with what this would write.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const client = new URL("../node_modules/node-rdkafka/", import.meta.url);
const outFile = new URL("../connectors/kafka/client/property-names.ts", import.meta.url);

const head = (version: string): string => `/**
 * Every setting of librdkafka ${version}. Made by scripts/make-kafka-property-names.ts: do not edit.
 *
 * \`scope\`: which clients have it (C consumer, P producer, * both). \`level\`: where it is set (\`topic\`: in the default
 * topic configuration; \`callback\`: by code only, never as a setting). \`aliasOf\`: the name that it stands for.
 */
export interface Property {
  readonly scope: "C" | "P" | "*";
  readonly level: "global" | "topic" | "callback";
  readonly aliasOf?: string;
}

export const propertyNames: Readonly<Record<string, Property>> = {
`;

/** The text of connectors/kafka/client/property-names.ts. */
export function propertyNamesFile(): string {
  const { librdkafka } = JSON.parse(readFileSync(new URL("package.json", client), "utf8"));
  const text = readFileSync(new URL("deps/librdkafka/CONFIGURATION.md", client), "utf8");
  const [globals = "", topics = ""] = text.split("## Topic configuration properties");
  const lines = new Map<string, string>();
  for (const [part, level] of [
    [globals, "global"],
    [topics, "topic"],
  ] as const) {
    for (const [name, line] of properties(part, level)) {
      // A few names exist on both levels; the topic's is then the legacy one, or follows the global one.
      if (!lines.has(name)) lines.set(name, line);
    }
  }
  return `${head(librdkafka)}${[...lines.values()].join("")}};\n`;
}

function* properties(part: string, level: string): Generator<[name: string, line: string]> {
  for (const row of part.split("\n")) {
    const [name, scope, rest] = /^([a-z][a-z0-9._]*) +\| +([CP*]) +\|(.*)$/.exec(row)?.slice(1) ?? [];
    if (name === undefined || scope === undefined || rest === undefined) continue;
    const kind = rest.includes("*Type: see dedicated API*") ? "callback" : level;
    const alias = /Alias for `([^`]+)`/.exec(rest)?.[1];
    const fields = [`scope: "${scope}"`, `level: "${kind}"`];
    if (alias !== undefined) fields.push(`aliasOf: ${JSON.stringify(alias)}`);
    yield [name, entry(name.includes(".") ? JSON.stringify(name) : name, fields)];
  }
}

/** One entry, laid out as the formatter would. */
function entry(key: string, fields: readonly string[]): string {
  const line = `  ${key}: { ${fields.join(", ")} },\n`;
  return line.length <= 111
    ? line
    : `  ${key}: {\n${fields.map((field) => `    ${field},\n`).join("")}  },\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(outFile, propertyNamesFile());
