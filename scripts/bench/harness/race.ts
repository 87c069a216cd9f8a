/**
 * Contenders over the same topics of a real Kafka, one after the other, round by round.
 *
 * All are measured from outside and in the same way: the broker stamps each message of an output when it takes it
 * (LogAppendTime), and the answers say how many rows they have counted. The rate is that of the rows between the first
 * answers and the last, so that no start-up counts, and nothing reads the output while it is written.
 */
import { type KafkaBroker, startKafka } from "../../../test/support/kafka/broker.ts";
import { AnswerFold, type Progress } from "./answer-fold.ts";
import { type Contender, nodeCommand } from "./contenders.ts";
import { fillTopic } from "./fill-topic.ts";
import { type GcByKind, gcPauses } from "./gc-pauses.ts";
import { MeasuredProcess } from "./measured-process.ts";
import { OutputWatch } from "./output-watch.ts";
import { readTopic } from "./read-topic.ts";
import type { Workload } from "./workload.ts";

/** One run of one contender. */
export interface Lap {
  readonly rowsPerSecond: number;
  /** User and system time of its process while the rows were counted, per million rows. */
  readonly cpuSecondsPerMillion: number;
  readonly peakMb: number;
  /** From the start of the process to the first answer. */
  readonly startUpSeconds: number;
  /** Messages' worth of changes in the output. */
  readonly changes: number;
  /** Resident memory in MB over the measured time, evenly spaced in time. */
  readonly rssMb: readonly number[];
  /** Garbage collection over the measured time; nothing where the contender was not watched. */
  readonly gc: GcByKind;
}

export interface RaceResult {
  readonly laps: ReadonlyMap<string, readonly Lap[]>;
}

export interface RaceOptions {
  readonly contenders: readonly Contender[];
  readonly workload: Workload;
  readonly rounds: number;
  /** Whether the bare packed reader takes part, as "drain". */
  readonly drain: boolean;
  readonly say: (line: string) => void;
}

/** Starts a broker, fills the topics and has everybody run `rounds` times. A wrong answer throws. */
export async function race(options: RaceOptions): Promise<RaceResult> {
  const { workload, contenders, rounds, say } = options;
  await using kafka = await startKafka({ heap: "1g", forLoad: true });
  for (const topic of workload.topics) {
    await kafka.createTopic(topic.name, 1);
    const startedAt = performance.now();
    await fillTopic(kafka.bootstrap, topic);
    const seconds = (performance.now() - startedAt) / 1000;
    say(`${topic.name}: ${topic.messages} messages in ${seconds.toFixed(0)} s`);
  }
  const laps = new Map<string, Lap[]>();
  const note = (name: string, lap: Lap): void => {
    laps.set(name, [...(laps.get(name) ?? []), lap]);
    say(`${name}: ${Math.round(lap.rowsPerSecond)} rows/s`);
  };
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    if (options.drain) note("drain", await drain(kafka, workload));
    for (const contender of contenders) {
      const outTopic = `out-${contender.name}-${round}`;
      note(contender.name, await lap(kafka, contender, workload, outTopic));
    }
  }
  return { laps };
}

async function lap(
  kafka: KafkaBroker,
  contender: Contender,
  workload: Workload,
  outTopic: string,
): Promise<Lap> {
  const { bootstrap } = kafka;
  await kafka.createTopic(outTopic, 1, { "message.timestamp.type": "LogAppendTime" });
  const measured = new MeasuredProcess(contender.command({ bootstrap, outTopic, workload }));
  if (contender.ends) await measured.ended();
  else await stopWhenQuiet(bootstrap, outTopic, measured);
  const fold = new AnswerFold(workload);
  await readTopic(bootstrap, outTopic, (text, at) => fold.take(text, at));
  try {
    fold.finish();
  } catch (cause) {
    throw new Error(`${contender.name} in ${outTopic}`, { cause });
  }
  return lapOf(fold.progress, fold.changes, workload, measured);
}

function lapOf(
  progress: readonly Progress[],
  changes: number,
  workload: Workload,
  measured: MeasuredProcess,
): Lap {
  const first = progress.find(({ rows }) => rows >= workload.warmUp * workload.rows);
  const last = progress.find(({ rows }) => rows === workload.rows);
  if (first === undefined || last === undefined || last.at <= first.at) {
    throw new Error("too few rows to measure anything: give more --rows");
  }
  const rows = last.rows - first.rows;
  return {
    rowsPerSecond: (1000 * rows) / (last.at - first.at),
    cpuSecondsPerMillion: (1e6 * measured.cpuBetween(first.at, last.at)) / rows,
    peakMb: measured.peakMb,
    startUpSeconds: ((progress[0] as Progress).at - measured.startedAt) / 1000,
    changes,
    rssMb: measured.samples.filter(({ at }) => at >= first.at && at <= last.at).map(({ rssMb }) => rssMb),
    gc: gcPauses(measured.stdout, first.at, last.at),
  };
}

async function stopWhenQuiet(bootstrap: string, topic: string, measured: MeasuredProcess): Promise<void> {
  try {
    await using watch = await OutputWatch.open(bootstrap, topic);
    await watch.untilQuiet(measured);
  } finally {
    await measured.stop();
  }
}

async function drain(kafka: KafkaBroker, workload: Workload): Promise<Lap> {
  const [{ name, messages }] = workload.topics;
  const measured = new MeasuredProcess(
    nodeCommand("jobs/drain.ts", [kafka.bootstrap, name, String(messages)]),
  );
  await measured.ended();
  const { seconds, cpuSeconds } = JSON.parse(measured.stdout);
  return {
    rowsPerSecond: workload.rows / seconds,
    cpuSecondsPerMillion: (1e6 * cpuSeconds) / workload.rows,
    peakMb: measured.peakMb,
    startUpSeconds: 0,
    changes: 0,
    rssMb: [],
    gc: new Map(),
  };
}
