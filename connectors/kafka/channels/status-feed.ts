import { TowpathError } from "../../../lib/errors.ts";
import type { PackedMessages } from "../../../lib/io/parser.ts";
import { clientErrors } from "../client/client-errors.ts";
import type { PartitionSlots, TopicPartition } from "../client/partition-slots.ts";
import { type Consumer, OFFSET_BEGINNING } from "../ingest/consumer.ts";
import type { Ingest, IngestEvent } from "../ingest/ingest.ts";
import { patiently } from "./patiently.ts";
import { decodeStatus, type PeerStatus } from "./status-record.ts";

/** How long what stands in a partition may take to be read. */
const HISTORY_MS = 60_000;

export type HeedStatus = (status: PeerStatus, isHistory: boolean) => void;

/** One partition of the status topic, read as long as somebody follows it. */
class Followed {
  readonly partition: TopicPartition;
  followers = 0;
  /** What stands before this offset is history; Infinity until that is known. */
  historyEnd = Number.POSITIVE_INFINITY;
  #resolve: () => void = () => {};
  #read: Promise<void> = Promise.resolve();

  constructor(partition: TopicPartition) {
    this.partition = partition;
  }

  /** Begins anew. */
  reset(): void {
    this.historyEnd = Number.POSITIVE_INFINITY;
    this.#read = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Everything before `offset` has been read. */
  reached(offset: number): void {
    if (offset >= this.historyEnd) this.#resolve();
  }

  /** Throws TP_CHANNEL_TIMEOUT. */
  async read(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(notRead(this.partition)), HISTORY_MS);
    });
    try {
      await Promise.race([this.#read, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The status topic of a channel, side by side, as records come in. */
export class StatusFeed {
  readonly #consumer: Consumer;
  readonly #ingest: Ingest;
  readonly #followed: readonly Followed[];
  readonly #heed: HeedStatus;

  /** `slots` are the topic's partitions, in order. */
  constructor(consumer: Consumer, ingest: Ingest, slots: PartitionSlots, heed: HeedStatus) {
    this.#consumer = consumer;
    this.#ingest = ingest;
    this.#followed = slots.all().map((partition) => new Followed(partition));
    this.#heed = heed;
  }

  /** Resolves when the history of a partition has been read. Each call wants an `unfollow`, also where it throws. */
  async follow(slot: number): Promise<void> {
    const followed = this.#followed[slot];
    if (followed.followers++ === 0) {
      followed.reset();
      const { low, high } = await patiently(() => this.#consumer.watermarks(followed.partition));
      followed.historyEnd = high;
      if (low >= high) followed.reached(high);
      if (followed.followers > 0) {
        this.#consumer.assign([{ ...followed.partition, offset: OFFSET_BEGINNING }]);
      }
    }
    await followed.read();
  }

  unfollow(slot: number): void {
    const followed = this.#followed[slot];
    if (--followed.followers === 0) this.#consumer.unassign([followed.partition]);
  }

  /** Takes what has come; returns whether anything has, and errors of the client. */
  take(): { readonly any: boolean; readonly errors: readonly IngestEvent[] } {
    let any = false;
    for (let messages = this.#ingest.take(); messages !== null; messages = this.#ingest.take()) {
      any = true;
      this.#takeMessages(messages);
    }
    const errors: IngestEvent[] = [];
    for (const event of this.#ingest.takeEvents()) {
      if (event.code !== clientErrors.partitionEof) errors.push(event);
      else if (event.slot >= 0) this.#followed[event.slot].reached(event.offset);
    }
    return { any, errors };
  }

  #takeMessages({ length, bytes, ends, nulls, partitions, offsets }: PackedMessages): void {
    const texts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < length; i++) {
      const followed = this.#followed[partitions[i]];
      if (followed.followers > 0 && (nulls === null || nulls[i] === 0)) {
        const status = decodeStatus(texts.toString("utf8", i === 0 ? 0 : ends[i - 1], ends[i]));
        if (status !== null) this.#heed(status, offsets[i] < followed.historyEnd);
      }
      followed.reached(offsets[i] + 1);
    }
  }
}

function notRead({ topic, partition }: TopicPartition): TowpathError {
  return new TowpathError(
    "TP_CHANNEL_TIMEOUT",
    `what the ends of the channel said before was not read within ${HISTORY_MS / 1_000} s`,
    { where: `topic ${topic}, partition ${partition}`, hint: "Is the broker busy, or a partition offline?" },
  );
}
