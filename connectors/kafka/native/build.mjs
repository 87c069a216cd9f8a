/**
 * Builds the packed Kafka reader with the system's C compiler:
 * `node connectors/kafka/native/build.mjs [--force] [--out FILE]` (FILE instead of build/towpath_kafka.node).
 * Does nothing when sources, Node's ABI and librdkafka's version are those of the last build. Plain JavaScript without
 * dependencies, because it runs before anything of ours is compiled.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const sources = join(here, "src");
const outAt = process.argv.indexOf("--out");
const output = outAt < 0 ? join(here, "build", "towpath_kafka.node") : resolve(process.argv[outAt + 1] ?? "");
const stampFile = outAt < 0 ? join(here, "build", "stamp") : `${output}.stamp`;

/** An error that a person can act on; anything else is a bug and keeps its stack. */
class BuildError extends Error {}

/** node-rdkafka's librdkafka: headers from its sources, the shared object from its build. */
function findLibrdkafka() {
  let root;
  try {
    root = dirname(createRequire(import.meta.url).resolve("node-rdkafka/package.json"));
  } catch {
    throw new BuildError("node-rdkafka is not installed. Run `npm ci` first.");
  }
  const headers = join(root, "deps", "librdkafka", "src");
  const library = join(root, "build", "deps", "librdkafka.so.1");
  if (!existsSync(join(headers, "rdkafka.h")))
    throw new BuildError("node-rdkafka came without librdkafka's sources.");
  if (!existsSync(library))
    throw new BuildError("node-rdkafka is not compiled. Run `npm rebuild node-rdkafka`.");
  const version = /define RD_KAFKA_VERSION (0x[0-9a-f]+)/.exec(
    readFileSync(join(headers, "rdkafka.h"), "utf8"),
  );
  if (version === null) throw new BuildError("librdkafka's version could not be read from rdkafka.h.");
  return { headers, library, version: version[1] };
}

/** Node's own headers: beside the binary, where npm was told, or in node-gyp's cache (filled if need be). */
function findNodeHeaders() {
  const cache = process.env.npm_config_devdir ?? join(homedir(), ".cache", "node-gyp");
  const places = [
    join(dirname(dirname(process.execPath)), "include", "node"),
    ...(process.env.npm_config_nodedir === undefined
      ? []
      : [
          join(process.env.npm_config_nodedir, "include", "node"),
          join(process.env.npm_config_nodedir, "src"),
        ]),
    join(cache, process.versions.node, "include", "node"),
  ];
  const found = () => places.find((place) => existsSync(join(place, "node_api.h")));
  if (found() === undefined)
    spawnSync("npx", ["--yes", "node-gyp", "install", "--devdir", cache], { stdio: "inherit" });
  const place = found();
  if (place === undefined) {
    throw new BuildError(
      "node_api.h was not found. Install Node's headers, or set npm_config_nodedir to a Node tree.",
    );
  }
  return place;
}

/** What the build depends on. */
function stampOf(librdkafka, flags) {
  const hash = createHash("sha256");
  for (const name of readdirSync(sources).sort()) hash.update(name).update(readFileSync(join(sources, name)));
  hash.update(JSON.stringify([process.versions.modules, process.arch, librdkafka.version, flags]));
  return hash.digest("hex");
}

const WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wstrict-prototypes", "-Wpointer-arith"];

/** Builds if need be; returns whether it did. Throws when the machine cannot. */
function build(force) {
  if (process.platform !== "linux") {
    throw new BuildError(
      `the packed reader is built on Linux only; on ${process.platform} node-rdkafka reads alone.`,
    );
  }
  const librdkafka = findLibrdkafka();
  const extra = (process.env.TOWPATH_NATIVE_CFLAGS ?? "").split(" ").filter((flag) => flag !== "");
  const flags = [
    "-std=gnu11",
    "-O2",
    "-g",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
    "-pthread",
    ...WARNINGS,
    ...extra,
  ];
  const stamp = stampOf(librdkafka, flags);
  if (!force && existsSync(output) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp)
    return false;
  const compiler = process.env.CC ?? "cc";
  const files = readdirSync(sources).filter((name) => name.endsWith(".c"));
  mkdirSync(dirname(output), { recursive: true });
  rmSync(stampFile, { force: true });
  const partial = `${output}.${process.pid}`;
  const result = spawnSync(
    compiler,
    [
      ...flags,
      "-DNAPI_VERSION=8",
      "-isystem",
      findNodeHeaders(),
      "-isystem",
      librdkafka.headers,
      "-o",
      partial,
      ...files.map((name) => join(sources, name)),
      // Needed by its SONAME only: at run time it is the one that node-rdkafka has loaded already, wherever that is.
      librdkafka.library,
      // Never unloaded: librdkafka's threads may still be in our callbacks when a worker thread ends.
      "-Wl,-z,nodelete",
      "-Wl,--no-undefined-version",
    ],
    { encoding: "utf8" },
  );
  if (result.error !== undefined)
    throw new BuildError(`the C compiler "${compiler}" could not be run. Install gcc, or set CC.`);
  if (result.status !== 0) {
    rmSync(partial, { force: true });
    throw new BuildError(`compiling failed:\n${result.stderr}`);
  }
  // Renamed in place: a process that has the former file loaded keeps it.
  renameSync(partial, output);
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
