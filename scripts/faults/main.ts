/**
 * Misfortunes of every kind on a real Kafka, and a verifier that shares no code with the engine.
 *
 *   npm run faults -- [--minutes N] [--only NAME,…] [--seed S] [--lanes N]
 *
 * Without minutes each scenario happens once, in its short form, as in `npm test`. Prints a line for each world,
 * appends it as JSON to .cache/faults.jsonl, and exits with 1 where anything was lost or wrong.
 */
import { appendFileSync, mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Outcome, runSuite } from "./suite.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string" },
    only: { type: "string", default: "" },
    lanes: { type: "string", default: "1" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const seed = Number(values.seed);
console.log(`seed ${seed}`);
mkdirSync(".cache", { recursive: true });

function tell(outcome: Outcome): void {
  const { scenario, workload, faults, commits = 0, replayed = 0, seconds, problems } = outcome;
  const state = problems.length === 0 ? "right" : "WRONG";
  console.log(
    `${state}  ${scenario} (${workload}): ${faults} faults, ${commits} commits, ${replayed} sent again, ${seconds} s`,
  );
  for (const problem of problems) console.log(`       ${problem}`);
  appendFileSync(".cache/faults.jsonl", `${JSON.stringify({ at: new Date().toISOString(), ...outcome })}\n`);
}

const outcomes = await runSuite({
  seed,
  minutes: values.minutes === undefined ? null : Number(values.minutes),
  only: values.only.split(",").filter((name) => name !== ""),
  lanes: Number(values.lanes),
  tell,
});
const wrong = outcomes.filter(({ problems }) => problems.length > 0);
const sum = (of: (outcome: Outcome) => number): number =>
  outcomes.reduce((total, each) => total + of(each), 0);
console.log(
  `${outcomes.length} worlds, ${sum(({ faults }) => faults)} faults, ${sum(({ rows = 0 }) => rows)} rows in ${sum(({ commits = 0 }) => commits)} commits: ${wrong.length} worlds wrong`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
