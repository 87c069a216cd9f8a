import { type Contender, towpath } from "./contenders.ts";
import { ownVersion } from "./machine.ts";
import { benchOptions } from "./options.ts";
import { findPeers } from "./peers.ts";
import { type Lap, race } from "./race.ts";
import { conclude, type Figures, headline, table, whole } from "./results.ts";
import { median } from "./statistics.ts";
import type { Workload } from "./workload.ts";

const ROWS = 10_000_000;

/**
 * A benchmark over Kafka from its command line to its table: `job` names the scripts, `make` its data, `own` who takes part
 * beside the peers.
 */
export async function raceBenchmark(
  job: string,
  make: (rows: number) => Workload,
  own: readonly Contender[] = [],
): Promise<void> {
  const options = benchOptions({ rows: ROWS });
  const { rows, rounds } = options;
  const { contenders: peers, missing } = await findPeers(options.peers, job);
  const contenders = [...own, ...peers];
  const all = [towpath(job, ownVersion()), ...contenders];
  const say = (line: string): void => console.error(`  ${line}`);
  const { laps } = await race({ contenders: all, workload: make(rows), rounds, drain: true, say });
  const ratios = ratiosOf(laps);
  const order = ["towpath", "drain", ...contenders.map(({ name }) => name)];
  console.log(headline(job, `${whole(rows)} rows, ${rounds} rounds, medians`));
  console.log(raceTable(order, laps, ratios));
  const figures = Object.fromEntries(order.map((name) => [name, figuresOf(laps.get(name) ?? [])]));
  const versions = Object.fromEntries(contenders.map(({ name, version }) => [name, version]));
  conclude({ benchmark: job, rows, rounds, versions, figures, ratios, missing }, options);
}

/** The median over the rounds of Towpath's rate by the other's of the same round. */
function ratiosOf(laps: ReadonlyMap<string, readonly Lap[]>): Record<string, number> {
  const ours = laps.get("towpath") ?? [];
  const others = [...laps].filter(([name]) => name !== "towpath");
  return Object.fromEntries(
    others.map(([name, theirs]) => [
      name,
      median(ours.map(({ rowsPerSecond }, round) => rowsPerSecond / theirs[round].rowsPerSecond)),
    ]),
  );
}

function figuresOf(laps: readonly Lap[]): Figures {
  return {
    rowsPerSecond: laps.map(({ rowsPerSecond }) => Math.round(rowsPerSecond)),
    cpuSecondsPerMillion: laps.map(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion),
    peakMb: laps.map(({ peakMb }) => Math.round(peakMb)),
    startUpSeconds: laps.map(({ startUpSeconds }) => startUpSeconds),
    changes: laps.map(({ changes }) => changes),
  };
}

function raceTable(
  order: readonly string[],
  laps: ReadonlyMap<string, readonly Lap[]>,
  ratios: Readonly<Record<string, number>>,
): string {
  const header = ["", "rows/s", "towpath is", "CPU s/M rows", "peak MB", "start-up s", "changes"];
  const lines = order.map((name) => {
    const list = laps.get(name) ?? [];
    const middle = (pick: (lap: Lap) => number): number => median(list.map(pick));
    const drained = name === "drain";
    return [
      name,
      whole(middle((lap) => lap.rowsPerSecond)),
      ratios[name] === undefined ? "" : `${ratios[name].toFixed(2)} ×`,
      middle((lap) => lap.cpuSecondsPerMillion).toFixed(2),
      whole(middle((lap) => lap.peakMb)),
      drained ? "" : middle((lap) => lap.startUpSeconds).toFixed(1),
      drained ? "" : whole(middle((lap) => lap.changes)),
    ];
  });
  return table(header, lines);
}
