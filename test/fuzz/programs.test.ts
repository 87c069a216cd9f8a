import { describe, expect, test, vi } from "vitest";
import { TooManyRows } from "../oracle/plan.ts";
import { Rng, seedFrom } from "../support/rng.ts";
import { randomProgram } from "./random-program.ts";
import {
  failureOf,
  randomTrial,
  regressions,
  runTrial,
  shrinkTrial,
  writeRegression,
} from "./run-program.ts";

// Nobody looks at the lines of generated programs, and finding them is a third of the time.
vi.mock("../../lib/base/source-site.ts", async (importOriginal) => ({
  ...(await importOriginal<object>()),
  userSite: () => null,
}));

/** A new place at every run; TOWPATH_FUZZ_SEED goes back to one. */
const seed = seedFrom("TOWPATH_FUZZ_SEED");
const programs = Number(process.env.TOWPATH_FUZZ_PROGRAMS ?? 10_000);
/** Programs of one test: enough of them to matter, few enough to see where time goes. */
const blockSize = 1000;
/** Of a hundred programs at most this many may be left out because their tables outgrow the oracle. */
const leftOutMax = 5;

describe("programs that once failed", () => {
  test("are replayed first", () => expect(regressions().length).toBeGreaterThan(0));
  for (const [name, trial] of regressions()) test(name, () => runTrial(trial));
});

// Programs are numbered from the seed: TOWPATH_FUZZ_SEED=<the failing one> TOWPATH_FUZZ_PROGRAMS=1 runs it alone.
describe(`random programs from seed ${seed}`, () => {
  for (let from = 0; from < programs; from += blockSize) {
    const count = Math.min(blockSize, programs - from);
    test(`${count} from ${seed + from}`, { timeout: 300_000 }, () => {
      let leftOut = 0;
      for (let i = 0; i < count; i++) if (!check((seed + from + i) % 0x1_0000_0000)) leftOut++;
      expect(leftOut, "programs left out because their tables outgrow the oracle").toBeLessThanOrEqual(
        Math.max(1, (count * leftOutMax) / 100),
      );
    });
  }
});

/** Fails where the engine and the oracle disagree; false where the oracle refuses. */
function check(programSeed: number): boolean {
  const rng = new Rng(programSeed);
  const trial = randomTrial(rng.fork(), randomProgram(rng));
  const failure = failureOf(trial);
  if (failure === null) return true;
  if (failure instanceof TooManyRows) return false;
  const small = shrinkTrial(trial, failure);
  const file = writeRegression(small, programSeed);
  const { message } = failureOf(small) ?? failure;
  return expect.fail(
    `program ${programSeed} fails; shrunk to ${file}, to be committed with the repair.\n${message}`,
  );
}
