import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { nativeFolder } from "../../../connectors/kafka/native/index.ts";
import type { Verb, VerbArguments } from "../verb.ts";

/** `towpath build-native`: the packed Kafka reader where no file for the platform came with the package. */
export const buildNative = {
  summary: "builds the packed Kafka reader, where none came with the package",
  help: [
    "Compiles the native part that reads and writes Kafka messages in packed form, for",
    "this machine, with its C compiler (cc, or $CC). The package brings it ready for",
    "Linux with glibc on x64 and arm64; other Linux systems read one message at a time",
    "until it is built. node-rdkafka must have been built before. Does nothing where it",
    "is up to date.",
    "",
    "  --force   build it anyway",
  ].join("\n"),
  options: { force: { type: "boolean" } },
  run: build,
} as const satisfies Verb;

async function build({ values }: VerbArguments): Promise<number> {
  const script = join(nativeFolder(), "build.mjs");
  const force = values.force === true ? ["--force"] : [];
  const { status } = spawnSync(process.execPath, [script, ...force], { stdio: "inherit" });
  return status ?? 1;
}
