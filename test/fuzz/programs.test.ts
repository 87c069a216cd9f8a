import { describe, expect, test, vi } from "vitest";
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

/**
 * Where the numbering of programs begins: a fixed place, so that a run of the suite takes the time that it took
 * before; TOWPATH_FUZZ_SEED goes elsewhere. A new place may still meet a program whose tables grow for minutes.
 */
const given = process.env.TOWPATH_FUZZ_SEED;
const seeds = given === undefined ? [2_448_895_005] : [seedFrom("TOWPATH_FUZZ_SEED")];
const programs = Number(process.env.TOWPATH_FUZZ_PROGRAMS ?? 1_500) / seeds.length;
/** Programs of one test: enough of them to matter, few enough to see where time goes. */
const blockSize = 1000;

describe("programs that once failed", () => {
  test("are replayed first", () => expect(regressions().length).toBeGreaterThan(0));
  for (const [name, trial] of regressions()) test(name, () => runTrial(trial));
});

// Programs are numbered from the seed: TOWPATH_FUZZ_SEED=<the failing one> TOWPATH_FUZZ_PROGRAMS=1 runs it alone.
describe.each(seeds)("random programs from seed %i", (seed) => {
  for (let from = 0; from < programs; from += blockSize) {
    const count = Math.min(blockSize, programs - from);
    test(`${count} from ${seed + from}`, { timeout: 300_000 }, () => {
      for (let i = 0; i < count; i++) check((seed + from + i) % 0x1_0000_0000);
    });
  }
});

function check(programSeed: number): void {
  const rng = new Rng(programSeed);
  const trial = randomTrial(rng.fork(), randomProgram(rng));
  const failure = failureOf(trial);
  if (failure === null) return;
  const small = shrinkTrial(trial, failure);
  const file = writeRegression(small, programSeed);
  const { message } = failureOf(small) ?? failure;
  expect.fail(
    `program ${programSeed} fails; shrunk to ${file}, to be committed with the repair.\n${message}`,
  );
}
