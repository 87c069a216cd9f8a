import { assert } from "../../../lib/base/assert.ts";
import type { Batch } from "../../../lib/data/batch.ts";
import { pointerText } from "../../../lib/data/cell.ts";
import { randomUuid } from "../../../lib/data/random-uuid.ts";
import { keyOfValues } from "../../../lib/data/row-key.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import type { Formatter } from "../../../lib/io/formatter.ts";
import type { Sink, SinkContext, SinkStats } from "../../../lib/io/sink.ts";
import type { KafkaSettings } from "../client/options.ts";
import { embeddedFailure } from "../embedded/embedded.ts";
import type { Envelope, MessageOutput } from "../produce/envelope.ts";
import { Outbox } from "../produce/outbox.ts";
import { Producer } from "../produce/producer.ts";
import { producerConf } from "../produce/producer-conf.ts";
import { CommitHeaders } from "./commit-headers.ts";
import type { WriteKey } from "./message-key.ts";
import { RecordEnvelope } from "./record-envelope.ts";
import { topicByColumn } from "./row-topic.ts";
import { UpdatesEnvelope } from "./updates-envelope.ts";
import type { WritePlan } from "./write-plan.ts";

/** Commits to Kafka topics: the envelope makes messages of them, the producer delivers these in order. */
export class KafkaSink implements Sink {
  readonly name: string;
  readonly #columns: Columns;
  readonly #settings: KafkaSettings;
  readonly #plan: WritePlan;
  #context: SinkContext | null = null;
  #producer: Producer | null = null;
  #envelope: Envelope | null = null;
  #flushTimer: NodeJS.Timeout | null = null;
  #changes = 0;
  #lastTime: number | null = null;
  #isClosed = false;

  constructor(columns: Columns, settings: KafkaSettings, plan: WritePlan) {
    this.name = plan.name;
    this.#columns = columns;
    this.#settings = settings;
    this.#plan = plan;
  }

  async open(context: SinkContext): Promise<void> {
    this.#context = context;
    embeddedFailure(this.#settings)?.catch((error) => {
      // After the run nobody listens any more, and the process must not go on as if nothing had been lost.
      if (this.#isClosed) throw error;
      context.fail(error);
    });
    const { topicName, partition, envelope } = this.#plan;
    const target = { topic: topicName, partition: envelope === "updates" ? partition : null };
    this.#producer = await Producer.connect(this.#settings, target, new Outbox(), context);
    const formatter = this.#plan.createFormatter();
    const key = this.#plan.createKey(this.#columns);
    await Promise.all([formatter.prepare?.(), key.prepare?.()]);
    const run = context.history === undefined ? randomUuid() : this.#runOf(context.history);
    const parts = { formatter, key };
    this.#envelope = makeEnvelope(this.#plan, this.#columns, this.#settings, this.#producer, run, parts);
  }

  write(batch: Batch, order: Uint32Array): void {
    const envelope = this.#envelope;
    assert(envelope !== null, "a sink is written to before it is open");
    this.#changes += envelope.write(batch, order);
    this.#lastTime = batch.time;
    if (envelope.pendingCommits === 0) this.#stopTimer();
    else this.#flushTimer ??= setTimeout(() => this.#flushPending(), this.#plan.flushEveryMs);
  }

  get full(): boolean {
    return this.#producer?.full ?? false;
  }

  get deliveredUpTo(): number {
    const sent = this.#producer?.deliveredUpTo ?? Number.POSITIVE_INFINITY;
    const envelope = this.#envelope;
    return envelope !== null && envelope.pendingCommits > 0 ? Math.min(sent, envelope.sentTime) : sent;
  }

  held(): string {
    return this.#producer?.held ?? "changes";
  }

  async flush(): Promise<void> {
    this.#stopTimer();
    if (this.#producer === null) return;
    this.#envelope?.flush();
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

  /** A run that goes on with an earlier one's state goes on with its output too. */
  #runOf(history: string): string {
    const words = keyOfValues([history, this.name, this.#plan.topicName ?? ""]);
    return pointerText(new Uint8Array(words.buffer));
  }

  #flushPending(): void {
    this.#flushTimer = null;
    try {
      this.#envelope?.flush();
    } catch (error) {
      this.#context?.fail(error as Error);
    }
  }

  #stopTimer(): void {
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
  }
}

function makeEnvelope(
  plan: WritePlan,
  columns: Columns,
  settings: KafkaSettings,
  output: MessageOutput,
  run: string,
  { formatter, key }: { readonly formatter: Formatter; readonly key: WriteKey },
): Envelope {
  const { topicName, topicColumn, envelope, commitFrequencyInMessages, partition, commitMarkers } = plan;
  const bytesMax = producerConf(settings).payloadBytesMax;
  const topic = (name: string): number => output.topic(name);
  const topicOf =
    topicName === null ? topicByColumn(topicColumn ?? 0, columns, topic) : output.topic(topicName);
  // Names this output's history in every message.
  const headers = new CommitHeaders(run);
  if (envelope === "updates") {
    const limits = { commitsMax: commitFrequencyInMessages, bytesMax };
    return new UpdatesEnvelope(formatter, limits, { topicOf, partition }, headers, output);
  }
  const parts = {
    columns,
    formatter,
    key,
    headers: plan.createHeaders(columns),
    topicOf,
    identity: plan.identity,
    commitMarkers,
    bytesMax,
  };
  return new RecordEnvelope(parts, headers, output);
}
