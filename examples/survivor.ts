/**
 * A count that survives: the process that keeps it is killed with `kill -9` again and again, and ends with every total
 * right.
 *
 *     npx tsx examples/survivor.ts            # kills it 10 times; another number: npx tsx examples/survivor.ts 50
 *
 * The survivor counts words, and keeps its state in a directory (`persistence`). This script plays the rest of the
 * world on a broker of its own: it sends words all the time, starts the survivor, kills it at a random moment, starts
 * it again on the same directory, and reads the counts as anybody would, as a table of updates. With a broker of your
 * own, run the survivor alone and kill it as you like:
 *
 *     KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 npx tsx examples/survivor.ts count DIRECTORY
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "towpath";
import { openBroker } from "./support/broker.ts";
import { Producer } from "./support/producer.ts";

type Settings = Readonly<Record<string, string>>;

/** The survivor: words in, the count of each out. */
async function count(settings: Settings, directory: string): Promise<void> {
  const words = pw.kafka.read(settings, {
    topicNames: ["words"],
    format: "json",
    schema: pw.schema({ word: "str" }),
  });
  const counts = words.groupBy(words.word).reduce({ word: words.word, count: pw.reducers.count() });
  pw.kafka.write(counts, settings, { topicName: "counts" });

  const ending = new AbortController();
  process.once("disconnect", () => ending.abort());
  await pw.run({
    signal: ending.signal,
    monitoring: "none",
    persistence: { path: directory, snapshotEveryMs: 500 },
  });
  if (process.connected) process.disconnect();
}

/** Sends a word of each kind or none, a commit every few milliseconds, and knows how often each was sent. */
class Speaker {
  readonly sent = new Map<string, number>();
  readonly #settings: Settings;
  readonly #stopping = new AbortController();
  #speaking: Promise<void> | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  start(): void {
    this.#speaking = this.#speak();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#speaking;
  }

  async #speak(): Promise<void> {
    await using producer = await Producer.connect(this.#settings);
    while (!this.#stopping.signal.aborted) {
      for (const word of ["lock", "weir", "barge", "towpath"]) {
        if (Math.random() < 0.3) continue;
        await producer.send("words", JSON.stringify({ word }));
        this.sent.set(word, (this.sent.get(word) ?? 0) + 1);
      }
      await producer.send("words", "*COMMIT*");
      await sleep(10);
    }
  }
}

function startSurvivor(settings: Settings, directory: string): ChildProcess {
  const env = { ...process.env, KAFKA_BOOTSTRAP_SERVERS: settings["bootstrap.servers"] };
  return fork(import.meta.filename, ["count", directory], { env });
}

/** Kills the survivor that often, and compares its counts with what was sent. */
async function kill(settings: Settings, directory: string, times: number): Promise<void> {
  const speaker = new Speaker(settings);
  const reading = new AbortController();
  const counts = pw.kafka.read(settings, {
    topicNames: ["counts"],
    format: "updates",
    schema: pw.schema({ word: pw.column({ type: "str", primaryKey: true }), count: "int" }),
  });
  const table = pw.materialize(counts);
  const running = pw.run({ signal: reading.signal, monitoring: "none" });
  const counted = (): Map<string, number> =>
    new Map([...table.current.values()].map(({ word, count }) => [word, count]));
  const isRight = (): boolean => {
    const now = counted();
    return (
      now.size === speaker.sent.size && [...speaker.sent].every(([word, sent]) => now.get(word) === sent)
    );
  };

  speaker.start();
  let survivor = startSurvivor(settings, directory);
  try {
    for (let i = 1; i <= times; i++) {
      await sleep(1_500 + 2_500 * Math.random());
      survivor.kill("SIGKILL");
      await once(survivor, "exit");
      console.log(
        `killed ${i} of ${times}: ${total(counted())} words counted of ${total(speaker.sent)} sent`,
      );
      survivor = startSurvivor(settings, directory);
    }
    await speaker.stop();
    const deadline = Date.now() + 30_000;
    while (!isRight() && Date.now() < deadline && survivor.exitCode === null) await sleep(50);
    for (const [word, sent] of speaker.sent)
      console.log(`${word}: sent ${sent}, counted ${counted().get(word)}`);
    if (!isRight()) throw new Error("the counts are wrong");
    console.log(`survived ${times} kills: nothing lost, nothing counted twice`);
  } finally {
    await speaker.stop();
    if (survivor.connected) survivor.disconnect();
    reading.abort();
    await Promise.all([
      running,
      survivor.exitCode === null && survivor.signalCode === null && once(survivor, "exit"),
    ]);
  }
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, each) => sum + each, 0);
}

const [first = "10", directory] = process.argv.slice(2);
await using broker = await openBroker(["words", "counts"]);
if (first === "count" && directory !== undefined) await count(broker.settings, directory);
else if (/^[1-9]\d*$/.test(first) && broker.isEmbedded) {
  const own = await mkdtemp(join(tmpdir(), "towpath-survivor-"));
  try {
    await kill(broker.settings, own, Number(first));
  } finally {
    await rm(own, { recursive: true, force: true });
  }
} else throw new Error("say how often to kill it, or: count DIRECTORY");
