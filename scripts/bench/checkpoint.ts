/**
 * What checkpoints cost: counting words, with a checkpoint each second and without persistence, in turn; with 5,000
 * words and with a million. And how long a restart with a million groups in state takes to its first output.
 *
 *     npm run bench -- checkpoint [--rows N] [--rounds N] [--check] [--update-baseline]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeCommand } from "./harness/contenders.ts";
import { MeasuredProcess } from "./harness/measured-process.ts";
import { benchOptions } from "./harness/options.ts";
import { conclude, headline, table, whole } from "./harness/results.ts";
import { median } from "./harness/statistics.ts";

const COMMIT_ROWS = 50_000;
const SIZES = [5_000, 1_000_000];

interface Lap {
  readonly rowsPerSecond: number;
  readonly cpuSeconds: number;
  readonly firstOutputMs: number;
}

const options = benchOptions({ rows: 10_000_000 });
const { rounds } = options;
const commits = Math.max(1, Math.round(options.rows / COMMIT_ROWS));
const laps = SIZES.map(() => ({ without: [] as Lap[], kept: [] as Lap[], again: [] as Lap[] }));

async function lap(groups: number, count: number, path: string): Promise<Lap> {
  const measured = new MeasuredProcess(
    nodeCommand("jobs/checkpoint.ts", [String(groups), String(count), path, "1000"]),
  );
  await measured.ended();
  return JSON.parse(measured.stdout) as Lap;
}

for (let round = 1; round <= rounds; round++) {
  for (const [i, groups] of SIZES.entries()) {
    const path = mkdtempSync(join(tmpdir(), "towpath-bench-"));
    try {
      laps[i].without.push(await lap(groups, commits, "-"));
      laps[i].kept.push(await lap(groups, commits, path));
      laps[i].again.push(await lap(groups, 1, path));
    } finally {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

const found = laps.map(({ without, kept, again }) => ({
  without: median(without.map(({ rowsPerSecond }) => rowsPerSecond)),
  kept: median(kept.map(({ rowsPerSecond }) => rowsPerSecond)),
  ratio: median(kept.map(({ rowsPerSecond }, i) => rowsPerSecond / without[i].rowsPerSecond)),
  restartMs: median(again.map(({ firstOutputMs }) => firstOutputMs)),
}));
console.log(
  headline(
    "checkpoint",
    `${whole(commits * COMMIT_ROWS)} rows, a checkpoint each second, ${rounds} rounds, medians`,
  ),
);
console.log(
  table(
    ["groups", "rows/s without", "rows/s with", "ratio", "restart to first output, ms"],
    found.map(({ without, kept, ratio, restartMs }, i) => [
      whole(SIZES[i]),
      whole(without),
      whole(kept),
      `${ratio.toFixed(2)} ×`,
      whole(restartMs),
    ]),
  ),
);
conclude(
  {
    benchmark: "checkpoint",
    rows: commits * COMMIT_ROWS,
    rounds,
    versions: {},
    figures: Object.fromEntries(found.map((figures, i) => [`${SIZES[i]} groups`, figures])),
    ratios: Object.fromEntries(found.map(({ ratio }, i) => [`with checkpoints, ${SIZES[i]} groups`, ratio])),
    missing: {},
  },
  options,
);
