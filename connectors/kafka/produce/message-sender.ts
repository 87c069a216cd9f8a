import { setTimeout as sleep } from "node:timers/promises";
import type { Producer } from "node-rdkafka";
import { TowpathError } from "../../../lib/errors.ts";
import { addressOf, type ClientError } from "../client/client-errors.ts";
import { type ErrorEvents, onErrorEvents } from "../client/client-events.ts";
import type { KafkaSettings } from "../client/options.ts";
import { redactText } from "../client/redact.ts";
import { connectPlainProducer, disconnectProducer, partitionsOf } from "./connect-producer.ts";
import { producerConf } from "./producer-conf.ts";

const POLL_MS = 5;
const FLUSH_SLICE_MS = 100;
/** Messages in flight beyond which senders wait; below librdkafka's own bound of 100,000. */
const IN_FLIGHT_MAX = 50_000;
/** A message that nobody has acknowledged for so long is given up; the user's "message.timeout.ms" wins. */
const DELIVERY_TIMEOUT_MS = 30_000;
/** Of librdkafka (rd_kafka_resp_err_t). */
const QUEUE_FULL = -184;

/** node-rdkafka sends a Buffer without memory of its own, such as `Buffer.from("")`, as no payload. */
const emptyPayload = Buffer.alloc(1).subarray(0, 0);

/**
 * Single messages to any partition of a topic, by partition or by key, each delivered or reported. Order holds within a
 * partition. For test streams: rows of tables are written by `KafkaSink`.
 */
export class MessageSender {
  readonly #raw: Producer;
  readonly #settings: KafkaSettings;
  readonly #topic: string;
  readonly #timer: NodeJS.Timeout;
  /** How many the topic has. */
  readonly partitions: number;
  #inFlight = 0;
  #failure: TowpathError | null = null;
  #lastError: ClientError | null = null;

  /** Connects; the topic has to be there. Throws as `connectProducer` and `producerConf` do. */
  static async connect(settings: KafkaSettings, topic: string): Promise<MessageSender> {
    const { "message.timeout.ms": timeout = DELIVERY_TIMEOUT_MS } = settings;
    const conf = producerConf(settings);
    const own = { ...conf, topic: { ...conf.topic, "message.timeout.ms": timeout } };
    const raw = await connectPlainProducer(own, settings, topic);
    const partitions = await partitionsOf(raw, settings, topic);
    return new MessageSender(raw, settings, topic, partitions);
  }

  private constructor(raw: Producer, settings: KafkaSettings, topic: string, partitions: number) {
    this.#raw = raw;
    this.#settings = settings;
    this.#topic = topic;
    this.partitions = partitions;
    raw.on("delivery-report", (error) => {
      this.#inFlight--;
      if (error) this.#failure ??= this.#undelivered(error.message);
    });
    onErrorEvents(raw as ErrorEvents, (error) => {
      this.#lastError = error;
    });
    this.#timer = setInterval(() => this.#raw.poll(), POLL_MS);
  }

  /** Takes a message; false where there is no room. Partition -1 is the key's. Throws TP_KAFKA_UNDELIVERED. */
  send(partition: number, key: string | null, payload: string): boolean {
    if (this.#failure !== null) throw this.#failure;
    if (this.#inFlight >= IN_FLIGHT_MAX) return false;
    try {
      const bytes = payload === "" ? emptyPayload : Buffer.from(payload);
      this.#raw.produce(this.#topic, partition, bytes, key);
    } catch (error) {
      const { code, message } = error as ClientError;
      if (code === QUEUE_FULL && this.#inFlight > 0) return false;
      throw this.#undelivered(`a message of ${payload.length} bytes was refused: ${message}`);
    }
    this.#inFlight++;
    return true;
  }

  /** Resolves when half of what is in flight has arrived. Throws TP_KAFKA_UNDELIVERED. */
  async room(): Promise<void> {
    while (this.#failure === null && this.#inFlight > IN_FLIGHT_MAX / 2) await sleep(1);
    if (this.#failure !== null) throw this.#failure;
  }

  /** Resolves when everything has been acknowledged. Throws TP_KAFKA_UNDELIVERED. */
  async flush(): Promise<void> {
    while (this.#failure === null && this.#inFlight > 0) {
      await new Promise<void>((resolve) => this.#raw.flush(FLUSH_SLICE_MS, () => resolve()));
      this.#raw.poll();
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** Disconnects; what has not been acknowledged is dropped. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await disconnectProducer(this.#raw);
  }

  #undelivered(reason: string): TowpathError {
    const told = this.#lastError === null ? "" : ` (${this.#lastError.message})`;
    const detail = redactText(`${reason}${told}`, this.#settings);
    return new TowpathError("TP_KAFKA_UNDELIVERED", `a message was not delivered: ${detail}`, {
      where: `topic ${this.#topic}`,
      hint: `Is the broker at ${addressOf(this.#settings)} up, and does it take messages for this topic?`,
    });
  }
}
