import { spawnSync } from "node:child_process";

/** The tests that a room's mutants are given to where random programs do not see them. */
const suites: Readonly<Record<string, readonly string[]>> = {
  "lib/operators": [
    "test/conformance/operators.test.ts",
    "test/conformance/failures.test.ts",
    "test/conformance/history-dependent.test.ts",
    "test/lib/first-day.test.ts",
    "test/lib/runtime/async-restarts.test.ts",
    "test/lib/runtime/on-error.test.ts",
    "test/lib/table",
  ],
  "lib/reducers": [
    "test/conformance/reducers.test.ts",
    "test/lib/reducers",
    "test/lib/table/grouping.test.ts",
    "test/lib/table/reducers.test.ts",
  ],
};
const SUITE_MS = 300_000;

/** Whether the tests of a file's room pass in the workshop with a mutant awake; -1: with none. */
export function suitePasses(folder: string, file: string, mutant: number): boolean {
  const room = Object.keys(suites).find((name) => file.startsWith(name));
  if (room === undefined) throw new Error(`no tests are known for ${file}`);
  const { status } = spawnSync(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "run", "--bail", "1", "--maxWorkers", "1", ...(suites[room] ?? [])],
    {
      cwd: folder,
      stdio: "ignore",
      timeout: SUITE_MS,
      killSignal: "SIGKILL",
      env: { ...process.env, TOWPATH_MUTANT: String(mutant) },
    },
  );
  return status === 0;
}
