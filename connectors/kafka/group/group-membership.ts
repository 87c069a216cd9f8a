import { setTimeout as sleep } from "node:timers/promises";
import type { TopicPartition } from "../client/partition-slots.ts";
import type { Consumer, StartingAt } from "../ingest/consumer.ts";

/** librdkafka's codes for the two halves of a rebalance (rdkafka.h). */
const ASSIGN = -175;
const REVOKE = -174;
const LEAVE_MS = 3_000;
const GOODBYE_MS = 300;
const LEAVE_POLL_MS = 5;

/** What a member of a group does when partitions come and go. */
export interface GroupMember {
  /** Partitions have been given: where to read each from. */
  given(partitions: readonly TopicPartition[]): Promise<readonly StartingAt[]>;
  /** Partitions are taken: resolves when nothing of them is left to be done. */
  taken(partitions: readonly TopicPartition[]): Promise<void>;
  /** They are unassigned. */
  unassigned(): Promise<void>;
  failed(error: Error): void;
}

/**
 * A consumer's part in its group, for eager and cooperative assignors. Rebalances are served one after the other; the
 * group waits while `taken` is under way, at most `max.poll.interval.ms`.
 */
export class GroupMembership {
  readonly #consumer: Consumer;
  readonly #member: GroupMember;
  #serving: Promise<void> = Promise.resolve();
  #isLeaving = false;
  #isCooperative = false;
  /** Partitions that are assigned. */
  #held = 0;

  constructor(consumer: Consumer, member: GroupMember) {
    this.#consumer = consumer;
    this.#member = member;
  }

  join(topics: readonly string[]): void {
    this.#consumer.raw.subscribe([...topics]);
  }

  /** librdkafka tells of a rebalance, and waits until partitions are assigned or unassigned. */
  heed(code: number, partitions: readonly TopicPartition[]): void {
    this.#serving = this.#serving
      .then(() => this.#serve(code, partitions))
      .catch((error) => {
        if (!this.#isLeaving) this.#member.failed(error);
      });
  }

  /**
   * Gives all partitions back and says goodbye, in bounded time: others are given them at once. `poll` serves the client's
   * queue, in which the revocation comes.
   */
  async leave(poll: () => void): Promise<void> {
    this.#isLeaving = true;
    const { raw } = this.#consumer;
    if (!raw.isConnected()) return;
    raw.unsubscribe();
    const until = performance.now() + LEAVE_MS;
    let quietSince = performance.now();
    // Offsets are committed and the goodbye is sent behind the revocation; nobody tells of that.
    while (performance.now() < until && performance.now() < quietSince + GOODBYE_MS) {
      poll();
      await sleep(LEAVE_POLL_MS);
      if (this.#held > 0) quietSince = performance.now();
    }
  }

  async #serve(code: number, partitions: readonly TopicPartition[]): Promise<void> {
    const { raw } = this.#consumer;
    if (code !== ASSIGN && code !== REVOKE) throw new Error(`a rebalance failed with code ${code}`);
    // Under cooperative assignors only what changes is told, under the others everything. A client that closes does
    // not say any more which it is.
    const protocol = raw.rebalanceProtocol();
    if (protocol !== "NONE") this.#isCooperative = protocol === "COOPERATIVE";
    const isCooperative = this.#isCooperative;
    if (code === ASSIGN) {
      const starts = this.#isLeaving ? [] : await this.#member.given(partitions);
      if (isCooperative) raw.incrementalAssign([...starts]);
      else raw.assign([...starts]);
      this.#held += starts.length;
      return;
    }
    await this.#member.taken(partitions);
    if (isCooperative) raw.incrementalUnassign([...partitions]);
    else raw.unassign();
    this.#held = isCooperative ? Math.max(0, this.#held - partitions.length) : 0;
    await this.#member.unassigned();
  }
}
