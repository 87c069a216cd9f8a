import { setTimeout as sleep } from "node:timers/promises";
import rdkafka from "node-rdkafka";
import { connect, disconnect } from "../../test/support/kafka/clients.ts";
import type { Rng } from "../../test/support/rng.ts";
import { isDealt, type Workload } from "./workload.ts";

const ACCOUNTS = 40;
const REGIONS = 5;
const ROWS_MAX = 12;
const COMMIT_EVERY_MS = 15;
const UNSENT_MAX = 50_000;
/** The feeder's own client may take long to come back to a broker; it is not what is judged. */
const FLUSH_MS = 180_000;
const MARKER = Buffer.from("*COMMIT*");

/** Sends transfers and their markers, a commit at a time, until it is stopped. It outlives brokers. */
export class Feeder {
  readonly #producer: rdkafka.Producer;
  readonly #topic: string;
  readonly #rng: Rng;
  readonly #stopping = new AbortController();
  #feeding: Promise<void> | null = null;
  #failure: Error | null = null;
  #unsent = 0;
  #lastError = "none";
  commits = 0;
  /** Transfers sent. */
  rows = 0;
  /** A group's plans rely on it that messages of one key are in one partition. */
  readonly #isDealt: boolean;
  /** Partitions that are fed. */
  partitions: number;

  constructor(bootstrap: string, topic: string, workload: Workload, rng: Rng) {
    this.#topic = topic;
    this.partitions = workload.partitions;
    this.#rng = rng;
    this.#isDealt = isDealt(workload.name);
    this.#producer = new rdkafka.Producer(
      { "bootstrap.servers": bootstrap, "enable.idempotence": true, "linger.ms": 2, dr_cb: true },
      { "message.timeout.ms": 0 },
    );
    this.#producer.setPollInterval(20);
    this.#producer.on("delivery-report", (error) => {
      this.#unsent--;
      if (error) this.#failure = new Error(`the feeder lost a message: ${error.message}`);
    });
    this.#producer.on("event.error", ({ message }) => {
      this.#lastError = message;
    });
  }

  async start(): Promise<void> {
    await connect(this.#producer);
    this.#feeding = this.#feed();
  }

  /** Sends no more, and waits until all that was sent is in the topic. */
  async stop(): Promise<void> {
    await this.#halt();
    await new Promise<void>((resolve, reject) => {
      this.#producer.flush(FLUSH_MS, (error: unknown) => (error ? reject(this.#stuck()) : resolve()));
    });
    await this.abandon();
    if (this.#failure !== null) throw this.#failure;
  }

  /** Sends no more, and lets go of what is on its way. */
  async abandon(): Promise<void> {
    await this.#halt();
    if (this.#producer.isConnected()) await disconnect(this.#producer);
  }

  /** Feeds so many partitions from now on, once they are known. */
  async grow(partitions: number): Promise<void> {
    while ((await this.#knownPartitions()) < partitions) await sleep(100);
    this.partitions = partitions;
  }

  #stuck(): Error {
    return new Error(
      `the feeder could not send ${this.#unsent} messages within ${FLUSH_MS} ms; its last error: ${this.#lastError}`,
    );
  }

  #knownPartitions(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#producer.getMetadata({ topic: this.#topic, timeout: 10_000 }, (error, metadata) => {
        if (error) reject(new Error(error.message));
        else resolve(metadata.topics.find(({ name }) => name === this.#topic)?.partitions.length ?? 0);
      });
    });
  }

  async #halt(): Promise<void> {
    this.#stopping.abort();
    await this.#feeding;
  }

  async #feed(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      // A commit goes whole or not at all, also where the broker stands still for long.
      if (this.#unsent < UNSENT_MAX) this.#sendCommit();
      await sleep(COMMIT_EVERY_MS);
    }
  }

  #sendCommit(): void {
    for (let partition = 0; partition < this.partitions; partition++) {
      const rows = this.#rng.below(ROWS_MAX + 1);
      for (let row = 0; row < rows; row++) {
        const account = this.#rng.below(ACCOUNTS);
        const transfer = {
          account: this.#isDealt ? `a${partition}-${account}` : `a${account}`,
          region: `r${this.#rng.below(REGIONS)}`,
          amount: this.#rng.below(2_000) - 1_000,
        };
        this.#send(partition, Buffer.from(JSON.stringify(transfer)));
        this.rows++;
      }
      this.#send(partition, MARKER);
    }
    this.commits++;
  }

  #send(partition: number, value: Buffer): void {
    this.#producer.produce(this.#topic, partition, value);
    this.#unsent++;
  }
}
