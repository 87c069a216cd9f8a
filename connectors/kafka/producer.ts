import { setImmediate as nextTurn } from "node:timers/promises";
import type { MessageHeader, Producer as RawProducer } from "node-rdkafka";
import { TowpathError } from "../../lib/errors.ts";
import { addressOf, type ClientError, clientErrors } from "./client-errors.ts";
import { type ErrorEvents, onErrorEvents } from "./client-events.ts";
import { connectProducer, disconnectProducer, type Target } from "./connect-producer.ts";
import { InFlight } from "./in-flight.ts";
import type { KafkaSettings } from "./options.ts";
import { producerConf } from "./producer-conf.ts";
import { redactText } from "./redact.ts";

export interface ProducerListener {
  /** A message could not be delivered, or the client is of no more use. At most once. */
  fail(error: TowpathError): void;
  /** It was full and is not any more. */
  wake(): void;
  log(line: string): void;
}

/** Reports are looked for this often while messages are in flight, events of the client while none are. */
const POLL_MS = 2;
const IDLE_POLL_MS = 1_000;
/** Payload bytes in flight beyond which the run waits; librdkafka's own queue would take 1 GB. */
const IN_FLIGHT_BYTES_MAX = 32 << 20;
/** A fatal error tells less than the report of the message that caused it, which comes about the same time. */
const REASON_MS = 200;
/** A flush that takes longer is worth a line. */
const SLOW_FLUSH_MS = 5_000;
const FLUSH_SLICE_MS = 100;
/** Of librdkafka (rd_kafka_resp_err_t). */
const QUEUE_FULL = -184;

/** A message that the client's queue had no room for. */
interface Waiting {
  readonly payload: Buffer;
  readonly headers: MessageHeader[];
  readonly time: number;
}

/**
 * Messages to one partition, in order, each delivered: a node-rdkafka producer with backpressure instead of a full
 * queue, and with an account of what has been acknowledged.
 *
 *   Producer.connect → send* → drained → close
 *
 * Invariant: what the topic holds of the sent messages is always a prefix of them. Nothing is handed to the client
 * while an earlier message waits, and at the first failure the client is thrown away with all that it still holds.
 */
export class Producer {
  readonly #raw: RawProducer;
  readonly #settings: KafkaSettings;
  readonly #target: Target;
  readonly #timeoutMs: number;
  readonly #listener: ProducerListener;
  readonly #inFlight = new InFlight();
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;
  readonly #idleTimer: NodeJS.Timeout;
  #toldFull = false;
  #failure: TowpathError | null = null;
  /** What the client said last: the likely reason where a deadline passes. */
  #lastError: ClientError | null = null;
  #closing: Promise<void> | null = null;
  /** The last commit of which every message has been acknowledged. */
  #deliveredTime = Number.NEGATIVE_INFINITY;
  /** Milliseconds from the last delivered commit's time to its delivery; null before the first. */
  latencyMs: number | null = null;

  /**
   * Connects and makes sure of topic and partition. Throws TP_KAFKA_UNREACHABLE, TP_KAFKA_AUTHENTICATION,
   * TP_KAFKA_TOPIC_UNKNOWN, and TP_BAD_ARGUMENT for a partition that the topic does not have.
   */
  static async connect(
    settings: KafkaSettings,
    target: Target,
    listener: ProducerListener,
  ): Promise<Producer> {
    const conf = producerConf(settings);
    const raw = await connectProducer(conf, settings, target);
    return new Producer(raw, settings, target, conf.deliveryTimeoutMs, listener);
  }

  private constructor(
    raw: RawProducer,
    settings: KafkaSettings,
    target: Target,
    timeoutMs: number,
    listener: ProducerListener,
  ) {
    this.#raw = raw;
    this.#settings = settings;
    this.#target = target;
    this.#timeoutMs = timeoutMs;
    this.#listener = listener;
    raw.on("delivery-report", (error) => this.#report(error ?? null));
    onErrorEvents(raw as ErrorEvents, (error) => this.#note(error));
    this.#idleTimer = setInterval(() => this.#serve(), IDLE_POLL_MS);
    this.#idleTimer.unref();
  }

  /** Whether senders should wait for `wake`. */
  get full(): boolean {
    const full = this.#isFull();
    if (full) this.#toldFull = true;
    return full;
  }

  /** Commits up to this time have been acknowledged, all of them where nothing is on its way. */
  get deliveredUpTo(): number {
    return this.#outstanding === 0 ? Number.POSITIVE_INFINITY : this.#deliveredTime;
  }

  /** Takes a message, whose payload is copied; `time` is its commit's. Throws the failure once there is one. */
  send(payload: Buffer, headers: MessageHeader[], time: number): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#waiting.length > 0 || !this.#produce(payload, headers, time)) {
      this.#waiting.push({ payload: Buffer.from(payload), headers, time });
    }
    this.#pollSoon();
  }

  /** Resolves when all that was sent has been acknowledged; rejects with the failure. */
  async drained(): Promise<void> {
    const startedAt = performance.now();
    let told = false;
    while (this.#failure === null && this.#outstanding > 0) {
      // librdkafka's flush sends at once what waits for company ("linger.ms"); its result is in our own account.
      await new Promise<void>((resolve) => this.#raw.flush(FLUSH_SLICE_MS, () => resolve()));
      await nextTurn();
      if (!told && performance.now() - startedAt > SLOW_FLUSH_MS) {
        told = true;
        this.#listener.log(`waiting for ${this.#outstanding} messages to be delivered to ${this.#place}`);
      }
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** Disconnects; what has not been delivered is dropped. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#disconnect();
    return this.#closing;
  }

  get #outstanding(): number {
    return this.#inFlight.count + this.#waiting.length;
  }

  get #place(): string {
    return `topic ${this.#target.topic}, partition ${this.#target.partition}`;
  }

  #isFull(): boolean {
    return this.#waiting.length > 0 || this.#inFlight.bytes > IN_FLIGHT_BYTES_MAX;
  }

  /** Hands a message to the client; false where its queue is full. */
  #produce(payload: Buffer, headers: MessageHeader[], time: number): boolean {
    const { topic, partition } = this.#target;
    try {
      this.#raw.produce(topic, partition, payload, null, null, undefined, headers);
    } catch (error) {
      const { code, message } = error as ClientError;
      // Full although it holds nothing: then it never will have room.
      if (code === QUEUE_FULL && this.#inFlight.count > 0) return false;
      throw this.#fail(
        this.#undelivered(`a message of ${payload.length} bytes was refused: ${message}`, code),
      );
    }
    this.#inFlight.push(time, payload.length, performance.now());
    return true;
  }

  #sendWaiting(): void {
    let sent = 0;
    while (sent < this.#waiting.length && this.#failure === null) {
      const { payload, headers, time } = this.#waiting[sent];
      if (!this.#produce(payload, headers, time)) break;
      sent++;
    }
    if (sent > 0) this.#waiting.splice(0, sent);
  }

  #pollSoon(): void {
    if (this.#timer !== null || this.#failure !== null || this.#outstanding === 0) return;
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
      this.#sendWaiting();
    } catch (error) {
      this.#fail(error instanceof TowpathError ? error : this.#undelivered(String(error)));
    }
    const oldestAt = this.#inFlight.oldestAt;
    if (oldestAt === null || performance.now() - oldestAt < this.#timeoutMs) return;
    const reason = this.#lastError === null ? "" : `: ${this.#lastError.message}`;
    this.#fail(this.#undelivered(`no acknowledgement came within ${this.#timeoutMs} ms${reason}`));
  }

  #report(error: ClientError | null): void {
    if (this.#failure !== null) return;
    if (error !== null) {
      this.#refused(error);
      return;
    }
    const time = this.#inFlight.shift();
    this.latencyMs = Math.max(0, Date.now() - time);
    // A commit in several parts is delivered with its last one.
    if ((this.#inFlight.oldestTime ?? this.#waiting[0]?.time) !== time) this.#deliveredTime = time;
    if (this.#toldFull ? this.#isFull() : this.#outstanding > 0) return;
    this.#toldFull = false;
    this.#listener.wake();
  }

  #refused({ code, message }: ClientError): void {
    // A delivery report comes without its code, and with librdkafka's text in lower case.
    if (/message size too large/i.test(message)) this.#fail(this.#tooLarge());
    else if (/authorization failed/i.test(message)) this.#fail(this.#unauthorised(message));
    else if (/^(fatal|purged|gapless)/i.test(message) || code === clientErrors.fatal)
      this.#failSoon({ code, message });
    else this.#fail(this.#undelivered(`the broker refused a message: ${message}`));
  }

  #note(error: ClientError): void {
    this.#lastError = error;
    if (error.code === clientErrors.fatal) this.#failSoon(error);
  }

  #failSoon({ message }: ClientError): void {
    setTimeout(() => this.#fail(this.#undelivered(message)), REASON_MS);
  }

  #fail(error: TowpathError): TowpathError {
    if (this.#failure !== null) return this.#failure;
    this.#failure = error;
    this.#waiting = [];
    this.close();
    this.#listener.fail(error);
    return error;
  }

  #undelivered(detail: string, code = 0): TowpathError {
    const outstanding = `${this.#outstanding} messages were not delivered`;
    const hint =
      code === QUEUE_FULL
        ? 'Raise "queue.buffering.max.kbytes" above the size of a message.'
        : `Is the broker at ${addressOf(this.#settings)} up, and does it take messages for this topic?`;
    return new TowpathError("TP_KAFKA_UNDELIVERED", `${outstanding}: ${redactText(detail, this.#settings)}`, {
      where: this.#place,
      hint,
    });
  }

  #tooLarge(): TowpathError {
    const bytes = this.#inFlight.count > 0 ? `${this.#inFlight.oldestBytes} bytes` : "some size";
    const detail = `the broker refused a message of ${bytes}, or the batch that it was sent in, as too large`;
    return new TowpathError("TP_KAFKA_MESSAGE_TOO_LARGE", detail, {
      where: this.#place,
      hint: "Set \"message.max.bytes\" in the settings to the topic's max.message.bytes, so that commits are split; or raise the topic's.",
    });
  }

  #unauthorised(message: string): TowpathError {
    return new TowpathError("TP_KAFKA_AUTHORIZATION", `the broker refused a message: ${message}`, {
      where: this.#place,
      hint: "Give this user the right to write to the topic.",
    });
  }

  async #disconnect(): Promise<void> {
    clearInterval(this.#idleTimer);
    if (this.#timer !== null) clearTimeout(this.#timer);
    // Never from within one of the client's own callbacks.
    await nextTurn();
    await disconnectProducer(this.#raw);
  }
}
