/**
 * Builds the packed Kafka reader with the system's C compiler:
 * `node connectors/kafka/native/build.mjs [--force] [--out FILE]` (FILE instead of build/towpath_kafka.node).
 * Does nothing when sources, Node's ABI and librdkafka's version are those of the last build. Plain JavaScript without
 * dependencies, because it runs before anything of ours is compiled.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BuildError, clientFolder, compile, FLAGS, findHeaders, hashSources } from "./compile.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const outAt = process.argv.indexOf("--out");
const output = outAt < 0 ? join(here, "build", "towpath_kafka.node") : resolve(process.argv[outAt + 1] ?? "");
const stampFile = outAt < 0 ? join(here, "build", "stamp") : `${output}.stamp`;

/** node-rdkafka's librdkafka: headers from its sources, the shared object from its build. */
function findLibrdkafka() {
  const root = clientFolder();
  const headers = findHeaders(root);
  const library = join(root, "build", "deps", "librdkafka.so.1");
  if (!existsSync(library))
    throw new BuildError(
      "node-rdkafka must be built first: `npm rebuild node-rdkafka`, or `pnpm approve-builds`.",
    );
  return { headers: headers.folder, library, version: headers.version };
}

/** Builds if need be; returns whether it did. Throws when the machine cannot. */
function build(force) {
  if (process.platform !== "linux") {
    throw new BuildError(
      `the packed reader is built on Linux only; on ${process.platform} node-rdkafka reads alone.`,
    );
  }
  const { headers, library, version } = findLibrdkafka();
  const extra = (process.env.TOWPATH_NATIVE_CFLAGS ?? "").split(" ").filter((flag) => flag !== "");
  const flags = [...FLAGS, "-g", ...extra];
  const stamp = hashSources([process.versions.modules, process.arch, version, flags]);
  if (!force && existsSync(output) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp)
    return false;
  mkdirSync(dirname(output), { recursive: true });
  rmSync(stampFile, { force: true });
  const partial = `${output}.${process.pid}`;
  try {
    compile({ compiler: process.env.CC ?? "cc", flags, headers, library, output: partial });
    // Renamed in place: a process that has the former file loaded keeps it.
    renameSync(partial, output);
  } finally {
    rmSync(partial, { force: true });
  }
  writeFileSync(stampFile, stamp);
  return true;
}

try {
  if (build(process.argv.includes("--force"))) console.log("built the packed Kafka reader");
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`the packed Kafka reader was not built: ${error.message}`);
  process.exitCode = 1;
}
