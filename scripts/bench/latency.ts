/**
 * Kafka to Kafka: from a word handed to a paced producer to a count of it read, commits each 20 ms. Producer, job and
 * reader are processes of their own.
 *
 *     npm run bench -- latency [--peer pathway,kafka-streams,flink] [--rate 20000,100000] [--seconds 20] [--rounds N] [--check]
 *
 * The job says how long it stood still to collect garbage. The floor sends the words through without counting. Beside the ratios of p95 stands how far it is above the floor.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type KafkaBroker, startKafka } from "../../test/support/kafka/broker.ts";
import { produce } from "../../test/support/kafka/clients.ts";
import { type Contender, laneArguments, nodeCommand, towpath } from "./harness/contenders.ts";
import { allGcPauses, type GcByKind, gcFigures, gcPauses, gcTable, gcWatched } from "./harness/gc-pauses.ts";
import { type LatencySummary, READY_WORD } from "./harness/latencies.ts";
import { ownVersion } from "./harness/machine.ts";
import { MeasuredProcess } from "./harness/measured-process.ts";
import { benchOptions, wholeNumber } from "./harness/options.ts";
import { OutputWatch } from "./harness/output-watch.ts";
import { findPeers } from "./harness/peers.ts";
import { conclude, headline, table, whole } from "./harness/results.ts";
import { median } from "./harness/statistics.ts";
import { words } from "./harness/workload.ts";

/** Compilers have warmed up and buffers have grown by then. */
const SKIP_MS = 5_000;

const floor: Contender = {
  name: "floor",
  version: ownVersion(),
  ends: false,
  command: (lane) => nodeCommand("jobs/pass-through.ts", laneArguments(lane)),
};

interface Lap extends LatencySummary {
  /** Messages a second that the producer reached. */
  readonly rate: number;
  /** Garbage collection of the job once it had warmed up; nothing where it was not watched. */
  readonly gc: GcByKind;
}

/** One contender at one rate. */
async function lap(
  kafka: KafkaBroker,
  contender: Contender,
  { rate, seconds, id }: { rate: number; seconds: number; id: string },
): Promise<Lap> {
  const { bootstrap } = kafka;
  const [wordsTopic, outTopic] = [`words-${id}`, `out-${id}`];
  await kafka.createTopic(wordsTopic, 1);
  await kafka.createTopic(outTopic, 1);
  const workload = { ...words(1), topics: [{ name: wordsTopic, head: [], cycle: [], messages: 0 }] };
  await using watch = await OutputWatch.open(bootstrap, outTopic);
  const stampsFolder = await mkdtemp(join(tmpdir(), "towpath-bench-"));
  const stamps = join(stampsFolder, "stamps");
  const kind = contender === floor ? "pass-through" : "words";
  const job = new MeasuredProcess(contender.command({ bootstrap, outTopic, workload }));
  const reader = new MeasuredProcess(
    nodeCommand("jobs/latency-reader.ts", [bootstrap, outTopic, stamps, String(SKIP_MS), kind]),
  );
  try {
    await produce(kafka.settings, wordsTopic, [
      { value: JSON.stringify({ word: READY_WORD }), partition: 0 },
    ]);
    await watch.untilBegun(job);
    await sleep(1_000);
    const paced = [bootstrap, wordsTopic, String(rate), String(seconds), stamps];
    const startedAt = Date.now();
    const pacer = new MeasuredProcess(nodeCommand("jobs/pacer.ts", paced));
    await pacer.ended();
    await watch.untilQuiet(job);
    await reader.stop("SIGTERM");
    await reader.ended();
    const gc = gcPauses(job.stdout, startedAt + SKIP_MS);
    return { ...JSON.parse(reader.stdout), ...JSON.parse(pacer.stdout), gc };
  } finally {
    await Promise.all([job.stop(), reader.stop()]);
    await rm(stampsFolder, { recursive: true, force: true });
  }
}

const options = benchOptions({ rows: 1, rounds: 1, own: { rate: "20000,100000", seconds: "20" } });
const { rounds } = options;
const rates = options.own.rate.split(",").map((text) => wholeNumber("--rate", text));
const measuredSeconds = wholeNumber("--seconds", options.own.seconds);
const seconds = measuredSeconds + SKIP_MS / 1000;
const { contenders, missing } = await findPeers(options.peers, "latency");
const all = [floor, gcWatched(towpath("latency", ownVersion())), ...contenders];

await using kafka = await startKafka({ heap: "1g", forLoad: true });
// A broker that has just started is slow for a while, which would count for whoever comes first.
await lap(kafka, floor, { rate: Math.max(...rates), seconds: 2 * (SKIP_MS / 1000), id: "warm-up" });
const lines: string[][] = [];
const ratios: Record<string, number> = {};
const gcTables: string[] = [];
const figures: Record<string, Record<string, number>> = {};
for (const rate of rates) {
  const laps = new Map<string, Lap[]>();
  for (let round = 1; round <= rounds; round++) {
    for (const contender of all) {
      const id = `${contender.name}-${rate}-${round}`;
      const done = await lap(kafka, contender, { rate, seconds, id });
      console.error(`  ${id}: p95 ${done.p95.toFixed(1)} ms, sent ${whole(done.rate)}/s`);
      laps.set(contender.name, [...(laps.get(contender.name) ?? []), done]);
    }
  }
  const p95 = (name: string): number => median((laps.get(name) ?? []).map((one) => one.p95));
  for (const [name, list] of laps) {
    const [p50, p99, max, sent] = (["p50", "p99", "max", "rate"] as const).map((figure) =>
      median(list.map((one) => one[figure])),
    );
    const above = name === "floor" ? "" : (p95(name) - p95("floor")).toFixed(1);
    const times = [p50, p95(name), p99, max].map((ms) => ms.toFixed(1));
    lines.push([`${name}, ${whole(rate)}/s`, ...times, above, whole(sent)]);
    const gc = allGcPauses(list.map((one) => one.gc));
    if (gc.size > 0) gcTables.push(gcTable(`${name}, ${whole(rate)}/s, all rounds`, gc));
    const stood = gc.size > 0 ? gcFigures(gc) : {};
    figures[`${name} at ${rate}`] = { rate: sent, p50, p95: p95(name), p99, max, ...stood };
    if (name !== "towpath") ratios[`${name} at ${rate}`] = p95(name) / p95("towpath");
  }
}
console.log(
  headline("latency", `ms, ${measuredSeconds} s a run, commits each 20 ms, ${rounds} rounds, medians`),
);
console.log(table(["", "p50", "p95", "p99", "max", "p95 above floor", "sent/s"], lines));
for (const text of gcTables) console.log(text);
const versions = Object.fromEntries(contenders.map(({ name, version }) => [name, version]));
const rows = Math.max(...rates) * seconds;
conclude({ benchmark: "latency", rows, rounds, versions, figures, ratios, missing }, options);
