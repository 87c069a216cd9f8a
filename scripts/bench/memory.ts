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
import { quartersOf, reportQuarters } from "./harness/quarters.ts";
import { race } from "./harness/race.ts";
import { conclude, whole } from "./harness/results.ts";
import { words } from "./harness/workload.ts";

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
const quarters = quartersOf(done.map(({ rssMb }) => rssMb));
const peakMb = Math.max(...done.map((lap) => lap.peakMb));
reportQuarters("memory", `${whole(rows)} rows, resident MB, ${rounds} rounds`, quarters, peakMb);
const gc = allGcPauses(done.map((lap) => lap.gc));
console.log(gcTable("all rounds", gc));
const figures = { towpath: { quartersMb: quarters.quartersMb, peakMb, ...gcFigures(gc) } };
const ratios = { "the second quarter by the last": 1 / quarters.growth };
conclude({ benchmark: "memory", rows, rounds, versions: {}, figures, ratios, missing: {} }, options);
