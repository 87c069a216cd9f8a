import type { Session } from "../../../lib/io/session.ts";
import type { KafkaSettings } from "../client/options.ts";
import type { PartitionSlots } from "../client/partition-slots.ts";
import type { Consumer, StartingAt } from "./consumer.ts";

/** librdkafka's default. */
const COMMIT_INTERVAL_MS = 5_000;

/** Whether the user wants offsets committed, which librdkafka does by default and this source does not. */
export function wantsAutoCommit(settings: KafkaSettings): boolean {
  return String(settings["enable.auto.commit"] ?? false) === "true";
}

/**
 * Commits offsets to the group where the user switched `enable.auto.commit` on: only of rows whose commit has been
 * delivered, each `auto.commit.interval.ms`, and once more at the end. Not librdkafka's own automatic, which knows of
 * messages only, and which node-rdkafka cannot feed for a direct assignment (`offsetsStore` wants a subscription).
 */
export class OffsetLedger {
  readonly #slots: PartitionSlots;
  readonly #commits: { readonly time: number; readonly reached: ReadonlyMap<number, number> }[] = [];
  readonly #delivered = new Map<number, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(slots: PartitionSlots) {
    this.#slots = slots;
  }

  start(consumer: Consumer, settings: KafkaSettings): void {
    const everyMs = Number(settings["auto.commit.interval.ms"] ?? COMMIT_INTERVAL_MS);
    this.#timer = setInterval(() => this.commit(consumer), Math.max(1, everyMs));
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Notes what the commit that `session` has just sealed reaches. */
  note(time: number, session: Session): void {
    this.#commits.push({ time, reached: session.sealedOffsets() });
  }

  /** Everything up to `time` has been delivered. */
  acknowledge(time: number): void {
    while (this.#commits.length > 0 && this.#commits[0].time <= time) {
      for (const [slot, offset] of this.#commits[0].reached) this.#delivered.set(slot, offset);
      this.#commits.shift();
    }
  }

  /** Commits what has been delivered since the last call. */
  commit(consumer: Consumer): void {
    const offsets: StartingAt[] = [...this.#delivered].map(([slot, offset]) => ({
      ...this.#slots.at(slot),
      offset,
    }));
    this.#delivered.clear();
    consumer.commit(offsets);
  }
}
