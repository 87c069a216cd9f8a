import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Producer as RawProducer } from "node-rdkafka";
import { TowpathError } from "../../../lib/errors.ts";
import type { SinkMemory } from "../../../lib/io/memory-budget.ts";
import { addressOf, type ClientError, clientErrors } from "../client/client-errors.ts";
import { type ErrorEvents, onErrorEvents } from "../client/client-events.ts";
import { producerMemory } from "../client/memory-settings.ts";
import type { KafkaSettings } from "../client/options.ts";
import { redactText } from "../client/redact.ts";
import type { ChunkSender } from "./chunk-sender.ts";
import {
  type ConnectedProducer,
  connectProducer,
  disconnectProducer,
  partitionsOf,
} from "./connect-producer.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { MessageOutput } from "./envelope.ts";
import { InFlight } from "./in-flight.ts";
import { BY_KEY, type Outbox } from "./outbox.ts";
import { producerConf } from "./producer-conf.ts";
import { sendError, type Target } from "./send-errors.ts";
import { TargetTopics } from "./target-topics.ts";

export interface ProducerListener {
  /** What may be on its way; absent: 32 MB, and what the client's settings say. */
  readonly memory?: SinkMemory;
  /** A message could not be delivered, or the client is of no more use. At most once. */
  fail(error: TowpathError): void;
  /** It was full and is not any more. */
  wake(): void;
  log(line: string): void;
}

/** Reports are looked for this often while messages are in flight, events of the client while none are. */
const POLL_MS = 2;
const IDLE_POLL_MS = 1_000;
/** Topics are asked about again this often: librdkafka's own default of topic.metadata.refresh.interval.ms. */
const TOPICS_MS = 300_000;
/** Bytes in flight beyond which the run waits; librdkafka's own queue would take 1 GB. */
const IN_FLIGHT_BYTES_MAX = 32 << 20;
/** A fatal error tells less than the report of the message that caused it, which comes about the same time. */
const REASON_MS = 200;
/** A flush that takes longer is worth a line. */
const SLOW_FLUSH_MS = 5_000;
const FLUSH_SLICE_MS = 100;

/**
 * Messages to topics, each delivered, those of a partition in order: a node-rdkafka producer with backpressure instead
 * of a full queue, and with an account of what has been acknowledged.
 *
 *   Producer.connect → (outbox.add* → commit)* → drained → close
 *
 * Invariant: what a partition holds of the sent messages is always a prefix of them. Nothing is handed to the client
 * while an earlier message waits, and at the first failure the client is thrown away with all that it still holds.
 */
export class Producer implements MessageOutput {
  readonly #raw: RawProducer;
  readonly #sender: ChunkSender;
  readonly #settings: KafkaSettings;
  readonly #target: Target;
  readonly #timeoutMs: number;
  readonly #bytesMax: number;
  readonly #listener: ProducerListener;
  /** Where messages are put before `commit`. */
  readonly outbox: Outbox;
  readonly #topics: TargetTopics;
  readonly #dispatcher: Dispatcher;
  readonly #inFlight = new InFlight();
  #timer: NodeJS.Timeout | null = null;
  readonly #idleTimer: NodeJS.Timeout;
  readonly #topicTimer: NodeJS.Timeout;
  #toldFull = false;
  #failure: TowpathError | null = null;
  #isLearning = false;
  #isFailing = false;
  /** What the client said last: the likely reason where a deadline passes. */
  #lastError: ClientError | null = null;
  #closing: Promise<void> | null = null;
  /** Milliseconds from the last delivered commit's time to its delivery; null before the first. */
  latencyMs: number | null = null;

  /**
   * Connects, and makes sure of the target's topic and partition where they are known already.
   * Throws TP_KAFKA_UNREACHABLE, TP_KAFKA_AUTHENTICATION, TP_KAFKA_TOPIC_UNKNOWN, and TP_BAD_ARGUMENT for a partition
   * that the topic does not have.
   */
  static async connect(
    settings: KafkaSettings,
    target: Target,
    outbox: Outbox,
    listener: ProducerListener,
  ): Promise<Producer> {
    const conf = producerConf(producerMemory(settings, listener.memory));
    const connected = await connectProducer(conf, settings, target.topic);
    const producer = new Producer(connected, settings, target, outbox, conf.deliveryTimeoutMs, listener);
    try {
      if (target.topic !== null)
        await producer.#topics.learn(producer.topic(target.topic), target.partition ?? 0);
    } catch (error) {
      await producer.close();
      throw error;
    }
    return producer;
  }

  private constructor(
    { raw, sender }: ConnectedProducer,
    settings: KafkaSettings,
    target: Target,
    outbox: Outbox,
    timeoutMs: number,
    listener: ProducerListener,
  ) {
    this.#raw = raw;
    this.#sender = sender;
    this.#settings = settings;
    this.#target = target;
    this.outbox = outbox;
    this.#timeoutMs = timeoutMs;
    this.#listener = listener;
    this.#bytesMax = Math.min(
      IN_FLIGHT_BYTES_MAX,
      (listener.memory?.outputBytes ?? Number.POSITIVE_INFINITY) / 2,
    );
    this.#topics = new TargetTopics(
      settings,
      (topic) => partitionsOf(raw, settings, topic),
      (topic, partitions) => sender.setPartitions(topic, partitions),
    );
    this.#dispatcher = new Dispatcher(this.outbox, sender, this.#topics, this.#inFlight);
    onErrorEvents(raw as ErrorEvents, (error) => this.#note(error));
    this.#idleTimer = setInterval(() => this.#serve(), IDLE_POLL_MS);
    this.#idleTimer.unref();
    // What is wrong with a topic comes out when it is written to.
    this.#topicTimer = setInterval(() => void this.#topics.refresh().catch(() => {}), TOPICS_MS);
    this.#topicTimer.unref();
  }

  /** The number by which messages name a topic. */
  topic(name: string): number {
    const known = this.#topics.find(name);
    if (known !== undefined) return known;
    const index = this.#sender.addTopic(name);
    this.#topics.add(name, index);
    return index;
  }

  /** The ticket for messages of the commit of this time. */
  ticket(time: number): number {
    return this.#inFlight.ticket(time);
  }

  /** The last `messages` of the outbox are those of the commit of this time. Throws the failure once there is one. */
  commit(time: number, messages: number): void {
    if (this.#failure !== null) throw this.#failure;
    this.#inFlight.expect(time, messages, performance.now());
    this.#dispatch();
    if (this.#failure !== null) throw this.#failure;
    this.#pollSoon();
  }

  /** Takes a message without key and headers for the target's partition, as a commit of its own. */
  send(payload: Uint8Array, time: number): void {
    const { out } = this.outbox.begin();
    const value = out.used;
    out.append(payload);
    const topic = this.topic(this.#target.topic ?? "");
    const partition = this.#target.partition ?? BY_KEY;
    this.outbox.add(topic, partition, value, out.used, 0, -1, 0, 0, this.ticket(time));
    this.commit(time, 1);
  }

  /** Whether senders should wait for `wake`. */
  get full(): boolean {
    const full = this.#isFull();
    if (full) this.#toldFull = true;
    return full;
  }

  /** Commits up to this time have been acknowledged, all of them where nothing is on its way. */
  get deliveredUpTo(): number {
    return this.#inFlight.messages === 0 ? Number.POSITIVE_INFINITY : this.#inFlight.deliveredTime;
  }

  /** What has not been acknowledged, and the likely reason, for people. */
  get held(): string {
    const to = this.#target.topic === null ? "" : ` to topic ${this.#target.topic}`;
    const reason =
      this.#lastError === null ? "" : ` (${redactText(this.#lastError.message, this.#settings)})`;
    return `${this.#inFlight.messages} messages${to} at ${addressOf(this.#settings)}${reason}`;
  }

  /** Resolves when all that was sent has been acknowledged; rejects with the failure. */
  async drained(): Promise<void> {
    const startedAt = performance.now();
    let told = false;
    while (this.#failure === null && this.#inFlight.messages > 0) {
      // librdkafka's flush sends at once what waits for company ("linger.ms"); its result is in our own account.
      if (this.outbox.waiting > 0) await sleep(POLL_MS);
      else await new Promise<void>((resolve) => this.#raw.flush(FLUSH_SLICE_MS, () => resolve()));
      this.#serve();
      await nextTurn();
      if (!told && performance.now() - startedAt > SLOW_FLUSH_MS) {
        told = true;
        this.#listener.log(`waiting for ${this.#inFlight.messages} messages to be delivered`);
      }
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** Disconnects; what has not been delivered is dropped. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#disconnect();
    return this.#closing;
  }

  #isFull(): boolean {
    return this.outbox.waiting > 0 || this.#inFlight.bytes > this.#bytesMax;
  }

  /** Hands over what waits, as far as the client takes it. */
  #dispatch(): void {
    if (this.#isLearning) return;
    const stop = this.#dispatcher.run();
    if (stop === null) return;
    if (stop.why === "topic") void this.#learn(stop.topic, stop.partition);
    else if (stop.why === "refused") this.#fail(this.#error({ ...stop, bytes: stop.bytes }));
  }

  async #learn(topic: number, partition: number): Promise<void> {
    this.#isLearning = true;
    try {
      await this.#topics.learn(topic, Math.max(partition, 0));
      this.#isLearning = false;
      this.#serve();
    } catch (error) {
      this.#fail(error instanceof TowpathError ? error : this.#error({ code: null, text: String(error) }));
    }
  }

  #pollSoon(): void {
    if (this.#timer !== null || this.#failure !== null || this.#inFlight.messages === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#serve();
      this.#pollSoon();
    }, POLL_MS);
  }

  /** Nothing may leave this as an exception: it would end the process, not the run. */
  #serve(): void {
    if (this.#failure !== null || this.#closing !== null) return;
    try {
      this.#raw.poll();
      this.#collect();
      if (this.#failure === null) this.#dispatch();
    } catch (error) {
      this.#fail(error instanceof TowpathError ? error : this.#error({ code: null, text: String(error) }));
    }
    const oldestAt = this.#inFlight.oldestAt;
    if (this.#failure !== null || oldestAt === null || performance.now() - oldestAt < this.#timeoutMs) return;
    const reason = this.#lastError === null ? "" : `: ${this.#lastError.message}`;
    this.#fail(
      this.#error({ code: null, text: `no acknowledgement came within ${this.#timeoutMs} ms${reason}` }),
    );
  }

  #collect(): void {
    const now = performance.now();
    const inFlight = this.#inFlight;
    const before = inFlight.messages;
    const failure = this.#sender.collect((ticket, messages, bytes) =>
      inFlight.delivered(ticket, messages, bytes, now),
    );
    if (inFlight.messages < before) {
      this.latencyMs = Math.max(0, Date.now() - inFlight.deliveredTime);
      const waits = this.#toldFull ? this.#isFull() : inFlight.messages > 0;
      if (!waits) {
        this.#toldFull = false;
        this.#listener.wake();
      }
    }
    if (failure === null) return;
    const isFatal = /^(fatal|purged|gapless)/i.test(failure.text.replace(/^(local|broker): /i, ""));
    if (isFatal || failure.code === clientErrors.fatal) this.#failSoon(failure.text);
    else this.#fail(this.#error(failure));
  }

  #note(error: ClientError): void {
    this.#lastError = error;
    if (error.code === clientErrors.fatal) this.#failSoon(error.message);
  }

  #failSoon(text: string): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    setTimeout(() => this.#fail(this.#error({ code: null, text })), REASON_MS);
  }

  #error(problem: Parameters<typeof sendError>[0]): TowpathError {
    return sendError(problem, this.#inFlight.messages, this.#target, this.#settings);
  }

  #fail(error: TowpathError): TowpathError {
    if (this.#failure !== null) return this.#failure;
    this.#failure = error;
    this.outbox.clear();
    this.close();
    this.#listener.fail(error);
    return error;
  }

  async #disconnect(): Promise<void> {
    clearInterval(this.#idleTimer);
    clearInterval(this.#topicTimer);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#sender.close();
    // Never from within one of the client's own callbacks.
    await nextTurn();
    await disconnectProducer(this.#raw);
  }
}
