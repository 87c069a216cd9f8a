import { assert } from "../../../lib/base/assert.ts";
import type { Batch } from "../../../lib/data/batch.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import type { Sink, SinkContext, SinkStats } from "../../../lib/io/sink.ts";
import type { KafkaSettings } from "../client/options.ts";
import { embeddedFailure } from "../embedded/embedded.ts";
import { Outbox } from "../produce/outbox.ts";
import { Producer } from "../produce/producer.ts";
import { producerConf } from "../produce/producer-conf.ts";
import type { MessageParts } from "./message-parts.ts";
import { MessageWriter } from "./message-writer.ts";

/** What a sink of messages is told; checked. */
export interface MessageSinkPlan {
  readonly name: string;
  readonly settings: KafkaSettings;
  readonly topic: string | null;
  readonly parts: MessageParts;
}

/** Rows as messages to Kafka, each delivered and acknowledged, in the order of commits. */
export class MessageSink implements Sink {
  readonly name: string;
  readonly #columns: Columns;
  readonly #plan: MessageSinkPlan;
  #producer: Producer | null = null;
  #writer: MessageWriter | null = null;
  #changes = 0;
  #lastTime: number | null = null;
  #isClosed = false;

  constructor(columns: Columns, plan: MessageSinkPlan) {
    this.name = plan.name;
    this.#columns = columns;
    this.#plan = plan;
  }

  async open(context: SinkContext): Promise<void> {
    const { settings, topic, parts } = this.#plan;
    embeddedFailure(settings)?.catch((error) => {
      // After the run nobody listens any more, and the process must not go on as if nothing had been lost.
      if (this.#isClosed) throw error;
      context.fail(error);
    });
    this.#producer = await Producer.connect(settings, { topic, partition: null }, new Outbox(), context);
    const bytesMax = producerConf(settings).payloadBytesMax;
    this.#writer = new MessageWriter({ columns: this.#columns, parts, topic, bytesMax }, this.#producer);
  }

  write(batch: Batch, order: Uint32Array): void {
    assert(this.#writer !== null, "a sink is written to before it is open");
    this.#changes += this.#writer.write(batch, order);
    this.#lastTime = batch.time;
  }

  get full(): boolean {
    return this.#producer?.full ?? false;
  }

  get deliveredUpTo(): number {
    return this.#producer?.deliveredUpTo ?? Number.POSITIVE_INFINITY;
  }

  held(): string {
    return this.#producer?.held ?? "messages";
  }

  async flush(): Promise<void> {
    await this.#producer?.drained();
  }

  stats(): SinkStats {
    return { changes: this.#changes, lastTime: this.#lastTime, latencyMs: this.#producer?.latencyMs ?? null };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#producer?.close();
  }
}
