import type { Tenure } from "../../../lib/io/dealt-source.ts";
import type { Session } from "../../../lib/io/session.ts";
import type { TopicPartition } from "../client/partition-slots.ts";
import type { StartingAt } from "../ingest/consumer.ts";

/** A sealed commit that not all outputs have delivered yet. */
interface OnItsWay {
  readonly time: number;
  /** Where reading goes on behind it. */
  readonly offset: number;
}

/**
 * The time from a partition's assignment to this process until it is given away or lost, with all that is known of the
 * partition meanwhile. An object of a former tenure is never taken for one of the present.
 *
 *   read ⇄ in doubt: nothing is taken for now → stop: nothing more is taken → settled: all is delivered → end
 */
export class PartitionTenure implements Tenure {
  readonly partition: TopicPartition;
  readonly slot: number;
  readonly place: string;
  readonly session: Session;
  readonly #onItsWay: OnItsWay[] = [];
  /** The next offset that the group is to know, null where it knows. */
  #uncommitted: number | null = null;
  #isInDoubt = false;
  #isStopped = false;
  #isOver = false;

  constructor(partition: TopicPartition, slot: number, place: string, session: Session) {
    this.partition = partition;
    this.slot = slot;
    this.place = place;
    this.session = session;
  }

  /** No more is taken of it. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Whether this process still has the partition is not known: the group will tell. */
  get isInDoubt(): boolean {
    return this.#isInDoubt;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isSettled(): boolean {
    return this.#onItsWay.length === 0;
  }

  doubt(): void {
    this.#isInDoubt = true;
  }

  trust(): void {
    this.#isInDoubt = false;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** From now on nothing of it is handed on, and no offset is committed. */
  end(): void {
    this.#isStopped = true;
    this.#isOver = true;
  }

  /** Notes the commit that the session has just sealed. */
  sealed(time: number): void {
    const offset = this.session.sealedOffsets().get(this.slot);
    if (offset !== undefined) this.#onItsWay.push({ time, offset });
  }

  /** Everything up to `time` has been delivered. */
  acknowledge(time: number): void {
    while (this.#onItsWay.length > 0 && this.#onItsWay[0].time <= time) {
      this.#uncommitted = this.#onItsWay[0].offset;
      this.#onItsWay.shift();
    }
  }

  /** What is to be committed to the group; it counts as done. */
  takeUncommitted(): StartingAt | null {
    if (this.#isOver || this.#uncommitted === null) return null;
    const offset = this.#uncommitted;
    this.#uncommitted = null;
    return { ...this.partition, offset };
  }
}
