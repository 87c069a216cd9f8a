import { randomProgram } from "../../../test/fuzz/random-program.ts";
import {
  failureOf,
  randomTrial,
  shrinkTrial,
  type Trial,
  writeRegression,
} from "../../../test/fuzz/run-program.ts";
import { inputsOf, type ProgramSpec } from "../../../test/fuzz/spec.ts";
import { TooManyRows } from "../../../test/oracle/plan.ts";
import { Rng } from "../../../test/support/rng.ts";
import { emptyTally } from "../tally.ts";
import type { FuzzTarget } from "../target.ts";

let tally = emptyTally();

/**
 * Random programs of one to eight operators, compared to the oracle after every commit. A case's bytes are its trial
 * as JSON; one that fails is kept, shrunk, among the programs that `npm test` runs first.
 */
export const programs: FuzzTarget = {
  name: "programs",
  make(rng) {
    const drawn = new Rng(rng.seed);
    return Buffer.from(JSON.stringify(randomTrial(drawn.fork(), randomProgram(drawn))));
  },
  run(bytes) {
    const trial = trialOf(bytes);
    const failure = failureOf(trial);
    if (failure instanceof TooManyRows) count("left out, too large for the oracle", 1);
    else if (failure !== null) throw new Error(failure.message, { cause: failure });
    else {
      count("programs compared", 1);
      count("commits compared", trial.program.commits.length);
      for (const pair of pairsOf(trial.program)) tally.seen.add(pair);
    }
  },
  keep(bytes, seed) {
    const trial = trialOf(bytes);
    const failure = failureOf(trial);
    return writeRegression(failure === null ? trial : shrinkTrial(trial, failure), seed);
  },
  takeTally() {
    const taken = tally;
    tally = emptyTally();
    return taken;
  },
  seenAre: "different pairs of operators, one reading the other",
};

function trialOf(bytes: Uint8Array): Trial {
  return JSON.parse(Buffer.from(bytes).toString()) as Trial;
}

function count(name: string, by: number): void {
  tally.counts.set(name, (tally.counts.get(name) ?? 0) + by);
}

/** Which operators read which: joins by their modes. */
function pairsOf({ sources, steps }: ProgramSpec): string[] {
  const names = [
    ...sources.map(() => "source"),
    ...steps.map((step) => (step.op === "join" ? `${step.mode} join` : step.op)),
  ];
  return steps.flatMap((step, i) =>
    inputsOf(step).map((input) => `${names[input]} → ${names[sources.length + i]}`),
  );
}
