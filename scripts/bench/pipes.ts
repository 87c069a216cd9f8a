/**
 * CSV → Kafka and Kafka → CSV, row by row, with a real Kafka that this script starts.
 *
 *     npm run bench -- pipes [--peer zoopipe] [--rows N] [--rounds N] [--check] [--update-baseline]
 *
 * Both read the same file and the same topic and write to new ones, one after the other, round by round. The time is that
 * from the start of the pipe to its end, connecting included; processes start before. Rows that are missing fail.
 */
import { randomUUID } from "node:crypto";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type KafkaBroker, startKafka } from "../../test/support/kafka/broker.ts";
import { nodeCommand } from "./harness/contenders.ts";
import { type Command, MeasuredProcess } from "./harness/measured-process.ts";
import { benchOptions } from "./harness/options.ts";
import { readTopic } from "./harness/read-topic.ts";
import { conclude, headline, table, whole } from "./harness/results.ts";
import { median } from "./harness/statistics.ts";
import { ZOOPIPE, zoopipePython } from "./harness/zoopipe.ts";

const SOURCE = "orders";
const ways = ["to-kafka", "to-csv"] as const;
type Way = (typeof ways)[number];

const options = benchOptions({ rows: 1_000_000 });
const { rows, rounds, peers } = options;

interface Lap {
  readonly rowsPerSecond: number;
  readonly peakMb: number;
}

interface Contender {
  readonly name: string;
  command(way: Way, source: string, target: string): Command;
}

const contenders: Contender[] = [
  {
    name: "towpath",
    command: (way, source, target) => nodeCommand("jobs/pipe.ts", [way, source, target, String(rows)]),
  },
];
const versions: Record<string, string> = {};
const missing: Record<string, string> = {};
for (const name of peers) {
  try {
    if (name !== "zoopipe") throw new Error("it has no pipes of this kind");
    const program = await zoopipePython();
    const script = fileURLToPath(new URL("peers/zoopipe/pipe.py", import.meta.url));
    const command = (...args: readonly string[]): Command => ({
      program,
      args: [script, ...args, String(rows)],
    });
    contenders.push({ name, command });
    versions[name] = ZOOPIPE;
  } catch (error) {
    missing[name] = error instanceof Error ? error.message : String(error);
  }
}

const folder = mkdtempSync(join(tmpdir(), "towpath-bench-"));
const file = join(folder, "orders.csv");
const lines = Array.from(
  { length: rows },
  (_, i) => `${i},c${(i * 7_919) % 1_000},${(i % 997) / 8},"note, ${i % 97}"\n`,
);
writeFileSync(file, `id,customer,amount,note\n${lines.join("")}`);

async function lap(kafka: KafkaBroker, way: Way, { name, command }: Contender): Promise<Lap> {
  const topic = `out-${randomUUID()}`;
  const path = join(folder, `${topic}.csv`);
  const uri = (of: string): string => `kafka://${kafka.bootstrap}/${of}`;
  if (way === "to-kafka") await kafka.createTopic(topic);
  const measured = new MeasuredProcess(
    way === "to-kafka" ? command(way, file, uri(topic)) : command(way, uri(SOURCE), path),
  );
  await measured.ended();
  const { seconds } = JSON.parse(measured.stdout) as { readonly seconds: number };
  const found = way === "to-kafka" ? await countMessages(kafka, topic) : (await countLines(path)) - 1;
  // ZooPipe's writer holds the last lines back for as long as it lives.
  const least = way === "to-csv" && name === "zoopipe" ? rows * 0.99 : rows;
  if (found < least || found > rows) throw new Error(`${way} gave ${found} rows, not ${rows}`);
  return { rowsPerSecond: rows / seconds, peakMb: measured.peakMb };
}

async function countMessages(kafka: KafkaBroker, topic: string): Promise<number> {
  let count = 0;
  await readTopic(kafka.bootstrap, topic, () => {
    count++;
  });
  return count;
}

async function countLines(path: string): Promise<number> {
  let count = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
  }
  return count;
}

const laps = new Map<string, Lap[]>();
try {
  await using kafka = await startKafka({ forLoad: true, heap: "1g" });
  await kafka.createTopic(SOURCE);
  const filled = new MeasuredProcess(
    nodeCommand("jobs/pipe.ts", ["to-kafka", file, `kafka://${kafka.bootstrap}/${SOURCE}`]),
  );
  await filled.ended();
  for (let round = 1; round <= rounds; round++) {
    for (const way of ways) {
      for (const contender of contenders) {
        const name = `${contender.name}, ${way}`;
        const one = await lap(kafka, way, contender);
        console.log(`  round ${round}, ${name}: ${whole(one.rowsPerSecond)} rows/s`);
        laps.set(name, [...(laps.get(name) ?? []), one]);
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

const rates = (name: string): number[] => (laps.get(name) ?? []).map(({ rowsPerSecond }) => rowsPerSecond);
const ratioOf = (way: Way, name: string): number =>
  median(rates(`towpath, ${way}`).map((ours, round) => ours / (rates(`${name}, ${way}`)[round] as number)));
const ratios = Object.fromEntries(
  Object.keys(versions).flatMap((name) => ways.map((way) => [`${name}, ${way}`, ratioOf(way, name)])),
);
const shown = [...laps].map(([name, list]) => [
  name,
  whole(median(rates(name))),
  name in ratios ? `${(ratios[name] as number).toFixed(1)} ×` : "",
  whole(median(list.map(({ peakMb }) => peakMb))),
]);
console.log(headline("pipes", `${whole(rows)} rows, ${rounds} rounds, medians`));
console.log(table(["", "rows/s", "towpath is", "peak MB"], shown));
const figures = Object.fromEntries(
  [...laps].map(([name, list]) => [
    name,
    {
      rowsPerSecond: list.map((one) => Math.round(one.rowsPerSecond)),
      peakMb: list.map((one) => Math.round(one.peakMb)),
    },
  ]),
);
conclude({ benchmark: "pipes", rows, rounds, versions, figures, ratios, missing }, options);
