import type { Consumer } from "../ingest/consumer.ts";
import type { ChannelPlan } from "./channel-options.ts";
import { countPartitions, dataTopic, statusTopic } from "./channel-topics.ts";
import type { ReaderGroup, ReadersWatch } from "./readers-watch.ts";
import type { WakeUp } from "./wake-up.ts";

/** Who is waited for is told after this time, once. */
const MISSING_MS = 10_000;
const TOPIC_POLL_MS = 200;

export interface BarrierListener {
  /** Throws where waiting makes no sense any more. */
  check(): void;
  log(line: string): void;
}

/** Holds a writer back until its readers are ready. */
export class ReaderBarrier {
  readonly #plan: ChannelPlan;
  readonly #groups: readonly string[];
  readonly #wake: WakeUp;
  readonly #listener: BarrierListener;
  #since: number | null = null;
  #isTold = false;
  /** Whom it waits for, for people; none while it does not. */
  waitsFor: readonly string[] = [];

  /** `wake` rings when something has changed. */
  constructor(plan: ChannelPlan, groups: readonly string[], wake: WakeUp, listener: BarrierListener) {
    this.#plan = plan;
    this.#groups = groups;
    this.#wake = wake;
    this.#listener = listener;
  }

  /** Readers make the topics: as many members as a group has, as many partitions has its topic. */
  async untilTopics(consumer: Consumer): Promise<ReaderGroup[]> {
    const { channel } = this.#plan;
    for (;;) {
      const counts = await Promise.all(
        this.#groups.map((group) => countPartitions(consumer, dataTopic(channel, group))),
      );
      const missing = this.#groups.filter((_, i) => counts[i] === 0);
      const hasStatus = (await countPartitions(consumer, statusTopic(channel))) > 0;
      if (hasStatus && missing.length === 0) {
        return this.#groups.map((group, i) => ({ group, of: counts[i] }));
      }
      const absent = missing.length === 0 ? this.#groups : missing;
      await this.#wait(
        absent.map((group) => `group ${group} (any member)`),
        TOPIC_POLL_MS,
      );
    }
  }

  /** Throws TP_CHANNEL_SCHEMA. */
  async untilReady(watch: ReadersWatch, groups: readonly ReaderGroup[]): Promise<void> {
    for (;;) {
      const missing = watch.missing(groups);
      this.waitsFor = missing;
      if (missing.length === 0) return;
      await this.#wait(missing, this.#plan.heartbeatMs);
    }
  }

  async #wait(missing: readonly string[], ms: number): Promise<void> {
    this.waitsFor = missing;
    this.#since ??= performance.now();
    if (!this.#isTold && performance.now() - this.#since > MISSING_MS) {
      this.#isTold = true;
      this.#listener.log(`waits for readers: ${missing.join(", ")}`);
    }
    await this.#wake.wait(ms);
    this.#listener.check();
  }
}
