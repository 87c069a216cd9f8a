import type { Batch } from "../../lib/data/batch.ts";
import { randomUuid } from "../../lib/data/random-uuid.ts";
import type { Columns } from "../../lib/data/schema.ts";
import type { Sink, SinkContext, SinkStats } from "../../lib/io/sink.ts";
import { formats } from "../formats/index.ts";
import { embeddedFailure } from "./embedded.ts";
import type { KafkaSettings } from "./options.ts";
import { Producer } from "./producer.ts";
import { producerConf } from "./producer-conf.ts";
import { UpdatesWriter } from "./updates-writer.ts";
import type { ResolvedWriteOptions } from "./write-options.ts";

/** Commits to a Kafka topic: the envelope makes messages of them, the producer delivers these in order. */
export class KafkaSink implements Sink {
  readonly name: string;
  readonly #settings: KafkaSettings;
  readonly #options: ResolvedWriteOptions;
  readonly #writer: UpdatesWriter;
  /** Names this output's history in every message. */
  readonly #run = randomUuid();
  #context: SinkContext | null = null;
  #producer: Producer | null = null;
  #flushTimer: NodeJS.Timeout | null = null;
  #changes = 0;
  #lastTime: number | null = null;
  #isClosed = false;
  /** The last commit that was handed to the producer. */
  #sentTime = Number.NEGATIVE_INFINITY;

  constructor(columns: Columns, settings: KafkaSettings, options: ResolvedWriteOptions) {
    this.name = options.name;
    this.#settings = settings;
    this.#options = options;
    const limits = {
      commitsMax: options.commitFrequencyInMessages,
      bytesMax: producerConf(settings).payloadBytesMax,
    };
    const formatter = formats[options.format].formatter.create(columns);
    this.#writer = new UpdatesWriter(formatter, limits, (payload, time, part, parts) => {
      this.#sentTime = time;
      this.#producer?.send(payload, this.#headers(time, part, parts), time);
    });
  }

  async open(context: SinkContext): Promise<void> {
    this.#context = context;
    embeddedFailure(this.#settings)?.catch((error) => {
      // After the run nobody listens any more, and the process must not go on as if nothing had been lost.
      if (this.#isClosed) throw error;
      context.fail(error);
    });
    const { topicName, partition } = this.#options;
    this.#producer = await Producer.connect(this.#settings, { topic: topicName, partition }, context);
  }

  write(batch: Batch, order: Uint32Array): void {
    this.#changes += this.#writer.write(batch, order);
    this.#lastTime = batch.time;
    if (this.#writer.pendingCommits === 0) this.#stopTimer();
    else this.#flushTimer ??= setTimeout(() => this.#flushPending(), this.#options.flushEveryMs);
  }

  get full(): boolean {
    return this.#producer?.full ?? false;
  }

  get deliveredUpTo(): number {
    const sent = this.#producer?.deliveredUpTo ?? Number.POSITIVE_INFINITY;
    return this.#writer.pendingCommits > 0 ? Math.min(sent, this.#sentTime) : sent;
  }

  async flush(): Promise<void> {
    this.#stopTimer();
    if (this.#producer === null) return;
    this.#writer.flush();
    await this.#producer.drained();
  }

  stats(): SinkStats {
    return { changes: this.#changes, lastTime: this.#lastTime, latencyMs: this.#producer?.latencyMs ?? null };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer();
    await this.#producer?.close();
  }

  #headers(time: number, part: number, parts: number): Record<string, string>[] {
    const headers: Record<string, string>[] = [{ "tp-run": this.#run }, { "tp-commit": String(time) }];
    if (parts > 1) headers.push({ part: String(part) }, { parts: String(parts) });
    return headers;
  }

  #flushPending(): void {
    this.#flushTimer = null;
    try {
      this.#writer.flush();
    } catch (error) {
      this.#context?.fail(error as Error);
    }
  }

  #stopTimer(): void {
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
  }
}
