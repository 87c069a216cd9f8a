/**
 * Avro out of a real Kafka: framed messages of five fields to columns, beside the packed reader alone.
 *
 *     npm run bench -- avro [--rows N] [--rounds N] [--check] [--update-baseline]
 *
 * Fails where a row is missing or an amount is wrong.
 */
import { startKafka } from "../../test/support/kafka/broker.ts";
import { amountOf, orderMessages } from "./harness/avro-orders.ts";
import { nodeCommand } from "./harness/contenders.ts";
import { fillTopic } from "./harness/fill-topic.ts";
import { MeasuredProcess } from "./harness/measured-process.ts";
import { benchOptions } from "./harness/options.ts";
import { conclude, headline, table, whole } from "./harness/results.ts";
import { median } from "./harness/statistics.ts";

const GOAL = 400_000;
const CYCLE = 5_000;
const TOPIC = "orders-avro";

interface Lap {
  readonly rowsPerSecond: number;
  readonly cpuSecondsPerMillion: number;
  readonly peakMb: number;
}

const options = benchOptions({ rows: 5_000_000 });
const { rows, rounds } = options;
let expected = 0;
for (let i = 0; i < rows; i++) expected += amountOf(i % CYCLE);

async function lap(bootstrap: string, job: string): Promise<Lap> {
  const measured = new MeasuredProcess(nodeCommand(`jobs/${job}.ts`, [bootstrap, TOPIC, String(rows)]));
  await measured.ended();
  const { rows: counted = rows, seconds, cpuSeconds, amount } = JSON.parse(measured.stdout);
  if (amount !== undefined && amount !== expected)
    throw new Error(`the amounts are ${amount}, not ${expected}`);
  if (!(counted > 0 && seconds > 0)) throw new Error("too few rows to measure anything: give more --rows");
  return {
    rowsPerSecond: counted / seconds,
    cpuSecondsPerMillion: (1e6 * cpuSeconds) / counted,
    peakMb: measured.peakMb,
  };
}

const laps: Record<"towpath" | "drain", Lap[]> = { towpath: [], drain: [] };
{
  await using kafka = await startKafka({ heap: "1g", forLoad: true });
  await kafka.createTopic(TOPIC, 1);
  await fillTopic(kafka.bootstrap, { name: TOPIC, head: [], cycle: orderMessages(CYCLE), messages: rows });
  for (let round = 1; round <= rounds; round++) {
    laps.drain.push(await lap(kafka.bootstrap, "drain"));
    laps.towpath.push(await lap(kafka.bootstrap, "avro"));
    const [towpath, drain] = [laps.towpath, laps.drain].map((done) => whole(done[round - 1].rowsPerSecond));
    console.error(`  round ${round}: ${towpath} messages/s, drain ${drain}`);
  }
}

const rate = (of: readonly Lap[]): number => median(of.map(({ rowsPerSecond }) => rowsPerSecond));
const ratios = {
  drain: median(laps.towpath.map(({ rowsPerSecond }, i) => rowsPerSecond / laps.drain[i].rowsPerSecond)),
};
const what = `${whole(rows)} framed messages of five fields to columns, ${rounds} rounds, medians`;
console.log(headline("avro", what));
console.log(
  table(
    ["", "messages/s", "CPU s/M messages", "peak MB", "of the drain"],
    (["towpath", "drain"] as const).map((name) => [
      name,
      whole(rate(laps[name])),
      median(laps[name].map(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion)).toFixed(2),
      whole(Math.max(...laps[name].map(({ peakMb }) => peakMb))),
      `${(rate(laps[name]) / rate(laps.drain)).toFixed(2)} ×`,
    ]),
  ),
);
console.log(`the goal of ${whole(GOAL)} is ${rate(laps.towpath) >= GOAL ? "reached" : "MISSED"}`);
const figures = Object.fromEntries(
  Object.entries(laps).map(([name, done]) => [
    name,
    {
      rowsPerSecond: done.map(({ rowsPerSecond }) => Math.round(rowsPerSecond)),
      cpuSecondsPerMillion: done.map(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion),
      peakMb: done.map(({ peakMb }) => peakMb),
    },
  ]),
);
conclude({ benchmark: "avro", rows, rounds, versions: {}, figures, ratios, missing: {} }, options);
