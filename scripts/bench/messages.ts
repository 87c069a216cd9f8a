/**
 * Kafka to Kafka, message by message: read, map, write; with a function for each message, and as they are.
 *
 *     npm run bench -- messages [--peer bytewax] [--rows N] [--rounds N] [--check] [--update-baseline]
 *
 * Both read the same topic and write to a new one, one after the other, round by round. The rate is that of the output
 * between its 20th part and its end, by the broker's own stamps, so that no start-up counts. A peer reads the topic's first
 * part only, because it would take minutes; a message that is missing or changed fails.
 */
import { randomUUID } from "node:crypto";
import { type KafkaBroker, startKafka } from "../../test/support/kafka/broker.ts";
import { BYTEWAX, bytewaxScript } from "./harness/bytewax.ts";
import { nodeCommand } from "./harness/contenders.ts";
import { fillTopic } from "./harness/fill-topic.ts";
import { type Command, MeasuredProcess } from "./harness/measured-process.ts";
import { benchOptions } from "./harness/options.ts";
import { readTopic } from "./harness/read-topic.ts";
import { conclude, headline, table, whole } from "./harness/results.ts";
import { median } from "./harness/statistics.ts";

const WARM_UP = 1 / 20;
/** Of the rows, for a peer. */
const PEER_SHARE = 1 / 10;
const pipes = ["function", "as it is"] as const;
type Pipe = (typeof pipes)[number];

const options = benchOptions({ rows: 10_000_000 });
const { rows, rounds } = options;
const cycle = Array.from({ length: 5_000 }, (_, i) => Buffer.from(`{"word":"w${i}","n":${i * 7}}`));

interface Lap {
  readonly rowsPerSecond: number;
  readonly cpuSecondsPerMillion: number;
  readonly peakMb: number;
}

async function lap(
  kafka: KafkaBroker,
  pipe: Pipe,
  messages: number,
  commandTo: (topic: string) => Command | Promise<Command>,
): Promise<Lap> {
  const topic = `out-${randomUUID()}`;
  await kafka.createTopic(topic, 1, { "message.timestamp.type": "LogAppendTime" });
  const measured = new MeasuredProcess(await commandTo(topic));
  await measured.ended();
  const from = Math.floor(messages * WARM_UP);
  let [seen, first, last] = [0, 0, 0];
  await readTopic(kafka.bootstrap, topic, (text, at) => {
    const sent = cycle[seen % cycle.length].toString();
    if (text !== (pipe === "function" ? sent.toUpperCase() : sent))
      throw new Error(`message ${seen} of ${topic} is ${text}`);
    if (seen === from) first = at;
    last = at;
    seen++;
  });
  if (seen !== messages) throw new Error(`${topic} has ${seen} messages, not ${messages}`);
  if (last <= first) throw new Error("too few rows to measure anything: give more --rows");
  return {
    rowsPerSecond: (1_000 * (messages - from)) / (last - first),
    cpuSecondsPerMillion: (1e6 * measured.cpuBetween(first, last)) / (messages - from),
    peakMb: measured.peakMb,
  };
}

const isPeer = options.peers.includes("bytewax");
const missing = Object.fromEntries(
  options.peers
    .filter((peer) => peer !== "bytewax")
    .map((peer) => [peer, "not a peer here; there is bytewax"]),
);
const laps = new Map<string, Lap[]>();

await using kafka = await startKafka({ heap: "1g", forLoad: true });
const peerRows = Math.floor(rows * PEER_SHARE);
const topics = [
  { name: "in", head: [], cycle, messages: rows },
  { name: "in-part", head: [], cycle, messages: peerRows },
];
for (const topic of isPeer ? topics : topics.slice(0, 1)) {
  await kafka.createTopic(topic.name, 1);
  await fillTopic(kafka.bootstrap, topic);
}
for (let round = 1; round <= rounds; round++) {
  for (const pipe of pipes) {
    const note = (name: string, found: Lap): void => {
      const key = `${name}, ${pipe}`;
      laps.set(key, [...(laps.get(key) ?? []), found]);
      console.error(`  round ${round}: ${key}: ${whole(found.rowsPerSecond)} messages/s`);
    };
    note(
      "towpath",
      await lap(kafka, pipe, rows, (topic) =>
        nodeCommand("jobs/messages.ts", [kafka.bootstrap, topic, "in", pipe]),
      ),
    );
    if (!isPeer) continue;
    const command = (topic: string) => bytewaxScript("messages", [kafka.bootstrap, topic, "in-part", pipe]);
    note("bytewax", await lap(kafka, pipe, peerRows, command));
  }
}

function ratioOf(pipe: Pipe): readonly [string, number][] {
  const [ours, theirs] = ["towpath", "bytewax"].map((name) => laps.get(`${name}, ${pipe}`) ?? []);
  if (theirs.length === 0) return [];
  const ratio = median(ours.map(({ rowsPerSecond }, i) => rowsPerSecond / theirs[i].rowsPerSecond));
  return [[pipe === "function" ? "bytewax" : `bytewax, ${pipe}`, ratio]];
}

const ratios = Object.fromEntries(pipes.flatMap(ratioOf));
console.log(headline("messages", `${whole(rows)} messages, ${rounds} rounds, medians`));
const lines = [...laps].map(([name, list]) => [
  name,
  whole(median(list.map(({ rowsPerSecond }) => rowsPerSecond))),
  ratios[name.replace(", function", "")] === undefined
    ? ""
    : `${ratios[name.replace(", function", "")].toFixed(1)} ×`,
  median(list.map(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion)).toFixed(2),
  whole(median(list.map(({ peakMb }) => peakMb))),
]);
console.log(table(["", "messages/s", "towpath is", "CPU s/M", "peak MB"], lines));
const figures = Object.fromEntries(
  [...laps].map(([name, list]) => [
    name,
    {
      rowsPerSecond: list.map(({ rowsPerSecond }) => Math.round(rowsPerSecond)),
      cpuSecondsPerMillion: list.map(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion),
      peakMb: list.map(({ peakMb }) => Math.round(peakMb)),
    },
  ]),
);
const versions = isPeer ? { bytewax: BYTEWAX } : {};
conclude({ benchmark: "messages", rows, rounds, versions, figures, ratios, missing }, options);
