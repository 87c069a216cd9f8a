import { setTimeout as sleep } from "node:timers/promises";
import { TowpathError } from "../../../lib/errors.ts";
import type { PipeBatch, PipeContext, PipeInput } from "../../../lib/pipe/ends.ts";
import { type ClientError, clientFailure, isPassing } from "../client/client-errors.ts";
import type { KafkaSettings } from "../client/options.ts";
import { PartitionSlots, type TopicPartition } from "../client/partition-slots.ts";
import { parseUri } from "../client/uri.ts";
import { embeddedFailure } from "../embedded/embedded.ts";
import { type GroupMember, GroupMembership } from "../group/group-membership.ts";
import { type Consumer, OFFSET_BEGINNING, type StartingAt } from "../ingest/consumer.ts";
import type { Ingest } from "../ingest/ingest.ts";
import { openConsumer } from "../ingest/open-consumer.ts";
import { discoveryIntervalMs, findPartitions, PartitionDiscovery } from "../ingest/partition-discovery.ts";
import type { ReadMessage } from "./kafka-message.ts";
import { readMessages } from "./read-messages.ts";

export interface KafkaInputOptions {
  /** `kafka://host:port[,host:port]/topic?option=value`: see `pw.kafka.parseUri`. */
  readonly uri: string;
  /** The group to join, and to commit to what has been delivered. Default: no group is joined and nothing committed. */
  readonly groupId?: string;
  /** Whether each message has an `id`, a UUID that is the same whenever it is read. Default true. */
  readonly generateIds?: boolean;
  /** Messages after which it ends. Default: it never does by itself. */
  readonly limit?: number;
  /** Further settings by librdkafka's names; those of the address win. */
  readonly settings?: KafkaSettings;
}

/** How long a partition that is taken waits for its last rows to be delivered. */
const TAKEN_MS = 10_000;
const TAKEN_POLL_MS = 5;

/**
 * Messages of a topic, for a pipe or one by one:
 *
 *   for await (const message of pw.kafkaInput({ uri })) …
 *
 * Without a group every partition is read from its first message. With one, a partition is read from where the group
 * has come to, and that moves when what was read has been delivered: at least once. A partition that is given to another
 * member is first brought to its end where the pipe is.
 */
export class KafkaInput implements PipeInput<ReadMessage>, AsyncIterable<ReadMessage>, GroupMember {
  readonly name: string;
  readonly #settings: KafkaSettings;
  readonly #topic: string;
  readonly #groupId: string | undefined;
  readonly #withIds: boolean;
  #left: number;
  readonly #slots = new PartitionSlots();
  #consumer: Consumer | null = null;
  #ingest: Ingest | null = null;
  #membership: GroupMembership | null = null;
  #discovery: PartitionDiscovery | null = null;
  #context: PipeContext | null = null;
  /** Read from the client; from `next` on not handed out yet. */
  #waiting: readonly ReadMessage[] = [];
  #next = 0;
  /** By slot, for those that are assigned: the offset behind what was handed out, and behind what was delivered. */
  readonly #handed = new Map<number, number>();
  readonly #delivered = new Map<number, number>();
  #failure: Error | null = null;
  #wake: () => void = () => {};
  #isClosing = false;

  /** Throws TP_KAFKA_URI…, TP_BAD_ARGUMENT. */
  constructor({ uri, groupId, generateIds = true, limit, settings = {} }: KafkaInputOptions) {
    const address = parseUri(uri);
    if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0)) {
      throw new TowpathError("TP_BAD_ARGUMENT", `the option limit of pw.kafkaInput cannot be ${limit}`, {
        hint: "Give a number of messages, or leave it out.",
      });
    }
    if (groupId === "") {
      throw new TowpathError("TP_BAD_ARGUMENT", "the option groupId of pw.kafkaInput is empty", {
        hint: "Name a group, or leave it out to read without one.",
      });
    }
    this.name = `kafka topic ${address.topic}`;
    this.#topic = address.topic;
    this.#groupId = groupId;
    this.#settings = {
      ...settings,
      ...address.settings,
      ...(groupId === undefined ? {} : { "group.id": groupId }),
    };
    this.#withIds = generateIds;
    this.#left = limit ?? Number.POSITIVE_INFINITY;
  }

  /** Throws TP_KAFKA_UNREACHABLE, TP_KAFKA_AUTHENTICATION, TP_KAFKA_TOPIC_UNKNOWN, TP_KAFKA_FAILED. */
  async open(context: PipeContext): Promise<void> {
    this.#context = context;
    embeddedFailure(this.#settings)?.catch((error: Error) => this.failed(error));
    context.signal.addEventListener("abort", () => this.#wake());
    const inGroup = this.#groupId !== undefined;
    const { consumer, ingest } = await openConsumer(
      this.#settings,
      false,
      inGroup ? (code, partitions) => this.#membership?.heed(code, partitions) : undefined,
    );
    this.#consumer = consumer;
    await consumer.connect(this.#topic);
    consumer.onError((error) => this.#heed(error));
    const partitions = await findPartitions(consumer, this.#settings, [this.#topic]);
    const attributes = { timestamps: true, keys: true, headers: true };
    this.#ingest = ingest(this.#slots, { attributes, partitionEnds: false, log: context.log });
    this.#ingest.onReadable(() => this.#wake());
    if (inGroup) {
      this.#membership = new GroupMembership(consumer, this);
      this.#membership.join([this.#topic]);
    } else this.#readAll(consumer, partitions);
  }

  async take(max: number): Promise<PipeBatch<ReadMessage> | null> {
    const taken = await this.#take(max);
    if (taken === null) return null;
    return {
      rows: taken,
      bytes: taken.reduce((sum, { size }) => sum + size, 0),
      place: (row) => placeOf(taken[row]),
    };
  }

  async delivered(): Promise<void> {
    if (this.#groupId === undefined) return;
    const offsets: StartingAt[] = [];
    for (const [slot, offset] of this.#handed) {
      if (this.#delivered.get(slot) === offset) continue;
      this.#delivered.set(slot, offset);
      offsets.push({ ...this.#slots.at(slot), offset });
    }
    this.#consumer?.store(offsets);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#discovery?.stop();
    await this.#membership?.leave(() => this.#ingest?.take());
    await this.#ingest?.close();
    await this.#consumer?.close();
  }

  /** A message counts as delivered when the next one is asked for. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ReadMessage, void> {
    const ending = new AbortController();
    await this.open({ signal: ending.signal, log: (line) => process.stderr.write(`${line}\n`) });
    try {
      for (let taken = await this.#take(1); taken !== null; taken = await this.#take(1)) {
        yield taken[0];
        await this.delivered();
      }
    } finally {
      await this.close();
    }
  }

  async given(partitions: readonly TopicPartition[]): Promise<readonly StartingAt[]> {
    if (partitions.length === 0) return [];
    const committed = (await this.#consumer?.committed(partitions)) ?? [];
    return partitions.map(({ topic, partition }, i) => {
      const known = this.#slots.find(topic, partition);
      const slot = known < 0 ? this.#slots.add(topic, partition) : known;
      this.#slots.positions[slot] = committed[i] ?? 0;
      return { topic, partition, offset: committed[i] ?? OFFSET_BEGINNING };
    });
  }

  /** What has been handed out is delivered, the rest is dropped: the next member reads it. */
  async taken(partitions: readonly TopicPartition[]): Promise<void> {
    const leaving = new Set(partitions.map(({ topic, partition }) => this.#slots.find(topic, partition)));
    this.#waiting = this.#waiting.slice(this.#next).filter((message) => !leaving.has(this.#slotOf(message)));
    this.#next = 0;
    const until = performance.now() + TAKEN_MS;
    const isUnderWay = (slot: number): boolean => this.#handed.get(slot) !== this.#delivered.get(slot);
    while ([...leaving].some(isUnderWay) && !this.#isClosing && performance.now() < until) {
      await sleep(TAKEN_POLL_MS);
    }
    for (const slot of leaving) {
      this.#handed.delete(slot);
      this.#delivered.delete(slot);
    }
  }

  /** What the client still held of partitions that were taken is dropped. */
  async unassigned(): Promise<void> {
    await this.#ingest?.turn(() => {});
    this.#wake();
  }

  failed(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  async #take(max: number): Promise<readonly ReadMessage[] | null> {
    const count = Math.min(max, this.#left);
    if (count === 0) return null;
    while (this.#next === this.#waiting.length) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#context?.signal.aborted !== false) return null;
      if (!this.#read()) await this.#readable();
    }
    const taken = this.#waiting.slice(this.#next, this.#next + count);
    this.#next += taken.length;
    this.#left -= taken.length;
    for (const message of taken) this.#handed.set(this.#slotOf(message), message.offset + 1);
    return taken;
  }

  #readAll(consumer: Consumer, partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) this.#slots.add(topic, partition);
    const fromBeginning = (list: readonly TopicPartition[]): StartingAt[] =>
      list.map((partition) => ({ ...partition, offset: OFFSET_BEGINNING }));
    consumer.assign(fromBeginning(partitions));
    const everyMs = discoveryIntervalMs(this.#settings);
    if (everyMs === null) return;
    this.#discovery = new PartitionDiscovery(
      consumer,
      this.#slots,
      [this.#topic],
      () => true,
      (slots) => consumer.assign(fromBeginning(slots.map((slot) => this.#slots.at(slot)))),
    );
    this.#discovery.start(everyMs);
  }

  #read(): boolean {
    const messages = this.#ingest?.take() ?? null;
    for (const event of this.#ingest?.takeEvents() ?? []) this.#heed(event);
    if (messages === null) return false;
    this.#waiting = readMessages(messages, this.#slots, this.#withIds);
    this.#next = 0;
    return true;
  }

  #readable(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#failure !== null || this.#context?.signal.aborted !== false) resolve();
    });
  }

  #slotOf({ topic, partition }: ReadMessage): number {
    return this.#slots.find(topic, partition);
  }

  #heed(error: ClientError): void {
    if (!isPassing(error) && !this.#isClosing) this.failed(clientFailure(error, this.#settings));
  }
}

function placeOf({ topic, partition, offset }: ReadMessage): string {
  return `topic ${topic}, partition ${partition}, offset ${offset}`;
}

/**
 * Messages of a topic as the input of a pipe, or to go through one by one.
 *
 * Throws TP_KAFKA_URI and TP_KAFKA_URI_… for an address that cannot be used, TP_BAD_ARGUMENT. What the broker says comes
 * when it is opened: TP_KAFKA_UNREACHABLE, TP_KAFKA_TOPIC_UNKNOWN, TP_KAFKA_AUTHENTICATION.
 *
 * @example
 * for await (const message of pw.kafkaInput({ uri: "kafka://localhost:9092/orders", limit: 10 })) {
 *   console.log(message.partition, message.offset, String(message.value));
 * }
 */
export function kafkaInput(options: KafkaInputOptions): KafkaInput {
  return new KafkaInput(options);
}
