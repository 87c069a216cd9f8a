import type { Consumer, StartingAt } from "./consumer.ts";
import type { TopicPartition } from "./partition-slots.ts";

/** librdkafka's codes for the two halves of a rebalance (rdkafka.h). */
const ASSIGN = -175;
const REVOKE = -174;

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

  /** The client is about to be closed, and takes all partitions while it is: nothing more is given. */
  leave(): void {
    this.#isLeaving = true;
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
      return;
    }
    await this.#member.taken(partitions);
    if (isCooperative) raw.incrementalUnassign([...partitions]);
    else raw.unassign();
    await this.#member.unassigned();
  }
}
