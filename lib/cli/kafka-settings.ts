/** Settings of the Kafka client, as a command line gives them. */
import { readFileSync } from "node:fs";
import type { KafkaSettings } from "../../connectors/kafka/client/options.ts";
import { TowpathError } from "../errors.ts";
import { textOf, textsOf, usage } from "./arguments.ts";
import type { VerbArguments } from "./verb.ts";

/** What the verbs that talk to a broker say of these options. */
export const settingsHelp = [
  "  --set NAME=VALUE     a setting of librdkafka; may be repeated",
  "  --config FILE        such settings from a file, NAME=VALUE a line, # comments:",
  "                       the place for passwords, which a command line shows to others",
] as const;

export const settingsOptions = {
  set: { type: "string", multiple: true },
  config: { type: "string" },
} as const;

/** The settings of `--config`, over them those of `--set`. Throws TP_USAGE, TP_FILE_ABSENT. */
export function settingsFrom(given: VerbArguments): KafkaSettings {
  const file = textOf(given, "config");
  return {
    ...(file === undefined ? {} : fileSettings(file)),
    ...Object.fromEntries(textsOf(given, "set").map((text) => pair(text, "--set"))),
  };
}

function fileSettings(file: string): KafkaSettings {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new TowpathError("TP_FILE_ABSENT", `the file of --config cannot be read: ${file}`, {
      hint: "Give the path of a file with a setting a line, such as security.protocol=sasl_ssl.",
      cause,
    });
  }
  const lines = text.split(/\r?\n/).map((line, i) => [line.trim(), i + 1] as const);
  return Object.fromEntries(
    lines
      .filter(([line]) => line !== "" && !line.startsWith("#"))
      .map(([line, number]) => pair(line, `${file}:${number}`)),
  );
}

/** `name=value`. An error tells the place and not the text, which may hold a secret. */
function pair(text: string, where: string): [name: string, value: string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  throw usage(`${where} is not NAME=VALUE`, "Write it like security.protocol=sasl_ssl.");
}
