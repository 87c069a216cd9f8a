import type { Consumer } from "../ingest/consumer.ts";
import { dataTopic } from "./channel-topics.ts";
import type { GroupTarget } from "./group-target.ts";

/** Partitions that are asked about with each heartbeat. */
const ASKED_MAX = 50;

/** What a partition held when the writer's next record was this one. */
interface Seen {
  readonly target: GroupTarget;
  readonly partition: number;
  readonly next: number;
  readonly end: number;
}

/**
 * Moves what a writer knows of its partitions' ends up to where they are, a few with each heartbeat: where others write as
 * well, an opening after a crash would else have to read all that they wrote since this one.
 */
export class TailKeeper {
  readonly #channel: string;
  readonly #consumer: Consumer;
  readonly #targets: readonly GroupTarget[];
  readonly #next: () => number;
  #seen: Seen[] = [];
  #turn = 0;
  #isAsking = false;

  /** `next` is the number of the record that will be written next. */
  constructor(channel: string, consumer: Consumer, targets: readonly GroupTarget[], next: () => number) {
    this.#channel = channel;
    this.#consumer = consumer;
    this.#targets = targets;
    this.#next = next;
  }

  /** All records below `acked` are where they belong. */
  beat(acked: number): void {
    for (const { target, partition, next, end } of this.#seen) {
      if (acked >= next) target.rebase(partition, next, end);
    }
    this.#seen = this.#seen.filter(({ next }) => acked < next);
    if (this.#isAsking || this.#seen.length > 0) return;
    this.#isAsking = true;
    void this.#ask().finally(() => {
      this.#isAsking = false;
    });
  }

  async #ask(): Promise<void> {
    const all = this.#targets.flatMap((target) =>
      Array.from({ length: target.partitions }, (_, partition) => ({ target, partition })),
    );
    const count = Math.min(ASKED_MAX, all.length);
    const chosen = Array.from({ length: count }, (_, i) => all[(this.#turn + i) % all.length]);
    this.#turn = (this.#turn + count) % all.length;
    for (const { target, partition } of chosen) {
      try {
        const topic = dataTopic(this.#channel, target.group);
        const { high } = await this.#consumer.watermarks({ topic, partition });
        // Whatever of ours lies before that end was numbered before now.
        this.#seen.push({ target, partition, next: this.#next(), end: high });
      } catch {
        // What is known already stays true.
        return;
      }
    }
  }
}
