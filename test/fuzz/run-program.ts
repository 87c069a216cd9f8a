import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Rng } from "../support/rng.ts";
import { buildByHand, buildByTables } from "./build-tables.ts";
import { checkProgram, type EnginePlan, type Feeding } from "./check-program.ts";
import { shrink } from "./shrink.ts";
import type { ProgramSpec } from "./spec.ts";

/** A program and how it is run: all that a failure needs to happen again. */
export interface Trial {
  readonly program: ProgramSpec;
  readonly feeding: Feeding;
  /** "tables": the plan that the Table API makes; "hand": every node as the program says it. */
  readonly builder: keyof typeof builders;
}

const builders = { hand: buildByHand, tables: buildByTables } as const satisfies Record<string, EnginePlan>;

/** One way of feeding and one of building for each program; over many programs all are tried. */
export function randomTrial(rng: Rng, program: ProgramSpec): Trial {
  const restartAfter = rng.chance(0.4) ? rng.between(1, program.commits.length) : null;
  const feeding = { shuffled: rng.chance(0.4), split: rng.chance(0.25), restartAfter };
  return { program, feeding, builder: rng.chance(0.7) ? "hand" : "tables" };
}

/** Runs a trial; throws what went wrong. */
export function runTrial({ program, feeding, builder }: Trial): void {
  checkProgram(program, feeding, builders[builder]);
}

/** What a trial throws, or null. */
export function failureOf(trial: Trial): Error | null {
  try {
    runTrial(trial);
    return null;
  } catch (error) {
    return error as Error;
  }
}

/** The smallest trial found that fails in the same way. */
export function shrinkTrial(trial: Trial, failure: Error): Trial {
  const fails = (program: ProgramSpec): boolean =>
    failureOf({ ...trial, program })?.constructor === failure.constructor;
  return { ...trial, program: shrink(trial.program, fails) };
}

const folder = new URL("regressions/", import.meta.url);

/** The failures of the past, by file name. */
export function regressions(): (readonly [name: string, trial: Trial])[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.map(
    (name) => [name, JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Trial] as const,
  );
}

/** Writes a failure where `regressions` finds it; returns the file's path within the repository. */
export function writeRegression(trial: Trial, seed: number): string {
  writeFileSync(new URL(`seed-${seed}.json`, folder), `${JSON.stringify(trial, null, 1)}\n`);
  return `test/fuzz/regressions/seed-${seed}.json`;
}
