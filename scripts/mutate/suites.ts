import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAwakeMs } from "../awake-timer.ts";
import type { Meeting } from "./meet.ts";

/** The tests that mutants are given to where random programs do not see them. */
const files = [
  "test/conformance/failures.test.ts",
  "test/conformance/history-dependent.test.ts",
  "test/conformance/operators.test.ts",
  "test/conformance/reducers.test.ts",
  "test/golden/golden.test.ts",
  "test/lib/debug/",
  "test/lib/first-day.test.ts",
  "test/lib/reducers/",
  "test/lib/runtime/async-restarts.test.ts",
  "test/lib/runtime/on-error.test.ts",
  "test/lib/table/",
];
const ALL_MS = 1_200_000;
/** A mutant's tests may take this many times as long as they do without it, and as much more for starting. */
const SLOWER = 4;
const START_MS = 30_000;

/** The tests, and which mutants each of them comes by. */
export class Suites {
  readonly #folder: string;
  readonly #seed: number;
  readonly #meetings: readonly Meeting[];

  private constructor(folder: string, seed: number, meetings: readonly Meeting[]) {
    this.#folder = folder;
    this.#seed = seed;
    this.#meetings = meetings;
  }

  /**
   * Runs all of them with no mutant awake; what is random in them comes from `seed`. Throws where they fail: then they
   * would seem to kill all.
   */
  static async survey(folder: string, seed: number): Promise<Suites> {
    const met = join(folder, ".met");
    if (!(await passes(folder, files, ALL_MS, { ...seeded(seed), TOWPATH_MET: met })))
      throw new Error("the tests fail without a mutant");
    const meetings = readdirSync(met).flatMap(
      (name) => JSON.parse(readFileSync(join(met, name), "utf8")) as Meeting[],
    );
    return new Suites(folder, seed, meetings);
  }

  /** "unmet": no test comes by it. A mutant with which the tests hang is killed. */
  async verdictOf(mutant: number): Promise<"killed" | "survived" | "unmet"> {
    const meetings = this.#meetings.filter(({ mutants }) => mutants.includes(mutant));
    if (meetings.length === 0) return "unmet";
    const ms = SLOWER * meetings.reduce((sum, meeting) => sum + meeting.ms, 0) + START_MS;
    const env = {
      ...seeded(this.#seed),
      TOWPATH_MUTANT: String(mutant),
      TOWPATH_TESTS: meetings.map(({ name }) => name).join("\n"),
    };
    return (await passes(this.#folder, quickestFirst(meetings), ms, env)) ? "survived" : "killed";
  }
}

function seeded(seed: number): NodeJS.ProcessEnv {
  return { TOWPATH_FUZZ_SEED: String(seed) };
}

/** The files of these tests, those first that take least time. */
function quickestFirst(meetings: readonly Meeting[]): string[] {
  const ms = new Map<string, number>();
  for (const meeting of meetings) ms.set(meeting.file, (ms.get(meeting.file) ?? 0) + meeting.ms);
  return [...ms].sort(([, a], [, b]) => a - b).map(([file]) => file);
}

function passes(
  folder: string,
  names: readonly string[],
  ms: number,
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/mutate/run-tests.ts", ...names], {
    cwd: folder,
    stdio: "ignore",
    env: { ...process.env, ...env },
    // A group of its own: what hangs is a process that vitest has started.
    detached: true,
  });
  return new Promise((resolve) => {
    const cancel = afterAwakeMs(ms, () => process.kill(-(child.pid as number), "SIGKILL"));
    child.once("exit", (code) => {
      cancel();
      resolve(code === 0);
    });
  });
}
