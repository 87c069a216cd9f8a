/**
 * Draws docs/recovery.svg: what has been sent and what a reader of the output sees, while the run is killed twice.
 *
 *     node --import tsx scripts/faults/picture.ts
 */
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import rdkafka from "node-rdkafka";
import { Compiled } from "../../test/support/compiled.ts";
import { startKafka } from "../../test/support/kafka/broker.ts";
import { connect, disconnect } from "../../test/support/kafka/clients.ts";
import { Rng } from "../../test/support/rng.ts";
import { lineChart, type Point } from "./line-chart.ts";
import { workloads } from "./workload.ts";
import { World } from "./world.ts";

const RUNS_MS = [4_000, 4_000, 5_000];
const SAMPLE_MS = 50;

/** Reads the output as it comes; `rows` is how many transfers the newest version counts. */
class Reader {
  readonly #consumer: rdkafka.KafkaConsumer;
  readonly #counts = new Map<string, number>();
  #times = 0;

  constructor(bootstrap: string, topic: string) {
    this.#consumer = new rdkafka.KafkaConsumer({ "bootstrap.servers": bootstrap, "group.id": "picture" }, {});
    this.#consumer.on("data", ({ value }) => this.#take(String(value)));
    this.#consumer.on("ready", () => {
      this.#consumer.assign([{ topic, partition: 0, offset: 0 }]);
      this.#consumer.consume();
    });
  }

  async open(): Promise<void> {
    await connect(this.#consumer);
  }

  close(): Promise<void> {
    return disconnect(this.#consumer);
  }

  get rows(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  #take(text: string): void {
    const changes: { name: string; count: number; diff: number; time: number }[] = JSON.parse(text);
    const last = this.#times;
    for (const { name, count, diff, time } of changes) {
      if (time <= last) continue;
      this.#times = Math.max(this.#times, time);
      if (diff === 1) this.#counts.set(name, count);
    }
  }
}

await using broker = await startKafka();
await using compiled = await Compiled.create();
await using world = await World.create({ broker, compiled: compiled.folder }, workloads.grouped, new Rng(1));
const reader = new Reader(broker.bootstrap, world.orders.output);
await reader.open();
const sent: Point[] = [];
const seen: Point[] = [];
const kills: number[] = [];
const startedAt = performance.now();
const now = (): number => (performance.now() - startedAt) / 1_000;
const timer = setInterval(() => {
  sent.push({ x: now(), y: world.feeder.rows });
  seen.push({ x: now(), y: reader.rows });
}, SAMPLE_MS);
for (const [i, ms] of RUNS_MS.entries()) {
  world.start();
  await sleep(ms);
  if (i === RUNS_MS.length - 1) break;
  kills.push(now());
  await world.kill();
}
clearInterval(timer);
const verdict = await world.conclude();
await reader.close();
if (verdict.problems.length > 0) throw new Error(verdict.problems.join("\n"));
const chart = lineChart({
  title: "Two kill -9 of a run, which is started again at once",
  xLabel: "seconds",
  yLabel: "transfers",
  lines: [
    { name: "sent", points: sent, isOurs: false },
    { name: "in the newest version that a reader sees", points: seen, isOurs: true },
  ],
  marks: kills.map((x) => ({ x, text: "kill -9" })),
});
const file = fileURLToPath(new URL("../../docs/recovery.svg", import.meta.url));
writeFileSync(file, chart);
console.log(`${verdict.rows} transfers in ${verdict.commits} commits, all right: docs/recovery.svg`);
