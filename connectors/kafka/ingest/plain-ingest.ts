import type { EofEvent, KafkaConsumer, LibrdKafkaError, Message } from "node-rdkafka";
import type { PackedMessages } from "../../../lib/io/parser.ts";
import { clientErrors } from "../client/client-errors.ts";
import type { PartitionSlots } from "../client/partition-slots.ts";
import { type Attributes, type Ingest, type IngestEvent, NO_EVENTS } from "./ingest.ts";
import { MessagePacker } from "./message-packer.ts";

/** Bytes asked for at a time, judged by the messages before. */
const BYTES_MAX = 4 << 20;
const MESSAGES_MAX = 2_000;
const FIRST_MESSAGES = 200;
/** Batches that wait to be taken while nothing more is asked for. */
const WAITING_MAX = 2;
/** How long a thread of libuv's pool waits for the next message; also the longest that a close has to wait. */
const IDLE_MS = 250;
/** Where partition ends are wanted: node-rdkafka hands them out only when its wait is over. */
const IDLE_WITH_ENDS_MS = 20;
const AFTER_ERROR_MS = 100;

interface Arrived {
  readonly messages: readonly Message[];
  readonly events: readonly IngestEvent[];
}

/**
 * Batches by node-rdkafka's `consume(n, callback)`, packed.
 *
 * The time-out of `consume` is per message, not per batch: with n messages and a long time-out, messages that trickle
 * in hold the callback up for n time-outs. So an idle ingest asks for one message with a long time-out, and a busy one
 * for many with none: it wakes on arrival and never polls.
 */
export class PlainIngest implements Ingest {
  readonly kind = "plain";
  readonly #consumer: KafkaConsumer;
  readonly #slots: PartitionSlots;
  readonly #packer: MessagePacker;
  readonly #idleMs: number;
  readonly #wantsEnds: boolean;
  #arrived: Arrived[] = [];
  #events: readonly IngestEvent[] = NO_EVENTS;
  #ends: IngestEvent[] = [];
  #wake: () => void = () => {};
  #asked = FIRST_MESSAGES;
  #busy = false;
  #inFlight = false;
  #closing: (() => void) | null = null;
  /** Waits for the request under way, and nothing more is asked for meanwhile. */
  #turning: (() => void) | null = null;
  #closed = false;

  constructor(consumer: KafkaConsumer, slots: PartitionSlots, attributes: Attributes, wantsEnds: boolean) {
    this.#consumer = consumer;
    this.#slots = slots;
    this.#packer = new MessagePacker(slots, attributes);
    this.#wantsEnds = wantsEnds;
    this.#idleMs = wantsEnds ? IDLE_WITH_ENDS_MS : IDLE_MS;
    consumer.on("partition.eof", (event) => this.#ends.push(this.#endEvent(event)));
  }

  take(): PackedMessages | null {
    for (;;) {
      const next = this.#arrived.shift();
      this.#ask();
      if (next === undefined) return null;
      if (next.events.length > 0) this.#events = [...this.#events, ...next.events];
      if (next.messages.length > 0) return this.#packer.pack(next.messages);
    }
  }

  takeEvents(): readonly IngestEvent[] {
    const events = this.#events;
    this.#events = NO_EVENTS;
    return events;
  }

  onReadable(wake: () => void): void {
    this.#wake = wake;
    if (this.#arrived.length > 0) wake();
    this.#ask();
  }

  async turn(use: (messages: PackedMessages) => void): Promise<void> {
    if (this.#inFlight) {
      await new Promise<void>((resolve) => {
        this.#turning = resolve;
      });
      this.#turning = null;
    }
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const { messages, events } of arrived) {
      this.#events = [...this.#events, ...events];
      if (messages.length > 0) use(this.#packer.pack(messages));
    }
    this.#ask();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#arrived = [];
    if (!this.#inFlight) return;
    await new Promise<void>((resolve) => {
      this.#closing = resolve;
    });
  }

  #ask(): void {
    if (this.#inFlight || this.#closed || this.#turning !== null || this.#arrived.length >= WAITING_MAX)
      return;
    this.#inFlight = true;
    this.#consumer.setDefaultConsumeTimeout(this.#busy ? 0 : this.#idleMs);
    const count = this.#busy || this.#wantsEnds ? this.#asked : 1;
    this.#consumer.consume(count, (error, messages) => this.#arrive(error, messages));
  }

  #arrive(error: LibrdKafkaError | null | undefined, messages: readonly Message[] | undefined): void {
    this.#inFlight = false;
    if (this.#closed) {
      this.#turning?.();
      this.#closing?.();
      return;
    }
    this.#turning?.();
    const events = this.#ends;
    this.#ends = [];
    if (error) events.push({ code: error.code, slot: -1, offset: -1, message: error.message });
    const received = messages ?? [];
    this.#busy = received.length > 0;
    if (this.#busy) this.#asked = nextCount(received);
    if (this.#busy || events.length > 0) {
      this.#arrived.push({ messages: received, events });
      this.#wake();
    }
    if (error) setTimeout(() => this.#ask(), AFTER_ERROR_MS).unref();
    else this.#ask();
  }

  #endEvent({ topic, partition, offset }: EofEvent): IngestEvent {
    const slot = this.#slots.find(topic, partition);
    return { code: clientErrors.partitionEof, slot, offset, message: "" };
  }
}

/** How many messages like these make up a batch. */
function nextCount(messages: readonly Message[]): number {
  const bytes = messages.reduce((sum, { size }) => sum + size, 0);
  const mean = Math.max(1, bytes / messages.length);
  return Math.max(1, Math.min(MESSAGES_MAX, Math.floor(BYTES_MAX / mean)));
}
