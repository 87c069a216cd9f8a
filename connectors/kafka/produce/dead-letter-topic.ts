import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorCode, TowpathError } from "../../../lib/errors.ts";
import type { PackedBytes, PackedMessages } from "../../../lib/io/parser.ts";
import type { DeadLetters } from "../../../lib/io/rejections.ts";
import type { KafkaSettings } from "../client/options.ts";
import type { PartitionSlots } from "../client/partition-slots.ts";
import { writeHeader } from "./message-headers.ts";
import { BY_KEY, type Chunk, Outbox } from "./outbox.ts";
import { Producer, type ProducerListener } from "./producer.ts";

/** What a source that ends still gives its dead letters; those that come too late are read and rejected again. */
const CLOSE_MS = 5_000;
const CLOSE_POLL_MS = 5;

/**
 * The topic that a source sends rejected messages to: key, payload and headers as they were, and behind them headers
 * that say why, and where the message stood:
 *
 *   tp-error-code tp-error-detail tp-source tp-topic tp-partition tp-offset tp-timestamp (ms since 1970)
 *
 * A message without a timestamp has no `tp-timestamp`. A message that was a dead letter before has both; the last of
 * each name is the newest. Messages with a key keep together (`murmur2_random`).
 */
export class DeadLetterTopic implements DeadLetters {
  readonly topic: string;
  readonly #source: string;
  readonly #settings: KafkaSettings;
  readonly #slots: PartitionSlots;
  readonly #outbox = new Outbox();
  #producer: Producer | null = null;
  #index = 0;
  #sent = 0;
  #failed = false;

  constructor(topic: string, source: string, settings: KafkaSettings, slots: PartitionSlots) {
    this.topic = topic;
    this.#source = source;
    this.#settings = settings;
    this.#slots = slots;
  }

  /** Throws as `Producer.connect`. The listener hears of a message that could not be delivered. */
  async open(listener: ProducerListener): Promise<void> {
    const target = { topic: this.topic, partition: null };
    const fail = (error: TowpathError): void => {
      this.#failed = true;
      listener.fail(error);
    };
    this.#producer = await Producer.connect(this.#settings, target, this.#outbox, { ...listener, fail });
    this.#index = this.#producer.topic(this.topic);
  }

  send(messages: PackedMessages, i: number, code: ErrorCode, detail: string): void {
    const producer = this.#producer;
    if (producer === null) return;
    const chunk = this.#outbox.begin();
    const time = ++this.#sent;
    const ticket = producer.ticket(time);
    const [value, valueEnd] = append(chunk, messages, i);
    const [key, keyEnd] = messages.keys === null ? [0, -1] : append(chunk, messages.keys, i);
    const headers = chunk.out.used;
    this.#writeHeaders(chunk, messages, i, code, detail);
    const headersEnd = chunk.out.used;
    this.#outbox.add(this.#index, BY_KEY, value, valueEnd, key, keyEnd, headers, headersEnd, ticket);
    producer.commit(time, 1);
  }

  /** Whether all that was sent has arrived; the listener is woken when it has. */
  get arrived(): boolean {
    return this.#producer === null || this.#producer.deliveredUpTo >= this.#sent;
  }

  /** Whether no more is to be sent for now; the listener is woken when it may. */
  get full(): boolean {
    return this.#producer?.full ?? false;
  }

  /** Gives what is on its way a moment to arrive. */
  async close(): Promise<void> {
    const until = performance.now() + CLOSE_MS;
    while (!this.#failed && !this.arrived && performance.now() < until) await sleep(CLOSE_POLL_MS);
    await this.#producer?.close();
  }

  #writeHeaders({ out }: Chunk, messages: PackedMessages, i: number, code: ErrorCode, detail: string): void {
    for (const [name, value] of messages.headers?.(i) ?? []) writeHeader(Buffer.from(name), value, out);
    const { topic, partition } = this.#slots.at(messages.partitions[i]);
    const timestamp = messages.timestamps?.[i] ?? -1;
    const why = {
      "tp-error-code": code,
      "tp-error-detail": detail,
      "tp-source": this.#source,
      "tp-topic": topic,
      "tp-partition": String(partition),
      "tp-offset": String(messages.offsets[i]),
      ...(timestamp < 0 ? {} : { "tp-timestamp": String(timestamp) }),
    };
    for (const [name, value] of Object.entries(why)) writeHeader(Buffer.from(name), Buffer.from(value), out);
  }
}

/** Copies a part of message i; returns where it stands, an end of -1 where there is none. */
function append({ out }: Chunk, { bytes, ends, nulls }: PackedBytes, i: number): [number, number] {
  const start = out.used;
  if (nulls !== null && nulls[i] !== 0) return [start, -1];
  out.append(bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i]));
  return [start, out.used];
}
