/**
 * Whether memory stays flat while rows pass: WordCount, Kafka to Kafka, its resident memory from quarter to quarter,
 * and how long it stood still to collect garbage.
 *
 *     npm run bench -- memory [--rows N] [--check] [--update-baseline]
 *
 * Fails when the last quarter needs over 25 % more than the second; the first still grows buffers.
 */
import { towpath } from "./harness/contenders.ts";
import { allGcPauses, gcFigures, gcTable, gcWatched } from "./harness/gc-pauses.ts";
import { ownVersion } from "./harness/machine.ts";
import { benchOptions } from "./harness/options.ts";
import { race } from "./harness/race.ts";
import { conclude, headline, table, whole } from "./harness/results.ts";
import { median } from "./harness/statistics.ts";
import { words } from "./harness/workload.ts";

const GROWTH_MAX = 1.25;

const options = benchOptions({ rows: 10_000_000, rounds: 1 });
const { rows, rounds } = options;
const { laps } = await race({
  contenders: [gcWatched(towpath("wordcount", ownVersion()))],
  workload: words(rows),
  rounds,
  drain: false,
  say: (line) => console.error(`  ${line}`),
});
const done = laps.get("towpath") ?? [];
const quarters = [0, 1, 2, 3].map((quarter) =>
  median(
    done.flatMap(({ rssMb }) => {
      const length = rssMb.length / 4;
      return rssMb.slice(Math.floor(quarter * length), Math.floor((quarter + 1) * length));
    }),
  ),
);
if (quarters.some((mb) => !(mb > 0))) throw new Error("too few rows to measure anything: give more --rows");
const peakMb = Math.max(...done.map((lap) => lap.peakMb));
const growth = quarters[3] / quarters[1];
console.log(headline("memory", `${whole(rows)} rows, resident MB, ${rounds} rounds`));
console.log(
  table(
    ["", "1st quarter", "2nd", "3rd", "4th", "4th by 2nd", "peak"],
    [["towpath", ...quarters.map(whole), `${growth.toFixed(2)} ×`, whole(peakMb)]],
  ),
);
const gc = allGcPauses(done.map((lap) => lap.gc));
console.log(gcTable("all rounds", gc));
if (growth > GROWTH_MAX) {
  console.log(`NOT FLAT: the last quarter needs ${growth.toFixed(2)} × the second`);
  process.exitCode = 1;
}
const figures = { towpath: { quartersMb: quarters, peakMb, ...gcFigures(gc) } };
const ratios = { "the second quarter by the last": 1 / growth };
conclude({ benchmark: "memory", rows, rounds, versions: {}, figures, ratios, missing: {} }, options);
