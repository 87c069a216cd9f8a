import { setTimeout as sleep } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import { connect, disconnect } from "../../../test/support/kafka/clients.ts";
import type { MeasuredProcess } from "./measured-process.ts";
import { highWatermark } from "./read-topic.ts";

const QUIET_MS = 3_000;
/** A process that waits may still look around now and then: this share of a core. */
const IDLE_CORES = 0.25;
const POLL_MS = 250;
const OVERALL_MS = 900_000;

/** What an output is watched through. */
export class OutputWatch implements AsyncDisposable {
  readonly #client: rdkafka.Producer;
  readonly #topic: string;

  private constructor(client: rdkafka.Producer, topic: string) {
    this.#client = client;
    this.#topic = topic;
  }

  static async open(bootstrap: string, topic: string): Promise<OutputWatch> {
    const client = new rdkafka.Producer({ "bootstrap.servers": bootstrap });
    await connect(client);
    return new OutputWatch(client, topic);
  }

  /** Waits for the first message; throws when the process ends before. */
  async untilBegun(writer: MeasuredProcess): Promise<void> {
    await this.#until(writer, async () => (await highWatermark(this.#client, this.#topic)) > 0);
  }

  /**
   * A streaming peer says nothing at the end: waits until it has written nothing and hardly computed for a while, or
   * has ended.
   */
  async untilQuiet(writer: MeasuredProcess): Promise<void> {
    let size = 0;
    let grownAt = Number.POSITIVE_INFINITY;
    await this.#until(writer, async () => {
      const now = await highWatermark(this.#client, this.#topic);
      if (now > size) grownAt = performance.now();
      size = now;
      const cpuSeconds = writer.cpuBetween(Date.now() - QUIET_MS, Date.now());
      return performance.now() - grownAt >= QUIET_MS && cpuSeconds < (IDLE_CORES * QUIET_MS) / 1000;
    });
  }

  async #until(writer: MeasuredProcess, test: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + OVERALL_MS;
    while (!(await test())) {
      if (writer.isOver) throw new Error(`${this.#topic}: its writer has ended early\n${writer.lastWords}`);
      if (performance.now() > deadline) throw new Error(`${this.#topic}: not done in ${OVERALL_MS / 1000} s`);
      await sleep(POLL_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await disconnect(this.#client);
  }
}
