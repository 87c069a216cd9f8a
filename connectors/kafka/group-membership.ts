import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer, StartingAt } from "./consumer.ts";
import type { TopicPartition } from "./partition-slots.ts";

/** librdkafka's codes for the two halves of a rebalance (rdkafka.h). */
const ASSIGN = -175;
const REVOKE = -174;
const LEAVE_MS = 3_000;
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
  #underWay = 0;
  #isLeaving = false;
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
    this.#underWay++;
    this.#serving = this.#serving
      .then(() => this.#serve(code, partitions))
      .catch((error) => {
        if (!this.#isLeaving) this.#member.failed(error);
      })
      .finally(() => {
        this.#underWay--;
      });
  }

  /** Gives all partitions back; `poll` serves the client's queue. Returns in bounded time. */
  async leave(poll: () => void): Promise<void> {
    this.#isLeaving = true;
    const { raw } = this.#consumer;
    if (!raw.isConnected()) return;
    raw.unsubscribe();
    const until = performance.now() + LEAVE_MS;
    while ((this.#held > 0 || this.#underWay > 0) && performance.now() < until) {
      poll();
      await sleep(LEAVE_POLL_MS);
    }
  }

  async #serve(code: number, partitions: readonly TopicPartition[]): Promise<void> {
    const { raw } = this.#consumer;
    if (code !== ASSIGN && code !== REVOKE) throw new Error(`a rebalance failed with code ${code}`);
    // Under cooperative assignors only what changes is told, under the others everything.
    const isCooperative = raw.rebalanceProtocol() === "COOPERATIVE";
    if (code === ASSIGN) {
      const starts = this.#isLeaving ? [] : await this.#member.given(partitions);
      if (isCooperative) raw.incrementalAssign([...starts]);
      else raw.assign([...starts]);
      this.#held += starts.length;
      return;
    }
    await this.#member.taken(partitions);
    this.#held = isCooperative ? Math.max(0, this.#held - partitions.length) : 0;
    if (isCooperative) raw.incrementalUnassign([...partitions]);
    else raw.unassign();
    await this.#member.unassigned();
  }
}
