import { ownMessages } from "../../../lib/io/own-messages.ts";
import type { PackedMessages } from "../../../lib/io/parser.ts";
import { partitionRun } from "../../../lib/kernels/find-marker.ts";
import type { PartitionSlots } from "../client/partition-slots.ts";
import type { Consumer } from "../ingest/consumer.ts";
import type { Ingest, IngestEvent } from "../ingest/ingest.ts";
import type { PartitionTenure } from "./partition-tenure.ts";

/** A member whose queue nobody looks into is taken for dead, and hears of no rebalance. */
const SERVE_MS = 400;

/** What a partition's session is given next, or has been given and is at. */
interface Part {
  readonly tenure: PartitionTenure;
  readonly messages: PackedMessages;
  /** What its parser needs of others is there. */
  isPrepared: boolean;
  isFed: boolean;
}

/**
 * Messages dealt to the sessions of their partitions, in order of arrival. What comes of a partition that is not, or no
 * longer, this process's is dropped here.
 */
export class GroupIntake {
  readonly #ingest: Ingest;
  readonly #consumer: Consumer;
  readonly #slots: PartitionSlots;
  readonly #tenures: ReadonlyMap<number, PartitionTenure>;
  readonly #heed: (event: IngestEvent) => void;
  readonly #fail: (error: Error) => void;
  #wake: () => void = () => {};
  /** In order of arrival; those of partitions in doubt wait, others pass them. */
  #parts: Part[] = [];
  /** The part that `next` has named. */
  #part: Part | null = null;
  #takenAt = performance.now();
  readonly #paused = new Set<PartitionTenure>();
  /** Those whose next part waits for what its parser needs. */
  readonly #waiting = new Set<PartitionTenure>();

  /** `tenures` by slot, as they are at each moment; `heed` is told of errors, `fail` of what ends the run. */
  constructor(
    ingest: Ingest,
    consumer: Consumer,
    slots: PartitionSlots,
    tenures: ReadonlyMap<number, PartitionTenure>,
    heed: (event: IngestEvent) => void,
    fail: (error: Error) => void = () => {},
  ) {
    this.#ingest = ingest;
    this.#consumer = consumer;
    this.#slots = slots;
    this.#tenures = tenures;
    this.#heed = heed;
    this.#fail = fail;
  }

  onReadable(wake: () => void): void {
    this.#wake = wake;
    this.#ingest.onReadable(wake);
  }

  /** The tenure whose session has been fed and is to be polled; null where nothing is there, or all of it in doubt. */
  next(): PartitionTenure | null {
    for (;;) {
      this.#part = this.#first();
      if (this.#part !== null && !this.#prepares(this.#part)) continue;
      if (this.#part !== null) return this.#fed(this.#part);
      if (this.#parts.length > 0) return null;
      this.#letGo();
      if (!this.#take()) return null;
    }
  }

  /** The session that `next` named has used up what it was fed. */
  used(): void {
    const at = this.#part === null ? -1 : this.#parts.indexOf(this.#part);
    if (at >= 0) this.#parts.splice(at, 1);
    this.#part = null;
  }

  /**
   * Looks into the client's queue where the run has not done so for long, because its outputs are full, say. What is
   * there then waits here; so that it stays little, partitions pause until the run goes on.
   */
  serve(): void {
    if (performance.now() - this.#takenAt < SERVE_MS) return;
    if (this.#parts.length === 0) {
      if (this.#take()) this.#wake();
      return;
    }
    for (const tenure of this.#tenures.values()) {
      if (tenure.isStopped || this.#paused.has(tenure)) continue;
      this.#slots.guard(tenure.slot);
      this.#consumer.pause(tenure.partition);
      this.#paused.add(tenure);
    }
    while (this.#take()) {
      // What had been fetched before the pause.
    }
  }

  /**
   * A partition is about to be unassigned. A paused one would stay paused, also under the tenure in which it comes back:
   * librdkafka resets its own pauses then, and not those of its user (rd_kafka_assignment_serve_removals, 2.12).
   */
  resume(tenure: PartitionTenure): void {
    if (this.#paused.delete(tenure)) this.#consumer.resume(tenure.partition);
  }

  /** Drops all that is there; a rebalance that waits in the queue is heard of. */
  drop(): void {
    this.#parts = [];
    this.#part = null;
    while (this.#ingest.take() !== null) {
      // Read again by whoever has the partition next.
    }
    this.#ingest.takeEvents();
  }

  /** The assignment has changed. */
  turn(): Promise<void> {
    return this.#ingest.turn((messages) => this.#deal(messages));
  }

  close(): Promise<void> {
    return this.#ingest.close();
  }

  /** Whether a part can be fed now; if not, its partition waits, and others pass it. */
  #prepares(part: Part): boolean {
    const { tenure, messages } = part;
    const wait = part.isFed || part.isPrepared ? null : (tenure.session.prepare?.(messages) ?? null);
    part.isPrepared = true;
    if (wait === null) return true;
    this.#waiting.add(tenure);
    wait.then(() => {
      this.#waiting.delete(tenure);
      this.#wake();
    }, this.#fail);
    return false;
  }

  /** The first part that is neither in doubt nor waits; what has been given away is dropped on the way. */
  #first(): Part | null {
    for (let at = 0; at < this.#parts.length; ) {
      const { tenure } = this.#parts[at];
      if (tenure.isStopped) this.#parts.splice(at, 1);
      else if (tenure.isInDoubt || this.#waiting.has(tenure)) at++;
      else return this.#parts[at];
    }
    return null;
  }

  #fed(part: Part): PartitionTenure {
    if (!part.isFed) part.tenure.session.feed(part.messages);
    part.isFed = true;
    return part.tenure;
  }

  #letGo(): void {
    for (const tenure of this.#paused) this.resume(tenure);
  }

  #take(): boolean {
    this.#takenAt = performance.now();
    const messages = this.#ingest.take();
    if (messages !== null) this.#deal(messages);
    for (const event of this.#ingest.takeEvents()) this.#heed(event);
    return messages !== null;
  }

  /** Copies, because what is taken from the ingest is valid until the next take, and sessions take turns. */
  #deal(messages: PackedMessages): void {
    const { partitions, length } = messages;
    for (let from = 0; from < length; ) {
      const to = partitionRun(partitions, from, length);
      const tenure = this.#tenures.get(partitions[from]);
      if (tenure !== undefined && !tenure.isStopped)
        this.#parts.push({
          tenure,
          messages: ownMessages(messages, from, to),
          isPrepared: false,
          isFed: false,
        });
      from = to;
    }
  }
}
