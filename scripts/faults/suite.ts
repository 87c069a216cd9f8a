import { type KafkaBroker, startKafka } from "../../test/support/kafka/broker.ts";
import { Rng } from "../../test/support/rng.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Verdict } from "./verify.ts";
import type { Workload } from "./workload.ts";
import { World } from "./world.ts";

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
  tell(outcome: Outcome): void;
}

/** Runs scenarios on a broker of their own, and returns what came of each. */
export async function runSuite({ seed, minutes, only, tell }: SuiteOptions): Promise<Outcome[]> {
  const wanted = scenarios.filter(({ name }) => only.length === 0 || only.includes(name));
  if (wanted.length === 0) throw new Error(`no scenario is named like ${only.join(", ")}`);
  const outcomes: Outcome[] = [];
  const until = performance.now() + (minutes ?? 0) * 60_000;
  await using broker = await startKafka();
  for (let turn = 0; turn === 0 || (minutes !== null && performance.now() < until); turn++) {
    for (const scenario of wanted) {
      if (minutes !== null && turn > 0 && performance.now() >= until) break;
      const workload = scenario.workloads[turn % scenario.workloads.length];
      const rounds = scenario.rounds[minutes === null ? 0 : 1];
      const outcome = await runOne(broker, scenario, workload, rounds, seed + outcomes.length);
      outcomes.push(outcome);
      tell(outcome);
    }
  }
  return outcomes;
}

async function runOne(
  broker: KafkaBroker,
  scenario: Scenario,
  workload: Workload,
  rounds: number,
  seed: number,
): Promise<Outcome> {
  const startedAt = performance.now();
  let faults = 0;
  let verdict: Partial<Verdict> & Pick<Verdict, "problems">;
  try {
    await using world = await World.create(broker, workload, new Rng(seed));
    faults = await scenario.run(world, rounds);
    verdict = scenario.isTheEnd === true ? { problems: [] } : await world.conclude();
  } catch (error) {
    verdict = { problems: [error instanceof Error ? error.message : String(error)] };
  }
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return { scenario: scenario.name, workload: workload.name, seed, faults, seconds, ...verdict };
}
