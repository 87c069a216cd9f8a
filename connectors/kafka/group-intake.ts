import { ownMessages } from "../../lib/io/own-messages.ts";
import type { PackedMessages } from "../../lib/io/parser.ts";
import { partitionRun } from "../../lib/kernels/find-marker.ts";
import type { Consumer } from "./consumer.ts";
import type { Ingest, IngestEvent } from "./ingest.ts";
import type { PartitionSlots } from "./partition-slots.ts";
import type { PartitionTenure } from "./partition-tenure.ts";

/** A member whose queue nobody looks into is taken for dead, and hears of no rebalance. */
const SERVE_MS = 400;

/** What a partition's session is given next. */
interface Part {
  readonly tenure: PartitionTenure;
  readonly messages: PackedMessages;
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
  #wake: () => void = () => {};
  #parts: Part[] = [];
  /** The part that a session is at. */
  #part: Part | null = null;
  #takenAt = performance.now();
  #isHeld = false;

  /** `tenures` by slot, as they are at each moment; `heed` is told of errors. */
  constructor(
    ingest: Ingest,
    consumer: Consumer,
    slots: PartitionSlots,
    tenures: ReadonlyMap<number, PartitionTenure>,
    heed: (event: IngestEvent) => void,
  ) {
    this.#ingest = ingest;
    this.#consumer = consumer;
    this.#slots = slots;
    this.#tenures = tenures;
    this.#heed = heed;
  }

  onReadable(wake: () => void): void {
    this.#wake = wake;
    this.#ingest.onReadable(wake);
  }

  /** The tenure whose session has been fed and is to be polled; null where nothing is there. */
  next(): PartitionTenure | null {
    for (;;) {
      if (this.#part !== null && !this.#part.tenure.isStopped) return this.#part.tenure;
      this.#part = this.#parts.shift() ?? null;
      if (this.#part?.tenure.isStopped === false) this.#part.tenure.session.feed(this.#part.messages);
      if (this.#part !== null) continue;
      this.#letGo();
      if (!this.#take()) return null;
    }
  }

  /** The session that `next` named has used up what it was fed. */
  used(): void {
    this.#part = null;
  }

  /**
   * Looks into the client's queue where the run has not done so for long, because its outputs are full, say. What is
   * there then waits here; so that it stays little, partitions pause until the run goes on.
   */
  serve(): void {
    if (performance.now() - this.#takenAt < SERVE_MS) return;
    if (this.#part === null && this.#parts.length === 0) {
      if (this.#take()) this.#wake();
      return;
    }
    for (const { partition, slot, isStopped } of this.#tenures.values()) {
      if (isStopped) continue;
      this.#slots.guard(slot);
      this.#consumer.pause(partition);
    }
    this.#isHeld = true;
    while (this.#take()) {
      // What had been fetched before the pause.
    }
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

  #letGo(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    for (const { partition, isStopped } of this.#tenures.values())
      if (!isStopped) this.#consumer.resume(partition);
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
        this.#parts.push({ tenure, messages: ownMessages(messages, from, to) });
      from = to;
    }
  }
}
