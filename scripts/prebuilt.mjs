/**
 * `npm run prebuilt [-- --check]`: the native Kafka reader for those who install the package without a compiler, as
 * connectors/kafka/native/prebuilt/linux-{x64,arm64}/towpath_kafka.node. Linux with glibc; needs gcc for both processors
 * (Debian: gcc-x86-64-linux-gnu, gcc-aarch64-linux-gnu). `prebuilt/manifest.json` says from which sources and by which compiler
 * they were made. The same compiler makes the same bytes: `--check` fails where it did not.
 *
 * Run it whenever connectors/kafka/native/src or node-rdkafka's version changes; test/package/prebuilt.test.ts notices.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  BuildError,
  clientFolder,
  compile,
  findHeaders,
  hashSources,
} from "../connectors/kafka/native/compile.mjs";
import { flags } from "./prebuilt/flags.mjs";

const folder = fileURLToPath(new URL("../connectors/kafka/native/prebuilt", import.meta.url));
const manifestFile = join(folder, "manifest.json");
const compilers = {
  "linux-x64": process.env.CC_X64 ?? "x86_64-linux-gnu-gcc",
  "linux-arm64": process.env.CC_ARM64 ?? "aarch64-linux-gnu-gcc",
};

/** Stands for librdkafka when linking: its SONAME is all that goes into the file. */
function makeStandIn(compiler, work) {
  const library = join(work, "librdkafka.so.1");
  const args = ["-shared", "-nostdlib", "-Wl,-soname,librdkafka.so.1", "-o", library, "-x", "c", "/dev/null"];
  const result = spawnSync(compiler, args, { encoding: "utf8" });
  if (result.error !== undefined)
    throw new BuildError(
      `the C compiler "${compiler}" could not be run: see the head of scripts/prebuilt.mjs`,
    );
  if (result.status !== 0) throw new BuildError(result.stderr);
  return library;
}

/** Makes the file of one target and says what it is. */
function make(target, headers, work) {
  const compiler = compilers[target];
  const output = join(work, `${target}.node`);
  compile({ compiler, flags, headers, library: makeStandIn(compiler, work), output });
  const bytes = readFileSync(output);
  const version = spawnSync(compiler, ["-dumpfullversion"], { encoding: "utf8" }).stdout.trim();
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { output, entry: { compiler: `gcc ${version}`, bytes: bytes.length, sha256 } };
}

function run(work) {
  const { folder: headers, version } = findHeaders(clientFolder());
  const made = Object.keys(compilers).map((target) => ({ target, ...make(target, headers, work) }));
  const manifest = {
    sources: hashSources([version, flags]),
    librdkafka: version,
    files: Object.fromEntries(made.map(({ target, entry }) => [target, entry])),
  };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  if (process.argv.includes("--check")) {
    if (readFileSync(manifestFile, "utf8") === text)
      return console.log("the prebuilt files are those of the sources");
    throw new BuildError(`they differ from what these sources and compilers make:\n${text}`);
  }
  for (const { target, output, entry } of made) {
    mkdirSync(join(folder, target), { recursive: true });
    const partial = join(folder, target, `${process.pid}.partial`);
    writeFileSync(partial, readFileSync(output), { mode: 0o755 });
    renameSync(partial, join(folder, target, "towpath_kafka.node"));
    console.log(`${target}: ${entry.bytes} bytes, ${entry.compiler}`);
  }
  writeFileSync(manifestFile, text);
}

const work = mkdtempSync(join(tmpdir(), "towpath-prebuild-"));
try {
  run(work);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`prebuilt files: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true });
}
