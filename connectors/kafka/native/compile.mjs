/** How the native reader is compiled, for build.mjs and for the prebuilt files (scripts/prebuilt.mjs). */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const sources = fileURLToPath(new URL("src", import.meta.url));

/** An error that a person can act on; anything else is a bug and keeps its stack. */
export class BuildError extends Error {}

export const FLAGS = [
  "-std=gnu11",
  "-O2",
  "-fPIC",
  "-shared",
  "-fvisibility=hidden",
  "-pthread",
  "-DNAPI_VERSION=8",
  ...["-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wstrict-prototypes", "-Wpointer-arith"],
  // Never unloaded: librdkafka's threads may still be in our callbacks when a worker thread ends.
  "-Wl,-z,nodelete",
  "-Wl,--no-undefined-version",
];

/** node-rdkafka's folder. Throws BuildError where it is not installed. */
export function clientFolder() {
  try {
    return dirname(createRequire(import.meta.url).resolve("node-rdkafka/package.json"));
  } catch {
    throw new BuildError("node-rdkafka is not installed.");
  }
}

/** The folder of librdkafka's headers, which node-rdkafka brings as sources, and their version as text. */
export function findHeaders(client) {
  const folder = join(client, "deps", "librdkafka", "src");
  if (!existsSync(join(folder, "rdkafka.h")))
    throw new BuildError("node-rdkafka came without librdkafka's sources.");
  const text = readFileSync(join(folder, "rdkafka.h"), "utf8");
  const version = /define RD_KAFKA_VERSION (0x[0-9a-f]+)/.exec(text);
  if (version === null) throw new BuildError("librdkafka's version could not be read from rdkafka.h.");
  return { folder, version: version[1] };
}

/** Node's own headers: beside the binary, where npm was told, or in node-gyp's cache (filled if need be). */
function findNodeHeaders() {
  const cache = process.env.npm_config_devdir ?? join(homedir(), ".cache", "node-gyp");
  const told = process.env.npm_config_nodedir;
  const places = [
    join(dirname(dirname(process.execPath)), "include", "node"),
    ...(told === undefined ? [] : [join(told, "include", "node"), join(told, "src")]),
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

/** SHA-256 of the C sources and of what else decides about the result. */
export function hashSources(rest) {
  const hash = createHash("sha256");
  for (const name of readdirSync(sources).sort()) hash.update(name).update(readFileSync(join(sources, name)));
  return hash.update(JSON.stringify(rest)).digest("hex");
}

/**
 * Compiles the reader to `output`. `library` is needed by its SONAME only: at run time it is the one that node-rdkafka
 * has loaded already, wherever that is. Throws BuildError in the compiler's words.
 */
export function compile({ compiler, flags, headers, library, output }) {
  const names = readdirSync(sources).filter((name) => name.endsWith(".c"));
  const folders = [findNodeHeaders(), headers].flatMap((folder) => ["-isystem", folder]);
  const files = names.map((name) => join(sources, name));
  const result = spawnSync(compiler, [...flags, ...folders, "-o", output, ...files, library], {
    encoding: "utf8",
  });
  if (result.error !== undefined)
    throw new BuildError(`the C compiler "${compiler}" could not be run. Install gcc, or set CC.`);
  if (result.status !== 0) throw new BuildError(`compiling failed:\n${result.stderr}`);
}
