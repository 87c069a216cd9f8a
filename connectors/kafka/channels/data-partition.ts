import { setTimeout as sleep } from "node:timers/promises";
import { TowpathError } from "../../../lib/errors.ts";
import type { PackedMessages } from "../../../lib/io/parser.ts";
import { decodeAvro } from "../../formats/avro/avro-codec.ts";
import type { AvroReading } from "../../formats/avro/avro-reading.ts";
import { type ClientError, clientFailure, isPassing, offsetHint } from "../client/client-errors.ts";
import type { KafkaSettings } from "../client/options.ts";
import { PartitionSlots, type TopicPartition } from "../client/partition-slots.ts";
import type { Consumer } from "../ingest/consumer.ts";
import type { Ingest } from "../ingest/ingest.ts";
import { openConsumer } from "../ingest/open-consumer.ts";
import { patiently } from "./patiently.ts";

/** How long a coordinator may be away. */
const COMMIT_MS = 30_000;
const COMMIT_AGAIN_MS = 300;

/**
 * What a channel's reader reads by. The broker holds a fetch until there is something, which is answered at once: hundreds
 * of idle readers ask twice a second each. Little is fetched ahead for each, because there may be hundreds in a process.
 */
const READER_SETTINGS: KafkaSettings = {
  "fetch.wait.max.ms": 500,
  "fetch.message.max.bytes": 1_048_576,
  "queued.max.messages.kbytes": 8_192,
};

/** Little, because there may be hundreds in a process. */
const ROOM = { messages: 1_024, bytes: 1 << 16 };

export interface DataPartitionOptions {
  readonly settings: KafkaSettings;
  readonly groupId: string;
  readonly partition: TopicPartition;
  readonly reading: AvroReading;
  /** Whether the offset that the group has stored counts. */
  readonly fromStored: boolean;
  wake(): void;
  fail(error: Error): void;
}

/** The records of one partition, assigned directly, and the offset that its group has stored. */
export class DataPartition {
  readonly #options: DataPartitionOptions;
  readonly #consumer: Consumer;
  readonly #ingest: Ingest;
  #messages: PackedMessages | null = null;
  #next = 0;
  #position = 0;
  /** One commit is under way at a time. */
  #committing: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** Connects. Its topic need not be there yet. Throws TP_KAFKA_UNREACHABLE and others. */
  static async connect(options: DataPartitionOptions): Promise<DataPartition> {
    const { settings, groupId, partition } = options;
    const own = { ...READER_SETTINGS, ...settings, "group.id": groupId };
    const { consumer, ingest } = await openConsumer(own, false);
    try {
      await consumer.connect(partition.topic);
      const slots = new PartitionSlots();
      slots.add(partition.topic, partition.partition);
      const attributes = { timestamps: false, keys: false, headers: false };
      const opened = ingest(slots, { attributes, partitionEnds: false, room: ROOM, log: () => {} });
      return new DataPartition(options, consumer, opened);
    } catch (error) {
      await consumer.close();
      throw error;
    }
  }

  private constructor(options: DataPartitionOptions, consumer: Consumer, ingest: Ingest) {
    this.#options = options;
    this.#consumer = consumer;
    this.#ingest = ingest;
    consumer.onError((error) => this.#heed(error));
    ingest.onReadable(() => options.wake());
  }

  /** Reads from now on. Throws TP_KAFKA_OFFSET_OUT_OF_RANGE. */
  async begin(): Promise<void> {
    const { partition, fromStored } = this.#options;
    const [[stored], marks] = await Promise.all([
      fromStored ? patiently(() => this.#consumer.committed([partition])) : [null],
      patiently(() => this.#consumer.watermarks(partition)),
    ]);
    this.#position = startOf(stored, marks, partition);
    this.#consumer.assign([{ ...partition, offset: this.#position }]);
  }

  /** The offset of the record that `take` gives next. */
  get position(): number {
    return this.#position;
  }

  /** Records that are here, at most `max`; none where nothing has come. Throws TP_ROW_… naming the place of a bad one. */
  take(max: number): unknown[] {
    if (this.#messages === null) {
      this.#messages = this.#ingest.take();
      for (const event of this.#ingest.takeEvents()) this.#heed(event);
      this.#next = 0;
    }
    const messages = this.#messages;
    if (messages === null) return [];
    const end = Math.min(messages.length, this.#next + max);
    const records: unknown[] = [];
    while (this.#next < end) {
      records.push(this.#decode(messages, this.#next));
      this.#position = messages.offsets[this.#next++] + 1;
    }
    if (end === messages.length) this.#messages = null;
    return records;
  }

  /** Asks the broker. */
  async lag(): Promise<number> {
    const { high } = await this.#consumer.watermarks(this.#options.partition);
    return Math.max(0, high - this.#position);
  }

  /** Resolves when the group has stored the offset. Throws TP_KAFKA_FAILED and others. */
  commit(offset: number): Promise<void> {
    const committed = this.#committing.then(() => this.#commit(offset));
    this.#committing = committed.catch(() => {});
    return committed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#ingest.close();
    await this.#consumer.close();
  }

  #decode({ bytes, ends, nulls, offsets }: PackedMessages, i: number): unknown {
    try {
      if (nulls !== null && nulls[i] !== 0)
        throw new TowpathError("TP_ROW_NULL", "the message has no payload");
      return decodeAvro(this.#options.reading, bytes, i === 0 ? 0 : ends[i - 1], ends[i]);
    } catch (error) {
      if (!(error instanceof TowpathError)) throw error;
      const { topic, partition } = this.#options.partition;
      throw new TowpathError(error.code, error.detail, {
        where: `topic ${topic}, partition ${partition}, offset ${offsets[i]}`,
        hint: "Only writers of the channel may write to its topics. `commit` can go beyond the record.",
        cause: error,
      });
    }
  }

  /** The client tells how a commit ended only to whoever reads on: so the group is asked. */
  async #commit(offset: number): Promise<void> {
    const { partition } = this.#options;
    const until = performance.now() + COMMIT_MS;
    while (!this.#isClosed) {
      this.#consumer.commit([{ ...partition, offset }]);
      const [stored] = await patiently(() => this.#consumer.committed([partition]));
      if (stored === offset) return;
      if (performance.now() > until) throw this.#notCommitted(offset);
      await sleep(COMMIT_AGAIN_MS);
    }
  }

  #notCommitted(offset: number): TowpathError {
    const { topic, partition } = this.#options.partition;
    return new TowpathError(
      "TP_KAFKA_FAILED",
      `the group ${this.#options.groupId} did not store offset ${offset} within ${COMMIT_MS / 1_000} s`,
      {
        where: `topic ${topic}, partition ${partition}`,
        hint: "May this user commit offsets of the group? Does a consumer subscribe under its name?",
      },
    );
  }

  #heed(error: ClientError): void {
    if (!isPassing(error) && !this.#isClosed) {
      this.#options.fail(clientFailure(error, this.#options.settings));
    }
  }
}

/** A partition is read from where its group has come to, else from its beginning. */
function startOf(
  stored: number | null,
  { low, high }: { readonly low: number; readonly high: number },
  { topic, partition }: TopicPartition,
): number {
  if (stored === null) return low;
  if (stored >= low && stored <= high) return stored;
  throw new TowpathError(
    "TP_KAFKA_OFFSET_OUT_OF_RANGE",
    `the group goes on at offset ${stored}, and the broker has offsets ${low} to ${high}`,
    {
      where: `topic ${topic}, partition ${partition}`,
      hint:
        stored < low
          ? `${offsetHint.split(".")[0]}. startFrom: "beginning" reads what is left.`
          : 'Was the topic made anew? startFrom: "beginning" reads it.',
    },
  );
}
