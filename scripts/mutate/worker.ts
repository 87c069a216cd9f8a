/**
 * The process that runs programs with a mutant awake: it may hang or die, and main.ts finds out. It starts by running
 * all programs with none, to see which mutants each of them comes by; one that takes its place is told.
 */
import { randomProgram } from "../../test/fuzz/random-program.ts";
import { failureOf, randomTrial, regressions, type Trial } from "../../test/fuzz/run-program.ts";
import type { StepSpec } from "../../test/fuzz/spec.ts";
import { Rng } from "../../test/support/rng.ts";

/** What becomes of a mutant: no program comes by it, one fails, or all that were run are as before. */
export type Verdict = "unmet" | "killed" | "survived";

const ops: readonly StepSpec["op"][] = [
  "applyAsync",
  "concatReindex",
  "deduplicate",
  "difference",
  "diff",
  "flatten",
  "fromStream",
  "groupBy",
  "interpolate",
  "ix",
  "join",
  "removeErrors",
  "sort",
  "split",
  "toStream",
  "updateRows",
  "withIdFrom",
];
/** Programs drawn of everything, and of each operator alone; and how many are run for a mutant. */
const MIXED = 60;
const OF_EACH = 5;
const OF_GROUPS = 60;
const RUN_MAX = 12;

let awake = -1;
/** By mutant 1 where somebody came by it; more than there will ever be. */
const met = new Uint8Array(1 << 16);
Object.assign(globalThis, {
  towpathMutated(number: number): boolean {
    met[number] = 1;
    return number === awake;
  },
});

/** By mutant the places of the programs that come by it. */
export type Survey = readonly (readonly [mutant: number, programs: readonly number[]])[];

/** What the worker is asked: to look at all programs with no mutant awake, or what becomes of a mutant. */
export type Question =
  | { readonly seed: number; readonly survey: Survey | null }
  | { readonly mutant: number };

let programs: readonly Trial[] = [];
let programsOf: ReadonlyMap<number, readonly number[]> = new Map();

function surveyed(): Survey {
  const places = new Map<number, number[]>();
  programs.forEach((trial, place) => {
    met.fill(0);
    if (failureOf(trial) !== null) return;
    for (let mutant = 0; mutant < met.length; mutant++) {
      if (met[mutant] === 0) continue;
      const known = places.get(mutant) ?? [];
      places.set(mutant, known);
      if (known.length < RUN_MAX) known.push(place);
    }
  });
  return [...places];
}

function* trials(seed: number): Generator<Trial> {
  for (const [, trial] of regressions()) yield trial;
  const rng = new Rng(seed);
  const drawn = (limits: Parameters<typeof randomProgram>[1]): Trial => ({
    ...randomTrial(rng.fork(), randomProgram(rng.fork(), limits)),
    builder: "hand",
  });
  // Beside each something that makes columns of any type, because some operators take only certain ones.
  for (const op of ops) {
    const count = op === "groupBy" ? OF_GROUPS : OF_EACH;
    for (let i = 0; i < count; i++) yield drawn({ stepsMax: 2, ops: [op, "withColumns"] });
  }
  for (let i = 0; i < MIXED; i++) yield drawn({});
}

function verdictOf(mutant: number): Verdict {
  const places = programsOf.get(mutant);
  if (places === undefined) return "unmet";
  awake = mutant;
  try {
    return places.some((place) => failureOf(programs[place] as Trial) !== null) ? "killed" : "survived";
  } finally {
    awake = -1;
  }
}

process.on("message", (question: Question) => {
  if ("mutant" in question) {
    process.send?.(verdictOf(question.mutant));
    return;
  }
  programs = [...trials(question.seed)];
  const survey = question.survey ?? surveyed();
  programsOf = new Map(survey);
  process.send?.(survey);
});
