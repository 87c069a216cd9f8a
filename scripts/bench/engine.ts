/**
 * The engine alone, in one process: plain objects in, rows to a subscriber, count and sum by word, in commits of 1,000.
 *
 *     npm run bench -- engine [--peer db-ivm,d2ts] [--rows N] [--rounds N] [--check] [--update-baseline]
 *
 * "towpath" remembers its rows, as it must where rows can be removed; "towpath append-only" is told that they cannot.
 * "towpath columns" gives the engine column batches and takes column batches from it: what is left of the work without
 * JS objects at either end.
 */
import { isDeepStrictEqual } from "node:util";
import { nodeCommand } from "./harness/contenders.ts";
import { engineAnswers } from "./harness/engine-data.mjs";
import { type Command, MeasuredProcess } from "./harness/measured-process.ts";
import { npmPeer } from "./harness/npm-peers.ts";
import { benchOptions } from "./harness/options.ts";
import { conclude, headline, table, whole } from "./harness/results.ts";
import { median } from "./harness/statistics.ts";

const COMMIT_ROWS = 1_000;

interface Lap {
  readonly rowsPerSecond: number;
  readonly cpuSecondsPerMillion: number;
  readonly peakMb: number;
  readonly changes: number;
}

const options = benchOptions({ rows: 1_000_000 });
const { rows, rounds } = options;
if (rows % COMMIT_ROWS !== 0) throw new Error(`--rows must be a multiple of ${COMMIT_ROWS}`);
const size = [String(rows), String(COMMIT_ROWS)];

const commands = new Map<string, Command>([
  ["towpath", nodeCommand("jobs/engine.ts", size)],
  ["towpath append-only", nodeCommand("jobs/engine.ts", [...size, "append-only"])],
  ["towpath columns", nodeCommand("jobs/engine-columns.ts", size)],
]);
const versions: Record<string, string> = {};
const missing: Record<string, string> = {};
for (const name of options.peers) {
  try {
    const { version, modules } = await npmPeer(name);
    versions[name] = version;
    commands.set(name, nodeCommand(`peers/npm/${name}.mjs`, [modules, ...size]));
  } catch (error) {
    missing[name] = error instanceof Error ? error.message : String(error);
  }
}

const expected = engineAnswers(rows);

async function lap(name: string, command: Command): Promise<Lap> {
  const measured = new MeasuredProcess(command);
  await measured.ended();
  const said = JSON.parse(measured.stdout);
  if (said.rows !== Object.keys(expected).length || !isDeepStrictEqual(said.answers, expected)) {
    throw new Error(`${name} has come to a wrong answer`);
  }
  return {
    rowsPerSecond: rows / said.seconds,
    cpuSecondsPerMillion: (1e6 * said.cpuSeconds) / rows,
    peakMb: measured.peakMb,
    changes: said.changes,
  };
}

const laps = new Map<string, Lap[]>([...commands.keys()].map((name) => [name, []]));
for (let round = 1; round <= rounds; round++) {
  for (const [name, command] of commands) {
    const done = await lap(name, command);
    laps.get(name)?.push(done);
    console.error(`  round ${round}, ${name}: ${whole(done.rowsPerSecond)} rows/s`);
  }
}

const ours = laps.get("towpath") ?? [];
const ratioTo = (theirs: readonly Lap[]): number =>
  median(ours.map(({ rowsPerSecond }, round) => rowsPerSecond / theirs[round].rowsPerSecond));
const lines = [...laps].map(([name, list]) => [
  name,
  whole(median(list.map((one) => one.rowsPerSecond))),
  name === "towpath" ? "" : `${ratioTo(list).toFixed(2)} ×`,
  median(list.map((one) => one.cpuSecondsPerMillion)).toFixed(2),
  whole(median(list.map((one) => one.peakMb))),
  whole(median(list.map((one) => one.changes))),
]);
console.log(
  headline("engine", `${whole(rows)} rows, commits of ${whole(COMMIT_ROWS)}, ${rounds} rounds, medians`),
);
console.log(table(["", "rows/s", "towpath is", "CPU s/M rows", "peak MB", "changes"], lines));

const ratios = Object.fromEntries(Object.keys(versions).map((name) => [name, ratioTo(laps.get(name) ?? [])]));
const figures = Object.fromEntries(
  [...laps].map(([name, list]) => [
    name,
    {
      rowsPerSecond: list.map((one) => Math.round(one.rowsPerSecond)),
      cpuSecondsPerMillion: list.map((one) => one.cpuSecondsPerMillion),
      peakMb: list.map((one) => Math.round(one.peakMb)),
    },
  ]),
);
conclude({ benchmark: "engine", rows, rounds, versions, figures, ratios, missing }, options);
