/**
 * How long a group of readers takes to be ready, with a real Kafka that this script starts: as channel readers, which are
 * assigned their partitions by their places in the group, and as consumers that subscribe to the same number of partitions
 * and wait for the group's coordinator to deal them out.
 *
 *     npm run bench -- channels [--rows READERS] [--processes N] [--create yes] [--rounds N] [--check] [--update-baseline]
 *
 * The time is that from the first reader's opening until every reader is ready, connections included. The topics are there
 * before, unless `--create yes` leaves those of the channel to its readers.
 * Readers share a process as they might in production; a channel's readers share the connection over which they tell of
 * themselves there, and each has its own consumer of records, as each subscriber has.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type KafkaBroker, startKafka } from "../../test/support/kafka/broker.ts";
import { nodeCommand } from "./harness/contenders.ts";
import { MeasuredProcess } from "./harness/measured-process.ts";
import { benchOptions, wholeNumber } from "./harness/options.ts";
import { conclude, headline, table, whole } from "./harness/results.ts";
import { median } from "./harness/statistics.ts";

const LIMIT_MS = 300_000;
const POLL_MS = 20;
const ways = ["channel", "coordinator"] as const;
type Way = (typeof ways)[number];

const options = benchOptions({ rows: 500, rounds: 1, own: { processes: "4", create: "no" } });
const { rows: readers, rounds } = options;
const create = options.own.create === "yes";
const processes = wholeNumber("--processes", options.own.processes);

interface Lap {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

interface Told {
  readonly ready: number;
  readonly partitions: number;
  readonly at: number;
}

async function lap(kafka: KafkaBroker, way: Way): Promise<Lap> {
  const name = `${way}-${randomUUID()}`;
  // A broker may take longer to make so many partitions than readers take for all the rest: see `--create`.
  if (way === "coordinator") await kafka.createTopic(name, readers);
  else if (!create) {
    await kafka.createTopic(`${name}.reader`, readers);
    await kafka.createTopic(`${name}.status`, 2, { "cleanup.policy": "compact" });
  }
  const starts = Array.from({ length: processes + 1 }, (_, i) => Math.floor((i * readers) / processes));
  const running = starts.slice(0, -1).map((from, i) => {
    const own = [from, starts[i + 1] - from, readers].map(String);
    return new MeasuredProcess(nodeCommand("jobs/channel-readers.ts", [way, kafka.bootstrap, name, ...own]));
  });
  try {
    const endedAt = await untilReady(running);
    const startedAt = Math.min(...running.map(({ stdout }) => JSON.parse(stdout.split("\n")[0]).at));
    return {
      seconds: (endedAt - startedAt) / 1_000,
      cpuSeconds: running.reduce((sum, one) => sum + one.cpuBetween(startedAt, endedAt), 0),
      peakMb: running.reduce((sum, one) => sum + one.peakMb, 0),
    };
  } finally {
    await Promise.all(running.map((one) => one.stop()));
  }
}

/** When each reader had exactly its own partition. */
async function untilReady(running: readonly MeasuredProcess[]): Promise<number> {
  const until = Date.now() + LIMIT_MS;
  for (;;) {
    const told = running.map(({ stdout }) => lastLine(stdout));
    const sum = (of: (one: Told) => number): number => told.reduce((all, one) => all + of(one), 0);
    if (sum(({ ready }) => ready) === readers && sum(({ partitions }) => partitions) === readers) {
      return Math.max(...told.map(({ at }) => at));
    }
    const failed = running.find(({ isOver }) => isOver);
    if (failed !== undefined) throw new Error(`a process of readers ended:\n${failed.lastWords}`);
    if (Date.now() > until) throw new Error(`after ${LIMIT_MS / 1_000} s: ${JSON.stringify(told)}`);
    await sleep(POLL_MS);
  }
}

function lastLine(text: string): Told {
  const line = text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1) ?? "";
  return line === "" ? { ready: 0, partitions: 0, at: 0 } : JSON.parse(line);
}

const laps: Record<Way, Lap[]> = { channel: [], coordinator: [] };
await using kafka = await startKafka({ forLoad: true, heap: "1g" });
// The group that stores offsets is made when the first asks for it: not a matter of either way.
await lapOfTwo(kafka);
for (let round = 1; round <= rounds; round++) {
  for (const way of ways) {
    const one = await lap(kafka, way);
    console.log(`  round ${round}, ${way}: ${one.seconds.toFixed(1)} s`);
    laps[way].push(one);
  }
}

/** Something is read and committed once. */
async function lapOfTwo({ bootstrap }: KafkaBroker): Promise<void> {
  const warm = new MeasuredProcess(
    nodeCommand("jobs/channel-readers.ts", ["channel", bootstrap, "warm", "0", "2", "2"]),
  );
  while (lastLine(warm.stdout).ready < 2) {
    if (warm.isOver) throw new Error(warm.lastWords);
    await sleep(POLL_MS);
  }
  await warm.stop();
}

const seconds = (way: Way): number[] => laps[way].map((one) => one.seconds);
const ratio = median(seconds("channel").map((ours, i) => seconds("coordinator")[i] / ours));
console.log(
  headline("channels", `${readers} readers of one group in ${processes} processes, ${rounds} rounds`),
);
console.log(
  table(
    ["", "s until all are ready", "CPU s", "peak MB"],
    ways.map((way) => [
      way,
      median(seconds(way)).toFixed(1),
      whole(median(laps[way].map(({ cpuSeconds }) => cpuSeconds))),
      whole(median(laps[way].map(({ peakMb }) => peakMb))),
    ]),
  ),
);
console.log(`channel readers are ready ${ratio.toFixed(1)} × as fast`);
const figures = Object.fromEntries(
  ways.map((way) => [
    way,
    { seconds: seconds(way), peakMb: laps[way].map(({ peakMb }) => Math.round(peakMb)) },
  ]),
);
conclude(
  {
    benchmark: "channels",
    rows: readers,
    rounds,
    versions: {},
    figures,
    ratios: { coordinator: ratio },
    missing: {},
  },
  options,
);
