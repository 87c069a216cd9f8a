import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * @typedef {{ id: string, what: string, why: string, debian: string, fedora: string, macos: string }} Prerequisite
 * @typedef {(id: string) => string | null} Probe null when the thing is there, else what was found instead
 */

/** What it takes to compile node-rdkafka, with the packages that bring it. @type {Prerequisite[]} */
export const buildPrerequisites = [
  {
    id: "cc",
    what: "a C compiler",
    why: "librdkafka and the native reader are C",
    debian: "build-essential",
    fedora: "gcc",
    macos: "xcode-select --install",
  },
  {
    id: "c++",
    what: "a C++ compiler that knows C++20",
    why: "node-rdkafka is C++",
    debian: "build-essential",
    fedora: "gcc-c++",
    macos: "xcode-select --install",
  },
  {
    id: "make",
    what: "make",
    why: "librdkafka is built with it",
    debian: "build-essential",
    fedora: "make",
    macos: "xcode-select --install",
  },
  {
    id: "bash",
    what: "bash",
    why: "librdkafka's configure is a bash script",
    debian: "bash",
    fedora: "bash",
    macos: "(part of macOS)",
  },
  {
    id: "python",
    what: "Python 3",
    why: "node-gyp runs on it",
    debian: "python3",
    fedora: "python3",
    macos: "brew install python",
  },
  {
    id: "openssl",
    what: "the OpenSSL headers",
    why: "without them librdkafka builds silently without SASL_SSL and SCRAM",
    debian: "libssl-dev",
    fedora: "openssl-devel",
    macos: "brew install openssl@3",
  },
  {
    id: "zlib",
    what: "the zlib headers",
    why: "without them librdkafka builds silently without gzip",
    debian: "zlib1g-dev",
    fedora: "zlib-devel",
    macos: "brew install zlib",
  },
];

/** What the tests against a real Apache Kafka need beside that. @type {Prerequisite[]} */
export const testPrerequisites = [
  {
    id: "java",
    what: "Java 17 or newer",
    why: "the real-broker tests run Apache Kafka on it",
    debian: "openjdk-17-jdk-headless",
    fedora: "java-latest-openjdk-devel",
    macos: "brew install openjdk@17",
  },
  {
    id: "maven",
    what: "Maven",
    why: "it brings Apache Kafka's jars for the real-broker tests",
    debian: "maven",
    fedora: "maven",
    macos: "brew install maven",
  },
];

/**
 * The ones of `list` that are missing, each with what `probe` found instead.
 *
 * @param {Prerequisite[]} list
 * @param {Probe} probe
 */
export function findMissing(list, probe) {
  return list.flatMap((item) => {
    const found = probe(item.id);
    return found === null ? [] : [{ ...item, found }];
  });
}

/** One line for a missing prerequisite: what, why, and the package for each system. */
export function describeMissing({ what, why, found, debian, fedora, macos }) {
  const packages = `Debian/Ubuntu: ${debian}; Fedora: ${fedora}; macOS: ${macos}`;
  return `${what} ${what.endsWith("s") ? "are" : "is"} missing (${found}): ${why}. Install it with ${packages}`;
}

/** The commands that bring everything missing at once. */
export function installCommands(missing) {
  const names = (system) => [...new Set(missing.map((item) => item[system]))].join(" ");
  return [
    `Debian/Ubuntu: sudo apt-get install ${names("debian")}`,
    `Fedora:        sudo dnf install ${names("fedora")}`,
    `macOS:         ${[...new Set(missing.map((item) => item.macos))].join("; ")}`,
  ];
}

const nodeFloor = [20, 19];

/** Null when this Node can run Towpath, else what to say. */
export function nodeTooOld(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  if (major > nodeFloor[0] || (major === nodeFloor[0] && minor >= nodeFloor[1])) return null;
  return `Node ${version} is too old: Towpath needs ${nodeFloor.join(".")} or newer (https://nodejs.org, or a version manager such as nvm or fnm)`;
}

/** The major version that `java -version` printed (1.8 counts as 8), or null. */
export function javaMajor(printed) {
  const match = /version "(\d+)(?:\.(\d+))?/.exec(printed);
  if (match === null) return null;
  return Number(match[1] === "1" ? match[2] : match[1]);
}

/** Looks on this machine. `root` is the checkout, whose cache may hold Kafka's jars already. @type {(root: string) => Probe} */
export function machineProbe(root, env = process.env) {
  const probes = {
    cc: () => compiles(env, compilerOf(env, "CC", "cc"), "c", "int main(void){return 0;}"),
    "c++": () => compiles(env, compilerOf(env, "CXX", "c++"), "c++", "int main(){return 0;}", ["-std=c++20"]),
    make: () => runs(env.MAKE ?? "make", ["--version"]),
    bash: () => runs("bash", ["--version"]),
    python: () => anyRuns([env.npm_config_python, env.PYTHON, "python3", "python"]),
    openssl: () => header(env, "#include <openssl/ssl.h>\n", "openssl"),
    zlib: () => header(env, "#include <zlib.h>\n", "zlib"),
    java: () => java(env),
    maven: () => (hasKafkaJars(root) || onPath("mvn", env) ? null : "no mvn on the PATH"),
  };
  return (id) => probes[id]();
}

function compilerOf(env, name, fallback) {
  return (env[name] ?? fallback).split(" ");
}

function compiles(env, [command, ...own], language, source, flags = []) {
  const args = [...own, ...flags, ...wordsOf(env.CPPFLAGS), "-fsyntax-only", "-x", language, "-"];
  const result = spawnSync(command, args, { input: source, encoding: "utf8", env });
  if (result.error) return `${command}: not found`;
  return result.status === 0
    ? null
    : `${command} ${flags.join(" ")} refused a small program`.replace("  ", " ");
}

function header(env, source, packageName) {
  const compiler = compilerOf(env, "CC", "cc");
  if (compiles(env, compiler, "c", source) === null) return null;
  const known = spawnSync("pkg-config", ["--cflags", packageName], { encoding: "utf8", env });
  if (known.status === 0 && compiles(env, compiler, "c", source, wordsOf(known.stdout)) === null) return null;
  return `${source.trim()} does not compile`;
}

function wordsOf(text) {
  return (text ?? "").split(/\s+/).filter(Boolean);
}

function runs(command, args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0 ? null : `${command}: not found`;
}

function anyRuns(candidates) {
  const check = ["-c", "import sys; sys.exit(0 if sys.version_info[0] == 3 else 1)"];
  return candidates.some((command) => command && runs(command, check) === null) ? null : "no python3 found";
}

function java(env) {
  const command = env.JAVA_HOME ? join(env.JAVA_HOME, "bin", "java") : "java";
  const result = spawnSync(command, ["-version"], { encoding: "utf8", env });
  if (result.error || result.status !== 0) return "java: not found";
  const major = javaMajor(result.stderr + result.stdout);
  return major !== null && major >= 17 ? null : `java is version ${major ?? "unknown"}`;
}

function hasKafkaJars(root) {
  const cache = join(root, ".cache");
  if (!existsSync(cache)) return false;
  return readdirSync(cache).some((name) => /^kafka-[\d.]+$/.test(name));
}

function onPath(command, env) {
  return (env.PATH ?? "").split(delimiter).some((dir) => dir !== "" && existsSync(join(dir, command)));
}
