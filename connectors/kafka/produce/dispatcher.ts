import type { ChunkSender } from "./chunk-sender.ts";
import type { InFlight } from "./in-flight.ts";
import {
  type Chunk,
  EVERY,
  FIELDS,
  KEY,
  KEY_END,
  type Outbox,
  PARTITION,
  TICKET,
  TOPIC,
  VALUE,
  VALUE_END,
} from "./outbox.ts";
import type { TargetTopics } from "./target-topics.ts";

/** Of librdkafka (rd_kafka_resp_err_t). */
export const QUEUE_FULL = -184;

/** Messages handed over in one call: enough to make its own cost vanish. */
const MESSAGES_MAX = 4_096;
/** How long a client may refuse messages although none of ours is on its way. */
const STUCK_MS = 1_000;
/** How long one run may hold the event loop. */
const RUN_MS = 20;

/** Why a run ended although messages wait. */
export type Stop =
  | { readonly why: "later" }
  | { readonly why: "topic"; readonly topic: number; readonly partition: number }
  | {
      readonly why: "refused";
      readonly code: number | null;
      readonly text: string;
      readonly topic: string;
      readonly partition: number;
      readonly bytes: number;
    };

/** Hands the messages of an outbox to the client, in order, until it is full. */
export class Dispatcher {
  readonly #outbox: Outbox;
  readonly #sender: ChunkSender;
  readonly #topics: TargetTopics;
  readonly #inFlight: InFlight;
  /** The partition that the copy of a message to all of them goes to next. */
  #copy = 0;
  /** Since when the client refuses messages although it holds none; Infinity while it does not. */
  #emptySince = Number.POSITIVE_INFINITY;

  constructor(outbox: Outbox, sender: ChunkSender, topics: TargetTopics, inFlight: InFlight) {
    this.#outbox = outbox;
    this.#sender = sender;
    this.#topics = topics;
    this.#inFlight = inFlight;
  }

  /** Returns null where nothing waits any more. */
  run(): Stop | null {
    const until = performance.now() + RUN_MS;
    for (let head = this.#outbox.head(); head !== null; head = this.#outbox.head()) {
      const { chunk, from } = head;
      const end = Math.min(this.#topics.runEnd(chunk, from), from + MESSAGES_MAX);
      const stop = end > from ? this.#send(chunk, from, end) : this.#sendSpecial(chunk, from);
      if (stop !== null) return stop;
      if (performance.now() > until) return { why: "later" };
    }
    return null;
  }

  #send(chunk: Chunk, from: number, to: number): Stop | null {
    const taken = this.#sender.send(chunk, from, to);
    if (taken > 0) {
      this.#emptySince = Number.POSITIVE_INFINITY;
      let bytes = 0;
      for (let i = from; i < from + taken; i++) bytes += bytesOf(chunk, i);
      this.#inFlight.handed(
        chunk.fields[(from + taken - 1) * FIELDS + TICKET],
        taken,
        bytes,
        performance.now(),
      );
      this.#outbox.take(taken);
    }
    return from + taken === to ? null : this.#refused(chunk, from + taken);
  }

  /** A message that goes to every partition, or one to a topic of which nothing is known yet. */
  #sendSpecial(chunk: Chunk, at: number): Stop | null {
    const { fields } = chunk;
    const topic = fields[at * FIELDS + TOPIC];
    const partition = fields[at * FIELDS + PARTITION];
    const partitions = this.#topics.partitionsOf(topic);
    if (partition !== EVERY || partitions === 0) return { why: "topic", topic, partition };
    const ticket = fields[at * FIELDS + TICKET];
    // The account knows of one message: the others are added when the first goes out.
    if (this.#copy === 0) this.#inFlight.multiply(ticket, partitions - 1);
    try {
      for (; this.#copy < partitions; this.#copy++) {
        fields[at * FIELDS + PARTITION] = this.#copy;
        if (this.#sender.send(chunk, at, at + 1) === 0) {
          if (this.#copy === 0) this.#inFlight.multiply(ticket, 1 - partitions);
          return this.#refused(chunk, at);
        }
        this.#inFlight.handed(ticket, 1, bytesOf(chunk, at), performance.now());
      }
    } finally {
      fields[at * FIELDS + PARTITION] = EVERY;
    }
    this.#copy = 0;
    this.#outbox.take(1);
    return null;
  }

  #refused(chunk: Chunk, at: number): Stop {
    const { code, message } = this.#sender.refusal ?? { code: null, message: "no reason is known" };
    const bytes = bytesOf(chunk, at);
    if (code === QUEUE_FULL && !this.#isStuck()) return { why: "later" };
    const topic = this.#topics.nameOf(chunk.fields[at * FIELDS + TOPIC]);
    const partition = chunk.fields[at * FIELDS + PARTITION];
    return {
      why: "refused",
      code,
      text: `a message of ${bytes} bytes was refused: ${message}`,
      topic,
      partition,
      bytes,
    };
  }

  /** Full for a while although it holds nothing: then it never will have room. (It reports a message before it lets go.) */
  #isStuck(): boolean {
    const now = performance.now();
    if (this.#inFlight.held > 0 || this.#emptySince > now) this.#emptySince = now;
    return now - this.#emptySince > STUCK_MS;
  }
}

/** Bytes of a message's payload and key. */
function bytesOf({ fields }: Chunk, message: number): number {
  const at = message * FIELDS;
  const value = fields[at + VALUE_END] < 0 ? 0 : fields[at + VALUE_END] - fields[at + VALUE];
  const key = fields[at + KEY_END] < 0 ? 0 : fields[at + KEY_END] - fields[at + KEY];
  return value + key;
}
