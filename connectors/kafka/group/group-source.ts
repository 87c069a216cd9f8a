import { setTimeout as sleep } from "node:timers/promises";
import type { Batch } from "../../../lib/data/batch.ts";
import type { DealtSource } from "../../../lib/io/dealt-source.ts";
import type { Session } from "../../../lib/io/session.ts";
import {
  COMMIT,
  ENDED,
  IDLE,
  type PollResult,
  type SourceContext,
  type SourceStats,
} from "../../../lib/io/source.ts";
import type { Dealing } from "../../../lib/plan/specs.ts";
import { type ClientError, clientErrors, clientFailure, isPassing } from "../client/client-errors.ts";
import { ConnectionLog } from "../client/connection-log.ts";
import { consumerMemory } from "../client/memory-settings.ts";
import { PartitionSlots, type TopicPartition } from "../client/partition-slots.ts";
import { embeddedFailure } from "../embedded/embedded.ts";
import { AheadPartitions } from "../ingest/ahead-partitions.ts";
import { Backlog } from "../ingest/backlog.ts";
import type { Consumer, StartingAt } from "../ingest/consumer.ts";
import { openConsumer } from "../ingest/open-consumer.ts";
import { findPartitions } from "../ingest/partition-discovery.ts";
import { DeadLetterTopic } from "../produce/dead-letter-topic.ts";
import { createSession, wantedAttributes } from "../read/create-session.ts";
import { MetadataWriter } from "../read/metadata-column.ts";
import type { SourcePlan } from "../read/source-plan.ts";
import { GroupIntake } from "./group-intake.ts";
import { type GroupMember, GroupMembership } from "./group-membership.ts";
import { GroupOffsets, type Start } from "./group-offsets.ts";
import { KeyHomes } from "./key-homes.ts";
import { PartitionTenure } from "./partition-tenure.ts";

/** How long `poll` may work on messages that complete no commit, before timers and sockets get their turn. */
const TURN_MS = 10;
const HOUSEKEEPING_MS = 500;
/** How long a member that was given nothing waits before it says so. */
const IDLE_AFTER_MS = 5_000;
const SETTLE_POLL_MS = 5;
/** librdkafka's `max.poll.interval.ms`. */
const REBALANCE_MS = 300_000;

/**
 * Rows out of Kafka topics whose partitions a consumer group deals out: each partition has a session, a state and
 * commits of its own while this process has it.
 *
 *   given → (state made again up to the group's offset, in silence) → read → taken: stop, deliver, commit the offset
 */
export class GroupSource implements DealtSource, GroupMember {
  readonly name: string;
  readonly #plan: SourcePlan;
  readonly #needed: readonly boolean[];
  readonly #isStateful: boolean;
  readonly #slots = new PartitionSlots();
  readonly #metadata: MetadataWriter;
  readonly #letters: DeadLetterTopic | null;
  readonly #backlog: Backlog;
  readonly #homes: KeyHomes | null;
  readonly #offsets = new GroupOffsets();
  /** By slot: who reads it now. */
  readonly #tenures = new Map<number, PartitionTenure>();
  #found: PollResult = IDLE;
  /** Whose commit was found last. */
  #current: PartitionTenure | null = null;
  isSilent = false;
  #context: SourceContext | null = null;
  #consumer: Consumer | null = null;
  #intake: GroupIntake | null = null;
  #membership: GroupMembership | null = null;
  #connection: ConnectionLog | null = null;
  #housekeeping: NodeJS.Timeout | undefined;
  #dueTimer: NodeJS.Timeout | undefined;
  #idleSince = 0;
  #failed = false;
  #isClosing = false;
  #past = { rows: 0, commits: 0, rejected: 0 };

  constructor(plan: SourcePlan, needed: readonly boolean[], { isStateful }: Dealing) {
    this.name = plan.name;
    this.#plan = plan;
    this.#needed = needed;
    this.#isStateful = isStateful;
    this.#metadata = new MetadataWriter(this.#slots);
    this.#letters =
      typeof plan.onError === "object"
        ? new DeadLetterTopic(plan.onError.deadLetter, plan.name, plan.settings, this.#slots)
        : null;
    this.#backlog = new Backlog(plan.maxBacklogRows);
    this.#homes = plan.primaryKey === null ? null : new KeyHomes((line) => this.#log(line));
  }

  get tenure(): PartitionTenure {
    return this.#current as PartitionTenure;
  }

  async open(context: SourceContext): Promise<void> {
    const { settings, topics } = this.#plan;
    this.#context = context;
    embeddedFailure(settings)?.catch((error: Error) => this.failed(error));
    // Not as events: to librdkafka 2.12 one that was taken is a message that was read, so that reading goes on one
    // offset too far where it pauses a partition, which it does in each cooperative rebalance.
    const partitionEnds = false;
    const { consumer, ingest } = await openConsumer(
      consumerMemory(settings, context.memory),
      partitionEnds,
      (code, partitions) => this.#membership?.heed(code, partitions),
    );
    this.#consumer = consumer;
    await consumer.connect(topics[0]);
    const log = (line: string): void => this.#log(line);
    this.#connection = new ConnectionLog(settings, log);
    consumer.onError((error) => this.#heed(error));
    await this.#letters?.open({
      log,
      wake: context.wake,
      fail: (error) => this.failed(error),
      ...(context.memory === undefined ? {} : { memory: { outputBytes: context.memory.letterBytes } }),
    });
    await findPartitions(consumer, settings, topics);
    const attributes = wantedAttributes(this.#plan, this.#needed);
    this.#intake = new GroupIntake(
      ingest(this.#slots, { attributes, partitionEnds, log }),
      consumer,
      this.#slots,
      this.#tenures,
      (event) => this.#heed(event),
      (error) => this.failed(error),
    );
    this.#membership = new GroupMembership(consumer, this);
    this.#offsets.start(consumer, () => this.#tenures.values());
    this.#membership.join(topics);
    this.#idleSince = performance.now();
    this.#intake.onReadable(context.wake);
    this.#housekeeping = setInterval(() => this.#keepHouse(), HOUSEKEEPING_MS);
    this.#housekeeping.unref();
  }

  /** Dead letters arrive before the commit that lacks them has any effect. */
  poll(): PollResult {
    if (this.#failed || this.#context?.signal.aborted !== false) return ENDED;
    // What was found of a partition that has been given away since is read by others.
    if (this.#current?.isStopped === true) this.#found = IDLE;
    if (this.#found === IDLE) this.#found = this.#look();
    if (this.#failed) return ENDED;
    if (this.#letters?.arrived === false) return IDLE;
    const found = this.#found;
    this.#found = IDLE;
    return found;
  }

  seal(time: number): Batch | null {
    const tenure = this.tenure;
    const batch = tenure.session.seal(time);
    this.#backlog.sealed(time, batch?.length ?? 0);
    if (!this.isSilent) tenure.sealed(time);
    if (batch !== null) this.#homes?.note(batch, tenure);
    return batch;
  }

  release(): void {
    this.tenure.session.release();
  }

  acknowledge(time: number): void {
    for (const tenure of this.#tenures.values()) tenure.acknowledge(time);
    if (this.#backlog.delivered(time)) this.#context?.wake();
  }

  stats(): SourceStats {
    const sum = { ...this.#past, pending: 0 };
    for (const { session } of this.#tenures.values()) {
      sum.rows += session.rows;
      sum.commits += session.commits;
      sum.rejected += session.rejected;
      sum.pending += session.pendingRows;
    }
    return { ...sum, lag: this.#lag() };
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#housekeeping);
    clearTimeout(this.#dueTimer);
    this.#offsets.stop();
    await this.#letters?.close();
    this.#offsets.store();
    await this.#membership?.leave(() => this.#intake?.drop());
    await this.#intake?.close();
    await this.#consumer?.close();
  }

  /** Comes with every generation, and without partitions where none is new. */
  async given(partitions: readonly TopicPartition[]): Promise<readonly StartingAt[]> {
    this.#idleSince = performance.now();
    for (const tenure of this.#tenures.values()) tenure.trust();
    this.#context?.wake();
    if (partitions.length === 0) return [];
    this.#log(`the group gives ${named(partitions)}`);
    const starts = await this.#offsets.starts(partitions, this.#plan.settings, this.#isStateful);
    return starts.map((start) => this.#begin(start));
  }

  /**
   * What has been begun is delivered and its offsets are committed, the rest is dropped; of partitions in doubt, which
   * others have by now, everything is dropped.
   */
  async taken(partitions: readonly TopicPartition[]): Promise<void> {
    const leaving = partitions
      .map(({ topic, partition }) => this.#tenures.get(this.#slots.find(topic, partition)))
      .filter((tenure) => tenure !== undefined);
    for (const tenure of leaving) {
      if (tenure.isInDoubt) this.#lose(tenure);
      else tenure.stop();
      this.#intake?.resume(tenure);
    }
    if (leaving.length > 0) this.#log(`the group takes ${named(partitions)}`);
    const { settings } = this.#plan;
    const until = performance.now() + Number(settings["max.poll.interval.ms"] ?? REBALANCE_MS) / 2;
    while (leaving.some(({ isSettled, isOver }) => !isSettled && !isOver)) {
      if (this.#isClosing || this.#failed || performance.now() > until) break;
      this.#context?.wake();
      await sleep(SETTLE_POLL_MS);
    }
    this.#offsets.store();
    for (const tenure of leaving) this.#end(tenure);
    this.#idleSince = performance.now();
  }

  async unassigned(): Promise<void> {
    await this.#intake?.turn();
    this.#context?.wake();
  }

  failed(error: Error): void {
    this.#failed = true;
    this.#context?.fail(error);
  }

  #begin({ partition, offset, position, remadeTo }: Start): StartingAt {
    const known = this.#slots.find(partition.topic, partition.partition);
    const slot = known < 0 ? this.#slots.add(partition.topic, partition.partition) : known;
    this.#slots.positions[slot] = position;
    const tenure = new PartitionTenure(partition, slot, this.#slots.place(slot), this.#createSession());
    tenure.session.assign(slot);
    if (remadeTo !== null) {
      this.#log(`${tenure.place}: making its state again of the messages before offset ${remadeTo}`);
      tenure.session.replay(stepsTo(remadeTo, position, slot));
    }
    this.#tenures.set(slot, tenure);
    return { ...partition, offset };
  }

  #look(): PollResult {
    if (this.#backlog.full || this.#lettersFull()) return IDLE;
    const until = performance.now() + TURN_MS;
    for (;;) {
      const tenure = this.#intake?.next() ?? null;
      if (tenure === null) break;
      this.#connection?.answered();
      if (this.#pollSession(tenure)) return COMMIT;
      this.#intake?.used();
      if (this.#lettersFull()) return IDLE;
      if (performance.now() < until) continue;
      // Not at once: a wake-up within a poll would keep the event loop from its turn.
      setImmediate(() => this.#context?.wake());
      return IDLE;
    }
    return this.#lookForDue();
  }

  #lettersFull(): boolean {
    return this.#letters?.full ?? false;
  }

  /** Commits by time come due while nothing arrives. */
  #lookForDue(): PollResult {
    clearTimeout(this.#dueTimer);
    let soonest = Number.POSITIVE_INFINITY;
    for (const tenure of this.#tenures.values()) {
      if (tenure.isStopped || tenure.isInDoubt) continue;
      const { dueInMs } = tenure.session;
      if (dueInMs === 0 && this.#pollSession(tenure)) return COMMIT;
      if (dueInMs !== null) soonest = Math.min(soonest, dueInMs);
    }
    if (soonest < Number.POSITIVE_INFINITY) this.#dueTimer = setTimeout(() => this.#context?.wake(), soonest);
    return IDLE;
  }

  #pollSession(tenure: PartitionTenure): boolean {
    const { isReplaying } = tenure.session;
    if (!tenure.session.poll()) return false;
    this.#current = tenure;
    this.isSilent = isReplaying;
    return true;
  }

  #createSession(): Session {
    // The sessions of partitions do not wait for each other.
    const nobody = (): void => {};
    return createSession(this.#plan, this.#needed, {
      slots: this.#slots,
      metadata: this.#metadata,
      ahead: new AheadPartitions(nobody, nobody),
      letters: this.#letters,
      pendingBytesMax: () => this.#context?.memory?.pendingBytes ?? Number.POSITIVE_INFINITY,
      log: (line) => this.#log(line),
      list: (rejection) => this.#context?.reject(rejection),
    });
  }

  #lose(tenure: PartitionTenure): void {
    this.#log(`${tenure.place} is lost to the group: what was under way of it is dropped`);
    this.#end(tenure);
  }

  #end(tenure: PartitionTenure): void {
    tenure.end();
    if (this.#tenures.get(tenure.slot) !== tenure) return;
    this.#tenures.delete(tenure.slot);
    const { rows, commits, rejected } = tenure.session;
    this.#past.rows += rows;
    this.#past.commits += commits;
    this.#past.rejected += rejected;
  }

  #heed(event: ClientError & { readonly slot?: number }): void {
    const { code, slot = -1 } = event;
    if (isPassing(event) && code !== clientErrors.groupAuthorization) this.#connection?.note(event);
    else if (!this.#isClosing)
      this.failed(clientFailure(event, this.#plan.settings, slot < 0 ? undefined : this.#slots.place(slot)));
  }

  #keepHouse(): void {
    for (const { session } of this.#tenures.values()) session.remind();
    this.#intake?.serve();
    if (this.#tenures.size > 0 || performance.now() - this.#idleSince < IDLE_AFTER_MS) return;
    this.#idleSince = Number.POSITIVE_INFINITY;
    const { topics, settings } = this.#plan;
    this.#log(
      `the group ${settings["group.id"]} gives this process no partition of ${topics.join(", ")}: it waits until another member leaves`,
    );
  }

  #lag(): number | null {
    const consumer = this.#consumer;
    if (consumer === null) return null;
    let lag = 0;
    for (const { partition, slot } of this.#tenures.values()) {
      const known = consumer.knownWatermarks(partition);
      if (known === null) return null;
      lag += Math.max(0, known.high - Math.max(known.low, this.#slots.positions[slot]));
    }
    return lag;
  }

  #log(line: string): void {
    this.#context?.log(`${this.name}: ${line}`);
  }
}

/** "orders 0, orders 2". */
function named(partitions: readonly TopicPartition[]): string {
  return partitions.map(({ topic, partition }) => `${topic} ${partition}`).join(", ");
}

/** Messages of one silent commit, at most. */
const STEP = 50_000;

/** The bounds of the commits that make state again: any will do, and none may be too large for the memory. */
function stepsTo(end: number, from: number, slot: number): ReadonlyMap<number, number>[] {
  const steps: ReadonlyMap<number, number>[] = [];
  for (let at = from + STEP; at < end; at += STEP) steps.push(new Map([[slot, at]]));
  return [...steps, new Map([[slot, end]])];
}
