import { setTimeout as sleep } from "node:timers/promises";
import { TowpathError } from "../../../lib/errors.ts";
import type { ClientError } from "../client/client-errors.ts";
import type { KafkaSettings } from "../client/options.ts";
import type { TopicPartition } from "../client/partition-slots.ts";
import { type Consumer, OFFSET_BEGINNING, type StartingAt, type Watermarks } from "../ingest/consumer.ts";
import type { PartitionTenure } from "./partition-tenure.ts";

const STORE_MS = 100;
/** How long a coordinator may be away while partitions are handed over. */
const ASK_MS = 30_000;
const ASK_AGAIN_MS = 300;

/** The broker's words for: this process is no member of the present generation (rd_kafka_resp_err_t). */
const notMember: ReadonlySet<number> = new Set([
  22, // ILLEGAL_GENERATION
  25, // UNKNOWN_MEMBER_ID
  82, // FENCED_INSTANCE_ID
]);

/** Where reading a partition that was given begins. */
export interface Start {
  readonly partition: TopicPartition;
  /** The offset to assign: one, or librdkafka's name for the beginning. */
  readonly offset: number;
  /** The first offset to come, -1 where that is not known. */
  readonly position: number;
  /** Everything before this offset only makes state again; null where there is nothing of that kind. */
  readonly remadeTo: number | null;
}

/**
 * A group's offsets: where a partition begins, and how far what this process has of it has been delivered.
 *
 * An offset that the broker refuses puts the tenure in doubt, and does not end it. While the group hands partitions out
 * anew, a member of the last generation is refused although it may keep the partition: librdkafka then waits for the new
 * generation (rd_kafka_cgrp_op_handle_OffsetCommit), tells of partitions only that come or go, and commits again.
 */
export class GroupOffsets {
  #consumer: Consumer | null = null;
  #tenures: () => Iterable<PartitionTenure> = () => [];
  #timer: NodeJS.Timeout | undefined;

  start(consumer: Consumer, tenures: () => Iterable<PartitionTenure>): void {
    this.#consumer = consumer;
    this.#tenures = tenures;
    consumer.raw.on("offset.commit", (error: ClientError | null | undefined, offsets: StartingAt[]) => {
      if (!error) this.#of(offsets, (tenure) => tenure.trust());
      else if (notMember.has(error.code)) this.#of(offsets, (tenure) => tenure.doubt());
    });
    this.#timer = setInterval(() => this.store(), STORE_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Hands librdkafka what has been delivered since the last call: it commits that, before partitions go at latest. */
  store(): void {
    this.#consumer?.store([...this.#tenures()].flatMap((tenure) => tenure.takeUncommitted() ?? []));
  }

  /** Throws TP_KAFKA_OFFSET_OUT_OF_RANGE, TP_SOURCE_CHANGED where state cannot be made again. */
  async starts(
    partitions: readonly TopicPartition[],
    settings: KafkaSettings,
    isStateful: boolean,
  ): Promise<Start[]> {
    const consumer = this.#consumer as Consumer;
    const committed = await patiently(() => consumer.committed(partitions));
    if (!isStateful)
      return partitions.map((partition, i) => {
        const offset = committed[i];
        return { partition, offset: offset ?? OFFSET_BEGINNING, position: offset ?? -1, remadeTo: null };
      });
    const marks = await patiently(() =>
      Promise.all(partitions.map((partition) => consumer.watermarks(partition))),
    );
    return partitions.map((partition, i) => startOver(partition, committed[i], marks[i], settings));
  }

  #of(offsets: readonly StartingAt[], tell: (tenure: PartitionTenure) => void): void {
    for (const tenure of this.#tenures()) {
      const { topic, partition } = tenure.partition;
      if (offsets.some((one) => one.topic === topic && one.partition === partition)) tell(tenure);
    }
  }
}

/** From the partition's beginning, because the state at the group's offset is made of all that stands before it. */
function startOver(
  partition: TopicPartition,
  committed: number | null,
  { low, high }: Watermarks,
  settings: KafkaSettings,
): Start {
  const where = `topic ${partition.topic}, partition ${partition.partition}`;
  if (committed !== null && committed > high)
    throw new TowpathError(
      "TP_SOURCE_CHANGED",
      `the group has read up to offset ${committed}, and the broker has ${low} to ${high}`,
      { where, hint: "Was the topic made anew? Take another group.id where that is meant." },
    );
  if (low > 0 && settings["auto.offset.reset"] === undefined)
    throw new TowpathError(
      "TP_KAFKA_OFFSET_OUT_OF_RANGE",
      `offsets 0 to ${low - 1} are gone, and the state of this plan is made of a partition from its beginning`,
      {
        where,
        hint: 'Retention has removed them. Raise retention.ms of the topic, or compact it. To make state of what is there set "auto.offset.reset": "earliest".',
      },
    );
  const remadeTo = committed !== null && committed > low ? committed : null;
  return { partition, offset: low, position: low, remadeTo };
}

/** Asks again while the group's coordinator moves, or is not there. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  const until = performance.now() + ASK_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(ASK_AGAIN_MS);
    }
  }
}
