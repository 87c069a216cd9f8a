/**
 * Feeds every reader of bytes with what nobody would send, and the engine with random programs:
 * `npm run fuzz -- [--minutes N] [--target A,B] [--seed S]`. Targets take turns. A case that fails is printed with its
 * seed, and kept where tests run it ever after: its bytes under test/fuzz/corpus, for test/fuzz/bytes.test.ts, a program,
 * shrunk, under test/fuzz/regressions, for test/fuzz/programs.test.ts. At the end comes how many cases were run, of
 * programs also how many commits were compared to the oracle and how many pairs of operators met. Exit code 1 where any
 * case failed, 2 for arguments that are none.
 */
import { randomInt } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Rng } from "../../test/support/rng.ts";
import { type FoundCase, Hunt } from "./hunt.ts";
import { caseSeed, type FuzzTarget } from "./target.ts";
import { targetCalled, targets } from "./targets/index.ts";

const corpus = fileURLToPath(new URL("../../test/fuzz/corpus", import.meta.url));
/** A target with more has one fault, most likely. */
const KEPT_MAX = 5;

interface Plan {
  readonly minutes: number;
  readonly seed: number;
  readonly chosen: readonly FuzzTarget[];
}

function planOf(): Plan | string {
  const { values } = parseArgs({
    options: { minutes: { type: "string" }, target: { type: "string" }, seed: { type: "string" } },
  });
  const minutes = Number(values.minutes ?? 1);
  const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);
  if (!(minutes > 0)) return `--minutes cannot be ${values.minutes}`;
  if (!Number.isInteger(seed)) return `--seed cannot be ${values.seed}`;
  const chosen: FuzzTarget[] = [];
  for (const name of values.target?.split(",") ?? targets.map((target) => target.name)) {
    const target = targetCalled(name);
    if (target === undefined)
      return `there is no target ${name}; there are ${targets.map((each) => each.name).join(", ")}`;
    chosen.push(target);
  }
  return { minutes, seed, chosen };
}

function keep(target: FuzzTarget, seed: number, { n, problem }: FoundCase): void {
  const own = caseSeed(seed, n);
  const bytes = target.make(new Rng(own));
  const file = target.keep?.(bytes, own) ?? keptBytes(target, own, bytes);
  console.error(`${target.name}, case ${n} of seed ${seed}: ${problem}\n  kept as ${file}`);
}

function keptBytes({ name }: FuzzTarget, seed: number, bytes: Uint8Array): string {
  const folder = join(corpus, name);
  const file = join(folder, `${seed.toString(16).padStart(8, "0")}.bin`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, bytes);
  return file;
}

function report({ name, seenAre }: FuzzTarget, { at, tally }: Hunt, failed: number): void {
  const what = [...tally.counts].map(([counted, count]) => `${count} ${counted}`);
  if (seenAre !== undefined) what.push(`${tally.seen.size} ${seenAre}`);
  console.log(`${name.padEnd(14)} ${String(at).padStart(9)} cases, ${failed} failed`);
  for (const line of what) console.log(`${" ".repeat(16)}${line}`);
}

async function fuzz({ minutes, seed, chosen }: Plan): Promise<boolean> {
  console.log(`seed ${seed}, ${minutes} min: ${chosen.map(({ name }) => name).join(", ")}`);
  const hunts = chosen.map((target) => ({ target, hunt: new Hunt(target.name, seed), failed: 0 }));
  const until = performance.now() + minutes * 60_000;
  while (performance.now() < until) {
    for (const entry of hunts) {
      const found = await entry.hunt.turn();
      for (const each of found) if (entry.failed++ < KEPT_MAX) keep(entry.target, seed, each);
    }
  }
  for (const { target, hunt, failed } of hunts) {
    hunt.close();
    report(target, hunt, failed);
  }
  return hunts.every(({ failed }) => failed === 0);
}

const plan = planOf();
if (typeof plan === "string") {
  console.error(plan);
  process.exitCode = 2;
} else if (!(await fuzz(plan))) process.exitCode = 1;
