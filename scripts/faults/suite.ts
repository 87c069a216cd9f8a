import { Compiled } from "../../test/support/compiled.ts";
import { startKafka } from "../../test/support/kafka/broker.ts";
import { Rng } from "../../test/support/rng.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Verdict } from "./verify.ts";
import type { Workload } from "./workload.ts";
import { type Grounds, World } from "./world.ts";

/** One scenario in one world. */
export interface Outcome extends Partial<Verdict> {
  readonly scenario: string;
  readonly workload: string;
  readonly seed: number;
  readonly faults: number;
  readonly seconds: number;
  /** What went wrong; empty where nothing did. */
  readonly problems: readonly string[];
}

export interface SuiteOptions {
  readonly seed: number;
  /** Begins no further world after so many minutes; null: each scenario once, in its short form. */
  readonly minutes: number | null;
  /** Parts of the names of the scenarios wanted; none: all. */
  readonly only: readonly string[];
  /** How many scenarios run at the same time. */
  readonly lanes: number;
  tell(outcome: Outcome): void;
}

/** Runs scenarios, each lane of them on a broker of its own, and returns what came of each. */
export async function runSuite({ seed, minutes, only, lanes, tell }: SuiteOptions): Promise<Outcome[]> {
  const wanted = scenarios.filter(({ name }) => only.length === 0 || only.includes(name));
  if (wanted.length === 0) throw new Error(`no scenario is named like ${only.join(", ")}`);
  const outcomes: Outcome[] = [];
  await using compiled = await Compiled.create();
  // Each lane takes the next turn when it is done with its last.
  const turns = turnsOf(wanted, seed, minutes);
  async function runLane(): Promise<void> {
    await using broker = await startKafka();
    for (const turn of turns) {
      const outcome = await runOne({ broker, compiled: compiled.folder }, turn);
      outcomes.push(outcome);
      tell(outcome);
    }
  }
  await Promise.all(Array.from({ length: lanes }, runLane));
  return outcomes;
}

interface Turn {
  readonly scenario: Scenario;
  readonly workload: Workload;
  readonly rounds: number;
  readonly seed: number;
}

/** Every scenario once, in its long form also again and again until the time is over, with one workload after the other. */
function* turnsOf(wanted: readonly Scenario[], firstSeed: number, minutes: number | null): Generator<Turn> {
  const until = performance.now() + (minutes ?? 0) * 60_000;
  let seed = firstSeed;
  for (let turn = 0; turn === 0 || (minutes !== null && performance.now() < until); turn++) {
    for (const scenario of wanted) {
      if (minutes !== null && turn > 0 && performance.now() >= until) return;
      const workload = scenario.workloads[turn % scenario.workloads.length];
      yield { scenario, workload, rounds: scenario.rounds[minutes === null ? 0 : 1], seed: seed++ };
    }
  }
}

async function runOne(grounds: Grounds, { scenario, workload, rounds, seed }: Turn): Promise<Outcome> {
  const startedAt = performance.now();
  let faults = 0;
  let verdict: Partial<Verdict> & Pick<Verdict, "problems">;
  try {
    await using world = await World.create(grounds, workload, new Rng(seed));
    faults = await scenario.run(world, rounds);
    verdict = scenario.isTheEnd === true ? { problems: [] } : await world.conclude();
  } catch (error) {
    verdict = { problems: [error instanceof Error ? error.message : String(error)] };
  }
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return { scenario: scenario.name, workload: workload.name, seed, faults, seconds, ...verdict };
}
