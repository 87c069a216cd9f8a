/**
 * What a touched row costs in tables of 10^3 to 10^6 groups: commits of 1,000 rows, and of 10, on random groups. A step
 * that looked at the whole table would show.
 *
 *     npm run bench -- growth [--rounds N] [--check] [--update-baseline]
 */
import { nodeCommand } from "./harness/contenders.ts";
import { MeasuredProcess } from "./harness/measured-process.ts";
import { benchOptions } from "./harness/options.ts";
import { conclude, headline, table, whole } from "./harness/results.ts";
import { median } from "./harness/statistics.ts";

const SIZES = [1_000, 10_000, 100_000, 1_000_000];

const options = benchOptions({ rows: SIZES[SIZES.length - 1] });
const { rounds } = options;
const costs = SIZES.map(() => ({ nsPerRow: [] as number[], usPerSmallCommit: [] as number[] }));
for (let round = 1; round <= rounds; round++) {
  for (const [i, groups] of SIZES.entries()) {
    const measured = new MeasuredProcess(nodeCommand("jobs/growth.ts", [String(groups)]));
    await measured.ended();
    const { nsPerRow, usPerSmallCommit } = JSON.parse(measured.stdout);
    costs[i].nsPerRow.push(nsPerRow);
    costs[i].usPerSmallCommit.push(usPerSmallCommit);
  }
}

const medians = costs.map(({ nsPerRow, usPerSmallCommit }) => ({
  nsPerRow: median(nsPerRow),
  usPerSmallCommit: median(usPerSmallCommit),
}));
const [smallest] = medians;
const lines = medians.map(({ nsPerRow, usPerSmallCommit }, i) => [
  whole(SIZES[i]),
  whole(nsPerRow),
  `${(nsPerRow / smallest.nsPerRow).toFixed(2)} ×`,
  usPerSmallCommit.toFixed(1),
  `${(usPerSmallCommit / smallest.usPerSmallCommit).toFixed(2)} ×`,
]);
console.log(headline("growth", `count and sum by group, CPU time, ${rounds} rounds, medians`));
console.log(table(["groups", "ns a row", "", "µs a commit of 10", ""], lines));
const largest = medians[medians.length - 1];
conclude(
  {
    benchmark: "growth",
    rows: SIZES[SIZES.length - 1],
    rounds,
    versions: {},
    figures: Object.fromEntries(medians.map((figures, i) => [`${SIZES[i]} groups`, figures])),
    // The other way round than printed, so that more is better.
    ratios: {
      "a row, 10^3 by 10^6 groups": smallest.nsPerRow / largest.nsPerRow,
      "a commit of 10, 10^3 by 10^6 groups": smallest.usPerSmallCommit / largest.usPerSmallCommit,
    },
    missing: {},
  },
  options,
);
