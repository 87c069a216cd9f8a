import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { crashPoints } from "../../../lib/base/crash-points.ts";
import { Rng, seedFrom } from "../../support/rng.ts";
import { compiled, runScript, Script } from "../../support/script.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const script = "test/support/counting-script.ts";
const words = 300;

interface Line {
  readonly time: number;
  readonly diff: number;
  readonly word: string;
  readonly count: number;
  readonly sum: number;
  readonly last: number;
}

/** What the words come to, by another way. */
function expectedRows(): Omit<Line, "time" | "diff">[] {
  return Array.from({ length: 7 }, (_, w) => {
    const ns = Array.from({ length: words }, (_, n) => n).filter((n) => n % 7 === w);
    return { word: `w${w}`, count: ns.length, sum: ns.reduce((a, b) => a + b, 0), last: ns.at(-1) ?? 0 };
  });
}

/**
 * The lines of all runs as one history: an earlier run's changes may come again, at the same time and the same; what
 * is left are the changes of a run that was never interrupted.
 */
async function historyOf(file: string): Promise<Map<number, string[]>> {
  const byTime = new Map<number, string[]>();
  let runMax = 0;
  for (const text of (await readFile(file, "utf8")).split("\n").filter((line) => line !== "")) {
    const { time } = JSON.parse(text) as Line;
    const known = byTime.get(time);
    if (known === undefined) {
      expect(time, "new times grow").toBeGreaterThan(runMax);
      byTime.set(time, [text]);
    } else if (!known.includes(text)) {
      // The commit in which the process died may have been written in part.
      expect(time).toBe(runMax);
      known.push(text);
    }
    runMax = Math.max(runMax, time);
  }
  return byTime;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

async function checkHistory(file: string): Promise<void> {
  const history = await historyOf(file);
  expect(history.size).toBe(words / 3);
  const live = new Map<string, number>();
  for (const texts of history.values()) {
    for (const text of texts) {
      const { time: _, diff, ...row } = JSON.parse(text) as Line;
      const id = JSON.stringify(row);
      const count = (live.get(id) ?? 0) + diff;
      if (count === 0) live.delete(id);
      else live.set(id, count);
    }
  }
  expect([...live.values()].every((count) => count === 1)).toBe(true);
  expect([...live.keys()].sort()).toEqual(
    expectedRows()
      .map((row) => JSON.stringify(row))
      .sort(),
  );
}

describe("a run that is killed goes on as if it had not been", () => {
  test.each(crashPoints.map((point) => [point]))("at %s", { timeout: 120_000 }, async (point) => {
    const directory = await temporaryDirectory();
    const [state, file] = [join(directory, "state"), join(directory, "lines")];
    const args = [state, file, String(words), "20"];
    const deaths = point === "in-recovery" ? ["after-release:5", "in-recovery:2"] : [point];
    for (const TOWPATH_CRASH_AT of deaths) {
      const { code, stderr } = await runScript(script, { args, env: { TOWPATH_CRASH_AT } });
      expect(code, `it was to die ${TOWPATH_CRASH_AT}. ${stderr}`).toBeNull();
    }
    const last = await runScript(script, { args });
    expect(last.code, last.stderr).toBe(0);
    expect(JSON.parse(last.stdout)).toEqual(expectedRows());
    await checkHistory(file);
  });

  const seed = seedFrom("TOWPATH_FUZZ_SEED");
  test(`at random moments (seed ${seed})`, { timeout: 120_000 }, async () => {
    const rng = new Rng(seed);
    const directory = await temporaryDirectory();
    const [state, file] = [join(directory, "state"), join(directory, "lines")];
    for (let i = 0; i < 3; i++) {
      const before = sizeOf(file);
      const running = new Script(script, { args: [state, file, String(words), String(rng.below(50))] });
      let isOver = false;
      void running.ended.then(() => {
        isOver = true;
      });
      // One death may fall into the start; the others come while it writes.
      while (i !== 1 && !isOver && sizeOf(file) === before) await sleep(5);
      await sleep(rng.between(0, i === 1 ? 1_000 : 250));
      running.signal("SIGKILL");
      await running.ended;
    }
    const last = await runScript(script, { args: [state, file, String(words), "0"] });
    expect(last.code, last.stderr).toBe(0);
    expect(JSON.parse(last.stdout)).toEqual(expectedRows());
    await checkHistory(file);
  });
});

const hasLimits = spawnSync("prlimit", ["--version"]).status === 0;

describe.skipIf(!hasLimits)("a disk that takes no more (prlimit --fsize)", () => {
  // Neither a journal of the whole run, nor room for a new environment; then no room for a checkpoint's pages.
  test.each([[3_000], [30_000]])(
    "at %i bytes ends the run, and what was saved holds",
    { timeout: 60_000 },
    async (bytes) => {
      const state = join(await temporaryDirectory(), "state");
      const args = [state, "/dev/null", String(words), "5"];
      const command = [`--fsize=${bytes}`, process.execPath, compiled(script), ...args];
      const limited = spawnSync("prlimit", command, { encoding: "utf8" });
      expect(limited.status, limited.stderr).toBe(1);
      expect(limited.stderr).toContain("TP_STATE_WRITE: the state could not be written");
      const last = await runScript(script, { args });
      expect(last.code, last.stderr).toBe(0);
      expect(JSON.parse(last.stdout)).toEqual(expectedRows());
    },
  );
});
