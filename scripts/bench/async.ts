/**
 * Functions that answer later, in one process: calls of 50 ms, at most 1,000 at once, over commits of 10 rows.
 *
 *     npm run bench -- async [--rows N] [--rounds N] [--check] [--update-baseline]
 *
 * "full" is the share of the time in which all places were taken: the calls' own time over 1,000 places by the time that
 * the run took. Fails where a commit comes out of order, in parts, or with a wrong row.
 */
import { setTimeout as pause } from "node:timers/promises";
import * as pw from "towpath";
import { benchOptions } from "./harness/options.ts";
import { conclude, headline, table, whole } from "./harness/results.ts";
import { median } from "./harness/statistics.ts";

const CALL_MS = 50;
const CAPACITY = 1_000;
const COMMIT_ROWS = 10;

const options = benchOptions({ rows: 50_000 });
const { rows, rounds } = options;
if (rows % COMMIT_ROWS !== 0) throw new Error(`--rows must be a multiple of ${COMMIT_ROWS}`);

interface Lap {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The most calls that were under way at once. */
  readonly most: number;
}

/** Checks that commits come whole and in order, whatever the order of their rows. */
class InOrder {
  #next = 0;
  #rows: number[] = [];

  take(row: number): void {
    this.#rows.push(row);
  }

  endCommit(): void {
    const wanted = Array.from({ length: COMMIT_ROWS }, (_, i) => this.#next + i);
    this.#rows.sort((a, b) => a - b);
    if (this.#rows.join() !== wanted.join())
      throw new Error(`after row ${this.#next} came ${this.#rows.join()}`);
    this.#next += COMMIT_ROWS;
    this.#rows = [];
  }

  get count(): number {
    return this.#next;
  }
}

async function lap(): Promise<Lap> {
  let running = 0;
  let most = 0;
  const answer = pw.udf(
    async (n: number): Promise<number> => {
      most = Math.max(most, ++running);
      await pause(CALL_MS);
      running--;
      return n;
    },
    { capacity: CAPACITY },
  );
  const order = new InOrder();
  const startedAt = performance.now();
  const startedCpu = process.cpuUsage();
  await pw.graph(async () => {
    const source = pw.input(pw.schema({ n: "int" }), { appendOnly: true });
    const answered = source.select((c) => ({ n: pw.applyAsync(answer, c.n, { type: "int" }) }));
    pw.subscribe(answered, {
      onChange: ({ row }) => order.take(row.n),
      onTimeEnd: () => order.endCommit(),
    });
    const done = pw.run({ monitoring: "none" });
    for (let n = 0; n < rows; n++) {
      source.insert({ n });
      if (n % COMMIT_ROWS === COMMIT_ROWS - 1) source.commit();
    }
    source.close();
    await done;
  });
  const seconds = (performance.now() - startedAt) / 1000;
  if (order.count !== rows) throw new Error(`${order.count} rows came out of ${rows}`);
  const { user, system } = process.cpuUsage(startedCpu);
  return { seconds, cpuSeconds: (user + system) / 1e6, most };
}

const laps: Lap[] = [];
for (let round = 1; round <= rounds; round++) {
  const done = await lap();
  laps.push(done);
  console.error(`  round ${round}: ${whole(rows / done.seconds)} calls/s`);
}

const idealSeconds = (rows / CAPACITY) * (CALL_MS / 1000);
const full = median(laps.map(({ seconds }) => idealSeconds / seconds));
const what = `${whole(rows)} calls of ${CALL_MS} ms, ${whole(CAPACITY)} at once, commits of ${COMMIT_ROWS}, ${rounds} rounds, medians`;
console.log(headline("async", what));
console.log(
  table(
    ["", "calls/s", "at most", "full", "CPU s/M calls"],
    [
      [
        "towpath",
        whole(median(laps.map(({ seconds }) => rows / seconds))),
        whole(median(laps.map(({ most }) => most))),
        `${whole(100 * full)} %`,
        ((1e6 * median(laps.map(({ cpuSeconds }) => cpuSeconds))) / rows).toFixed(1),
      ],
    ],
  ),
);
const figures = {
  towpath: {
    callsPerSecond: laps.map(({ seconds }) => Math.round(rows / seconds)),
    cpuSeconds: laps.map(({ cpuSeconds }) => cpuSeconds),
  },
};
conclude(
  {
    benchmark: "async",
    rows,
    rounds,
    versions: {},
    figures,
    ratios: { "all places taken": full },
    missing: {},
  },
  options,
);
