/**
 * Mutation testing of operators and reducers: `npm run mutate -- [--sample N] [--seed S] [--only TEXT]`.
 *
 * All mutants are put into a copy of the project, asleep. Each is woken alone: first random programs that come by it
 * are compared to the oracle, then those tests that come by it are run, the quickest first. What neither sees has survived, and is printed.
 * `--sample` takes so many of the mutants at random, `--only` those of files whose name holds a text. Exit code 1 where
 * fewer than four of five were killed, 2 for arguments that are none.
 */
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Rng } from "../../test/support/rng.ts";
import type { Mutant } from "./mutant.ts";
import { Programs } from "./programs.ts";
import { Suites } from "./suites.ts";
import { openWorkshop } from "./workshop.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, ".cache/mutate");
const KILLED_SHARE_MIN = 0.8;
const TOLD_EVERY = 20;

interface Wish {
  readonly sample: number;
  readonly seed: number;
  readonly only: string;
}

function wishOf(): Wish | string {
  const { values } = parseArgs({
    options: { sample: { type: "string" }, seed: { type: "string" }, only: { type: "string" } },
  });
  const sample = Number(values.sample ?? Number.MAX_SAFE_INTEGER);
  const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);
  if (!Number.isInteger(sample) || sample < 1) return `--sample cannot be ${values.sample}`;
  if (!Number.isInteger(seed)) return `--seed cannot be ${values.seed}`;
  return { sample, seed, only: values.only ?? "" };
}

/** The mutants that nothing sees. */
async function survivorsOf(chosen: readonly Mutant[], seed: number): Promise<Mutant[]> {
  const programs = new Programs(folder, seed);
  const left: Mutant[] = [];
  for (const [i, mutant] of chosen.entries()) {
    if (mutant.atLoad || (await programs.verdictOf(mutant.number)) !== "killed") {
      left.push(mutant);
      console.log(`not seen by programs: ${textOf(mutant)}`);
    }
    if ((i + 1) % TOLD_EVERY === 0) console.log(`${i + 1} mutants, ${left.length} not seen by programs`);
  }
  programs.close();
  console.log(`${chosen.length - left.length} of ${chosen.length} killed by random programs; now the tests`);
  return left.length === 0 ? [] : unseenByTests(left, seed);
}

async function unseenByTests(left: readonly Mutant[], seed: number): Promise<Mutant[]> {
  const suites = await Suites.survey(folder, seed);
  const survivors: Mutant[] = [];
  for (const [i, mutant] of left.entries()) {
    const verdict = await suites.verdictOf(mutant.number);
    if (verdict !== "killed") {
      survivors.push(mutant);
      console.log(`survives: ${textOf(mutant)}${verdict === "unmet" ? " (no test comes by it)" : ""}`);
    }
    if ((i + 1) % TOLD_EVERY === 0) console.log(`${i + 1} of ${left.length} given to the tests`);
  }
  return survivors;
}

function textOf({ number, file, line, from, to }: Mutant): string {
  const short = (text: string): string => text.replace(/\s+/g, " ").slice(0, 90);
  return `${file}:${line} (${number}): ${short(from)} → ${short(to)}`;
}

async function mutate({ sample, seed, only }: Wish): Promise<boolean> {
  const all = openWorkshop(root, folder).filter(({ file }) => file.includes(only));
  const chosen = new Rng(seed).shuffled(all).slice(0, sample);
  console.log(`seed ${seed}: ${chosen.length} of ${all.length} mutants`);
  const survivors = await survivorsOf(chosen, seed);
  const killed = chosen.length - survivors.length;
  const share = killed / Math.max(1, chosen.length);
  console.log(`${killed} of ${chosen.length} killed (${(100 * share).toFixed(1)} %)`);
  return share >= KILLED_SHARE_MIN;
}

const wish = wishOf();
if (typeof wish === "string") {
  console.error(wish);
  process.exitCode = 2;
} else if (!(await mutate(wish))) process.exitCode = 1;
