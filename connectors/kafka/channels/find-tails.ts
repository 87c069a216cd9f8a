import { setTimeout as sleep } from "node:timers/promises";
import { TowpathError } from "../../../lib/errors.ts";
import type { PackedMessages } from "../../../lib/io/parser.ts";
import { clientFailure, isPassing } from "../client/client-errors.ts";
import type { KafkaSettings } from "../client/options.ts";
import { PartitionSlots } from "../client/partition-slots.ts";
import type { Consumer } from "../ingest/consumer.ts";
import type { Ingest } from "../ingest/ingest.ts";
import { openConsumer } from "../ingest/open-consumer.ts";
import { lastBelow, type PartitionTail } from "./group-target.ts";
import { patiently } from "./patiently.ts";
import { numberOf } from "./record-number.ts";

/** A scan without any progress for so long fails. */
const SCAN_MS = 30_000;
const POLL_MS = 5;

export interface TailQuestion {
  readonly topic: string;
  readonly partitions: number;
  /** Records of the writer with numbers below this are there. */
  readonly acked: number;
  /** For each partition an offset before which there are none from `acked` on; null: there are none anywhere. */
  readonly from: readonly number[] | null;
}

/**
 * The tails of a writer's records in each partition of some topics: what may have come behind `acked` is read. `consumer` is
 * asked about the partitions. Throws TP_KAFKA_….
 */
export async function findTails(
  consumer: Consumer,
  settings: KafkaSettings,
  writer: string,
  questions: readonly TailQuestion[],
): Promise<PartitionTail[][]> {
  const scan = new TailScan(writer);
  for (const question of questions) await scan.add(question, consumer);
  if (scan.isNeeded) await scan.run(settings);
  return questions.map((question) => scan.tailsOf(question));
}

class TailScan {
  readonly #writer: string;
  readonly #slots = new PartitionSlots();
  /** By slot. */
  readonly #last: number[] = [];
  readonly #ends: number[] = [];
  readonly #starts: number[] = [];
  /** Slots of which something is to be read. */
  readonly #open = new Set<number>();

  constructor(writer: string) {
    this.#writer = writer;
  }

  get isNeeded(): boolean {
    return this.#open.size > 0;
  }

  async add({ topic, partitions, acked, from }: TailQuestion, consumer: Consumer): Promise<void> {
    const list = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
    const marks = await Promise.all(list.map((partition) => patiently(() => consumer.watermarks(partition))));
    marks.forEach(({ low, high }, partition) => {
      const slot = this.#slots.add(topic, partition);
      this.#last[slot] = lastBelow(acked, partition, partitions);
      this.#starts[slot] = Math.max(low, Math.min(from?.[partition] ?? high, high));
      this.#ends[slot] = high;
      if (this.#starts[slot] < high) this.#open.add(slot);
    });
  }

  async run(settings: KafkaSettings): Promise<void> {
    const { consumer, ingest } = await openConsumer(settings, false);
    const starts = [...this.#open].map((slot) => ({ ...this.#slots.at(slot), offset: this.#starts[slot] }));
    try {
      await consumer.connect(starts[0].topic);
      const attributes = { timestamps: false, keys: false, headers: true };
      const opened = ingest(this.#slots, { attributes, partitionEnds: false, log: () => {} });
      consumer.assign(starts);
      try {
        await this.#read(opened, settings);
      } finally {
        await opened.close();
      }
    } finally {
      await consumer.close();
    }
  }

  async #read(ingest: Ingest, settings: KafkaSettings): Promise<void> {
    let until = performance.now() + SCAN_MS;
    while (this.#open.size > 0) {
      const messages = ingest.take();
      for (const event of ingest.takeEvents()) {
        if (!isPassing(event)) throw clientFailure(event, settings);
      }
      if (messages !== null) {
        this.#note(messages);
        until = performance.now() + SCAN_MS;
      } else if (performance.now() > until) throw this.#stuck();
      else await sleep(POLL_MS);
    }
  }

  #note({ length, partitions, offsets, headers }: PackedMessages): void {
    for (let i = 0; i < length; i++) {
      const slot = partitions[i];
      const number = numberOf(headers?.(i) ?? [], this.#writer);
      if (number > this.#last[slot]) this.#last[slot] = number;
      if (offsets[i] + 1 >= this.#ends[slot]) this.#open.delete(slot);
    }
  }

  tailsOf({ topic, partitions }: TailQuestion): PartitionTail[] {
    return Array.from({ length: partitions }, (_, partition) => {
      const slot = this.#slots.find(topic, partition);
      return { last: this.#last[slot], end: this.#ends[slot] };
    });
  }

  #stuck(): TowpathError {
    const [slot] = this.#open;
    return new TowpathError("TP_KAFKA_FAILED", `nothing was read for ${SCAN_MS / 1_000} s`, {
      where: this.#slots.place(slot),
      hint: "Is the partition offline?",
    });
  }
}
