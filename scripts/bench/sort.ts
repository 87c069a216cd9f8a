/**
 * Rows inserted at random into a sorted table of ROWS rows, a tenth as many, in commits of 1,000: each changes its two
 * neighbours.
 *
 *     npm run bench -- sort [--peer pathway] [--rows N] [--rounds N] [--check] [--update-baseline]
 */
import { nodeCommand } from "./harness/contenders.ts";
import { type Command, MeasuredProcess } from "./harness/measured-process.ts";
import { benchOptions } from "./harness/options.ts";
import { pathwayScript } from "./harness/pathway.ts";
import { conclude, headline, table, whole } from "./harness/results.ts";
import { median } from "./harness/statistics.ts";

const COMMIT_ROWS = 1_000;

interface Lap {
  readonly insertsPerSecond: number;
  readonly loadedPerSecond: number;
  readonly peakMb: number;
  readonly changes: number;
}

const options = benchOptions({ rows: 1_000_000, rounds: 1 });
const { rows, rounds, peers } = options;
const inserts = rows / 10;
if (inserts % COMMIT_ROWS !== 0) throw new Error(`--rows must be a multiple of ${10 * COMMIT_ROWS}`);
const size = [rows, inserts, COMMIT_ROWS].map(String);

const commands = new Map<string, Command>([["towpath", nodeCommand("jobs/sort.ts", size)]]);
const versions: Record<string, string> = {};
const missing: Record<string, string> = {};
for (const name of peers) {
  try {
    if (name !== "pathway") throw new Error("it does not sort");
    const { version, command } = await pathwayScript("sort", size);
    versions[name] = version;
    commands.set(name, command);
  } catch (error) {
    missing[name] = error instanceof Error ? error.message : String(error);
  }
}

async function lap(command: Command): Promise<Lap> {
  const measured = new MeasuredProcess(command);
  await measured.ended();
  const { loadSeconds, seconds, changes } = JSON.parse(measured.stdout);
  return {
    insertsPerSecond: inserts / seconds,
    loadedPerSecond: rows / loadSeconds,
    peakMb: measured.peakMb,
    changes,
  };
}

const laps = new Map<string, Lap[]>([...commands.keys()].map((name) => [name, []]));
for (let round = 1; round <= rounds; round++) {
  for (const [name, command] of commands) laps.get(name)?.push(await lap(command));
  const told = new Set([...laps.values()].map((list) => list[round - 1].changes));
  if (told.size !== 1) throw new Error(`the contenders have told of ${[...told].join(" and ")} changes`);
}

const ours = laps.get("towpath") ?? [];
const ratioTo = (theirs: readonly Lap[]): number =>
  median(ours.map(({ insertsPerSecond }, round) => insertsPerSecond / theirs[round].insertsPerSecond));
const lines = [...laps].map(([name, list]) => [
  name,
  whole(median(list.map((one) => one.insertsPerSecond))),
  name === "towpath" ? "" : `${ratioTo(list).toFixed(2)} ×`,
  whole(median(list.map((one) => one.loadedPerSecond))),
  whole(median(list.map((one) => one.peakMb))),
  whole(median(list.map((one) => one.changes))),
]);
console.log(
  headline("sort", `${whole(inserts)} inserts into ${whole(rows)} rows, ${rounds} rounds, medians`),
);
console.log(table(["", "inserts/s", "towpath is", "loaded/s", "peak MB", "changes"], lines));

const ratios = Object.fromEntries(Object.keys(versions).map((name) => [name, ratioTo(laps.get(name) ?? [])]));
const figures = Object.fromEntries(
  [...laps].map(([name, list]) => [
    name,
    {
      insertsPerSecond: list.map((one) => Math.round(one.insertsPerSecond)),
      peakMb: list.map((one) => Math.round(one.peakMb)),
    },
  ]),
);
conclude({ benchmark: "sort", rows, rounds, versions, figures, ratios, missing }, options);
