/**
 * `node scripts/native-check.mjs`: the native Kafka reader under the address and undefined-behaviour sanitizers and,
 * where it is installed, valgrind: small buffers, a million readers opened, taken from and closed without growing memory,
 * a client destroyed under an open reader. Then the addon itself, built with the address sanitizer, in Node: its tests,
 * and random messages compared with what node-rdkafka reads.
 *
 *   --core-only, --addon-only   one of the two
 *   --openings N                instead of a million; valgrind, which is slow, gets a hundredth
 *   --no-valgrind               for a short run, as in test/kafka/native-core.test.ts
 *   --rounds N                  of random messages (default 30)
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const native = join(root, "connectors/kafka/native");
const client = dirname(createRequire(import.meta.url).resolve("node-rdkafka/package.json"));
const { values: options } = parseArgs({
  options: {
    "core-only": { type: "boolean" },
    "addon-only": { type: "boolean" },
    "no-valgrind": { type: "boolean" },
    openings: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "30" },
  },
});
const work = mkdtempSync(join(tmpdir(), "towpath-native-"));

function run(what, command, args, env = {}) {
  const started = performance.now();
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", env: { ...process.env, ...env } });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (result.error === undefined && result.status === 0) {
    console.log(`${what}: ok (${seconds} s)`);
    for (const line of remarks(result.stdout)) console.log(`  ${line}`);
    return;
  }
  console.error(
    `${what}: failed\n${result.error?.message ?? ""}${result.stdout ?? ""}${result.stderr ?? ""}`,
  );
  process.exitCode = 1;
}

/** What is to be seen of a check that went well: how memory was, and the seed that would repeat it. */
function remarks(text) {
  const openings = /^\d+ openings took .*$/m.exec(text)?.[0];
  const seed = /✓.*(TOWPATH_FUZZ_SEED=\d+)/.exec(text)?.[1];
  return [openings, seed].filter((line) => line !== undefined);
}

/** The cycles without Node: no other memory than librdkafka's and ours. */
function checkCore() {
  const sources = ["clients.c", "press.c", "tap.c", "pack.c", "toppars.c", "trial.c"].map((name) =>
    join(native, "src", name),
  );
  const library = join(client, "build/deps");
  const compile = (name, flags) => {
    const args = ["-std=gnu11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", ...flags];
    args.push("-isystem", join(client, "deps/librdkafka/src"), "-o", join(work, name));
    args.push(join(native, "check/cycles.c"), ...sources, join(library, "librdkafka.so.1"));
    run(`compile ${name}`, process.env.CC ?? "cc", [...args, `-Wl,-rpath,${library}`]);
    return join(work, name);
  };
  const sanitized = compile("sanitized", ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]);
  // Freed memory is kept from being used again, to find late accesses; without a bound that alone would be growth.
  run("cycles, sanitizers", sanitized, [options.openings], { ASAN_OPTIONS: "quarantine_size_mb=4" });
  const plain = compile("plain", []);
  run("cycles, memory", plain, [options.openings]);
  if (options["no-valgrind"]) return;
  if (spawnSync("valgrind", ["--version"]).status !== 0) {
    console.log("cycles, valgrind: skipped, valgrind is not installed");
    return;
  }
  run("cycles, valgrind memcheck", "valgrind", [
    "--error-exitcode=9",
    "--leak-check=full",
    "--show-leak-kinds=definite,indirect",
    "--errors-for-leak-kinds=definite,indirect",
    "-q",
    plain,
    String(Math.max(300, Number(options.openings) / 100)),
  ]);
}

/** The tests of the addon, with its C code checked by the address sanitizer. Node itself is not, nor its leaks. */
function checkAddon() {
  const compiler = process.env.CC ?? "cc";
  const asan = spawnSync(compiler, ["-print-file-name=libasan.so"], { encoding: "utf8" }).stdout.trim();
  if (!existsSync(asan)) {
    console.log("addon, address sanitizer: skipped, the compiler has no libasan");
    return;
  }
  const file = join(work, "towpath_kafka.node");
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--reporter=verbose"];
  const flags = { TOWPATH_NATIVE_CFLAGS: "-fsanitize=address -fno-omit-frame-pointer" };
  run("build the addon", process.execPath, [join(native, "build.mjs"), "--out", file], flags);
  const tests = ["native-reader", "native-reader-life", "native-fuzz", "write-rows", "try-settings"].map(
    (name) => `test/kafka/${name}.test.ts`,
  );
  run("addon, address sanitizer", process.execPath, [...vitest, ...tests], {
    LD_PRELOAD: asan,
    ASAN_OPTIONS: "detect_leaks=0:quarantine_size_mb=4",
    TOWPATH_NATIVE_FILE: file,
    TOWPATH_FUZZ_ROUNDS: options.rounds,
  });
  run("addon, memory", process.execPath, [...vitest, "test/kafka/native-fuzz.test.ts", "-t", "memory"], {
    TOWPATH_CYCLES: options.openings,
  });
}

try {
  if (!options["addon-only"]) checkCore();
  if (!options["core-only"]) checkAddon();
} finally {
  for (const name of readdirSync(work)) rmSync(join(work, name), { recursive: true });
  rmSync(work, { recursive: true });
}
