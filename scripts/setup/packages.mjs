import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runLogged } from "./run-logged.mjs";
import { SetupError } from "./say.mjs";

/** What node-rdkafka must have been built with; TLS and SCRAM go missing silently when a header is missing. */
export const neededFeatures = ["ssl", "sasl_scram", "lz4"];

/** What npm writes last: which packages it put into node_modules. */
export const hiddenLock = "node_modules/.package-lock.json";
const binary = "node_modules/node-rdkafka/build/Release/node-librdkafka.node";

/**
 * Size and time of node-rdkafka's binary, kept in the stamp: a binary that somebody else built, or removed, is looked
 * at again. Null when it is not there.
 */
export function binaryMark(root) {
  try {
    const { size, mtimeMs } = statSync(join(root, binary));
    return `${size} ${mtimeMs}`;
  } catch {
    return null;
  }
}

/** Installs exactly the lock file's packages and compiles node-rdkafka. The log stays at `logPath`. */
export async function installPackages(root, logPath) {
  const [command, ...npm] = npmCommand();
  await runLogged({
    what: "installing packages and compiling librdkafka, which takes minutes",
    command,
    args: [...npm, ...installArguments],
    cwd: root,
    env: installEnvironment(),
    logPath,
  });
}

// Each of these can be set otherwise in a user's npm configuration, and would leave something out silently.
export const installArguments = [
  "ci",
  "--ignore-scripts=false",
  "--foreground-scripts",
  "--include=dev",
  "--include=optional",
  "--no-audit",
  "--no-fund",
];

function npmCommand(env = process.env) {
  const path = env.npm_execpath ?? "";
  return basename(path) === "npm-cli.js" && existsSync(path) ? [process.execPath, path] : ["npm"];
}

/**
 * The environment for `npm ci`. Node's own headers are used where they are installed beside it, so that node-gyp need
 * not download them. `MAKEFILES` adds the one dependency that node-rdkafka's build lacks (see parallel-build.mk), so
 * that it may run on all processors.
 */
export function installEnvironment(env = process.env, execPath = process.execPath, exists = existsSync) {
  const prefix = dirname(dirname(execPath));
  const result = {
    ...env,
    JOBS: String(availableParallelism()),
    MAKEFILES: fileURLToPath(new URL("./parallel-build.mk", import.meta.url)),
  };
  if (exists(join(prefix, "include/node/node_version.h"))) result.npm_config_nodedir = prefix;
  return result;
}

/**
 * Whether node_modules holds what the lock file says, package by package. npm writes its hidden lock file last, so an
 * install that was cut off does not have one. Packages for other platforms may be missing.
 */
export function matchesLock(root) {
  try {
    const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
    const present = JSON.parse(readFileSync(join(root, hiddenLock), "utf8")).packages;
    return samePackages(wanted, present);
  } catch {
    return false;
  }
}

/** The comparison of `matchesLock`, on the two files' `packages`. */
export function samePackages(wanted, present) {
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === "") return true;
    const there = present[path];
    return there === undefined
      ? optional === true
      : there.version === version && there.integrity === integrity;
  });
}

/**
 * The features of the installed node-rdkafka's librdkafka, or why it does not load.
 *
 * @returns {{ features: string[], reason?: string }}
 */
export function readFeatures(root) {
  const script = 'process.stdout.write(JSON.stringify(require("node-rdkafka").features))';
  const result = spawnSync(process.execPath, ["-e", script], {
    cwd: root,
    encoding: "utf8",
    timeout: 60_000,
  });
  if (result.status === 0) return { features: JSON.parse(result.stdout) };
  const reason =
    /^(?:\w*Error): .*$/m.exec(result.stderr)?.[0] ?? `exit code ${result.status ?? result.signal}`;
  return { features: [], reason };
}

/**
 * Throws unless the installed node-rdkafka loads and holds every needed feature.
 *
 * @param {{ features: string[], reason?: string }} found
 */
export function checkFeatures({ features, reason }) {
  if (reason !== undefined) {
    throw new SetupError(`node-rdkafka was installed but does not load: ${reason}`);
  }
  const missing = neededFeatures.filter((name) => !features.includes(name));
  if (missing.length === 0) return;
  throw new SetupError(
    [
      `librdkafka was built without ${missing.join(", ")} (it has: ${features.join(", ")}).`,
      "Its configure step did not find what they need: OpenSSL (Debian/Ubuntu: libssl-dev; Fedora: openssl-devel; " +
        "macOS: brew install openssl@3, with CPPFLAGS and LDFLAGS pointing into `brew --prefix openssl@3`).",
      "Install it and run the same command again: set-up compiles anew.",
    ].join("\n"),
  );
}
