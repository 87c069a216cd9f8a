import type { Batch } from "../../../lib/data/batch.ts";
import { TowpathError } from "../../../lib/errors.ts";
import type { PackedMessages } from "../../../lib/io/parser.ts";
import type { Session } from "../../../lib/io/session.ts";
import {
  COMMIT,
  ENDED,
  IDLE,
  type PollResult,
  type Source,
  type SourceContext,
  type SourceStats,
} from "../../../lib/io/source.ts";
import { clientErrors, clientFailure, isPassing } from "../client/client-errors.ts";
import { ConnectionLog } from "../client/connection-log.ts";
import { consumerMemory } from "../client/memory-settings.ts";
import { PartitionSlots } from "../client/partition-slots.ts";
import { embeddedFailure } from "../embedded/embedded.ts";
import { AheadPartitions } from "../ingest/ahead-partitions.ts";
import { Backlog } from "../ingest/backlog.ts";
import { type Consumer, OFFSET_BEGINNING } from "../ingest/consumer.ts";
import type { Ingest, IngestEvent } from "../ingest/ingest.ts";
import { OffsetLedger, wantsAutoCommit } from "../ingest/offset-ledger.ts";
import { OffsetWatch } from "../ingest/offset-watch.ts";
import { openConsumer } from "../ingest/open-consumer.ts";
import { discoveryIntervalMs, findPartitions, PartitionDiscovery } from "../ingest/partition-discovery.ts";
import { furthestBehind, partitionLags } from "../ingest/partition-lag.ts";
import { Preparation } from "../ingest/preparation.ts";
import { ReadingBounds } from "../ingest/reading-bounds.ts";
import { DeadLetterTopic } from "../produce/dead-letter-topic.ts";
import { createSession, wantedAttributes } from "./create-session.ts";
import { MetadataWriter } from "./metadata-column.ts";
import { choosePartitions, isChosen } from "./partition-choice.ts";
import { KafkaHistory } from "./source-history.ts";
import type { SourcePlan } from "./source-plan.ts";
import { StallReport } from "./stall-report.ts";
import { checkStarts, findStarts } from "./start-offsets.ts";

/** How long `poll` may work on messages that complete no commit, before timers and sockets get their turn. */
const TURN_MS = 10;
const HOUSEKEEPING_MS = 1_000;

/** Rows out of Kafka topics: all partitions, directly assigned, each read from its start in order. */
export class KafkaSource implements Source {
  readonly name: string;
  readonly history: KafkaHistory;
  readonly #plan: SourcePlan;
  readonly #needed: readonly boolean[];
  readonly #slots = new PartitionSlots();
  readonly #session: Session;
  readonly #metadata: MetadataWriter;
  readonly #ahead: AheadPartitions;
  readonly #ledger: OffsetLedger | null;
  readonly #backlog: Backlog;
  readonly #letters: DeadLetterTopic | null;
  readonly #preparation: Preparation;
  /** What was found, while dead letters that come before it are on their way. */
  #found: PollResult = IDLE;
  /** Ends of partitions that were met behind the messages fed last, while commits are made again. */
  #ends: IngestEvent[] = [];
  #context: SourceContext | null = null;
  #consumer: Consumer | null = null;
  #ingest: Ingest | null = null;
  #connection: ConnectionLog | null = null;
  #bounds: ReadingBounds | null = null;
  /** Slots of partitions about which an error came that is a row now: a static source does not wait for their ends. */
  readonly #lost = new Set<number>();
  #discovery: PartitionDiscovery | null = null;
  #housekeeping: NodeJS.Timeout | undefined;
  #dueTimer: NodeJS.Timeout | undefined;
  #isIdle = false;
  #failed = false;
  #finishing = false;

  constructor(plan: SourcePlan, needed: readonly boolean[]) {
    this.name = plan.name;
    this.#plan = plan;
    this.#needed = needed;
    this.#metadata = new MetadataWriter(this.#slots);
    this.#ahead = new AheadPartitions(
      (slot) => this.#consumer?.pause(this.#slots.at(slot)),
      (slot) => {
        this.#slots.guard(slot);
        this.#consumer?.resumeFrom({ ...this.#slots.at(slot), offset: this.#slots.positions[slot] });
      },
    );
    this.#letters =
      typeof plan.onError === "object"
        ? new DeadLetterTopic(plan.onError.deadLetter, plan.name, plan.settings, this.#slots)
        : null;
    this.#session = createSession(plan, needed, {
      slots: this.#slots,
      metadata: this.#metadata,
      ahead: this.#ahead,
      letters: this.#letters,
      pendingBytesMax: () => this.#context?.memory?.pendingBytes ?? Number.POSITIVE_INFINITY,
      log: (line) => this.#context?.log(`${plan.name}: ${line}`),
      list: (rejection) => this.#context?.reject(rejection),
    });
    this.#preparation = new Preparation(
      this.#session,
      () => this.#context?.wake(),
      (error) => this.#fail(error),
    );
    this.#backlog = new Backlog(plan.maxBacklogRows);
    this.#ledger = wantsAutoCommit(plan.settings) ? new OffsetLedger(this.#slots) : null;
    this.history = new KafkaHistory(plan.topics, this.#slots, this.#session, (time) =>
      this.#ledger?.acknowledge(time),
    );
  }

  async open(context: SourceContext): Promise<void> {
    const { settings, topics, mode } = this.#plan;
    this.#context = context;
    embeddedFailure(settings)?.catch((error: Error) => this.#fail(error));
    // Compaction may have removed the last messages of commits that are made again: their partition's end tells.
    const partitionEnds = mode === "static" || this.#session.isReplaying;
    const { consumer, ingest } = await openConsumer(consumerMemory(settings, context.memory), partitionEnds);
    this.#consumer = consumer;
    await consumer.connect(topics[0]);
    const log = (line: string): void => context.log(`${this.name}: ${line}`);
    const connection = new ConnectionLog(settings, log);
    this.#connection = connection;
    consumer.onError((error) => {
      if (error.code === clientErrors.fatal) this.#fail(clientFailure(error, settings));
      else connection.note(error);
    });
    await this.#letters?.open({
      log,
      wake: context.wake,
      fail: (error) => this.#fail(error),
      ...(context.memory === undefined ? {} : { memory: { outputBytes: context.memory.letterBytes } }),
    });
    await this.#assignAll(consumer);
    const attributes = wantedAttributes(this.#plan, this.#needed);
    this.#ingest = ingest(this.#slots, { attributes, partitionEnds, log });
    this.#ingest.onReadable(() => context.wake());
    this.#adviseScope(log);
    this.#ledger?.start(consumer, settings);
    this.#keepHouse(consumer, log);
  }

  poll(): PollResult {
    const found = this.#find();
    if (found === ENDED) this.#plan.errors?.end();
    return found;
  }

  /** Dead letters arrive before the commit that lacks them has any effect, or the source ends. */
  #find(): PollResult {
    if (this.#failed || this.#running().signal.aborted) return ENDED;
    if (this.#found === IDLE) this.#found = this.#look();
    if (this.#failed) return ENDED;
    if (this.#letters?.arrived === false) return IDLE;
    const found = this.#found;
    this.#found = IDLE;
    return found;
  }

  #look(): PollResult {
    if (this.#backlog.full || this.#lettersFull()) return IDLE;
    if (this.#finishing) return this.#finish();
    const until = performance.now() + TURN_MS;
    while (!this.#session.poll()) {
      if (this.#lettersFull()) return IDLE;
      if (!this.#preparation.holds && this.#passEnds()) continue;
      if (!this.#readOn()) {
        if (this.#preparation.isWaiting) return this.#sleepUntilDue();
        if (this.#ends.length > 0) continue;
        if (this.#failed) return ENDED;
        if (this.#bounds?.reachedBut((slot) => this.#lost.has(slot)) === true) return this.#finish();
        if (this.#bounds?.reachedBut((slot) => this.#ahead.isPaused(slot)) === true) this.#ahead.letGo();
        return this.#sleepUntilDue();
      }
      if (performance.now() < until) continue;
      // Not at once: a wake-up within a poll would keep the event loop from its turn.
      setImmediate(() => this.#context?.wake());
      return IDLE;
    }
    return COMMIT;
  }

  seal(time: number): Batch | null {
    const batch = this.#session.seal(time);
    this.#backlog.sealed(time, batch?.length ?? 0);
    this.history.sealed();
    this.#ledger?.note(time, this.#session);
    return batch;
  }

  release(): void {
    this.#session.release();
  }

  acknowledge(time: number): void {
    if (!this.history.isOn) this.#ledger?.acknowledge(time);
    if (this.#backlog.delivered(time)) this.#context?.wake();
  }

  stats(): SourceStats {
    const { rows, commits, rejected, pendingRows } = this.#session;
    return { rows, commits, rejected, pending: pendingRows, lag: this.#lag() };
  }

  behind(): string {
    const lags = this.#consumer === null ? null : partitionLags(this.#consumer, this.#slots);
    return furthestBehind(lags ?? [], this.#slots) || `${this.#lag()} messages behind`;
  }

  async close(): Promise<void> {
    clearInterval(this.#housekeeping);
    clearTimeout(this.#dueTimer);
    this.#discovery?.stop();
    this.#ledger?.stop();
    await this.#letters?.close();
    await this.#ingest?.close();
    if (this.#consumer !== null) this.#ledger?.commit(this.#consumer);
    await this.#consumer?.close();
  }

  #lettersFull(): boolean {
    return this.#letters?.full ?? false;
  }

  async #assignAll(consumer: Consumer): Promise<void> {
    const { settings, topics, mode, startFrom, partitions: choice } = this.#plan;
    const all = await findPartitions(consumer, settings, topics);
    checkStarts(startFrom, all);
    const partitions = choosePartitions(choice, topics, all);
    if (partitions.length === 0) this.#tellNothingChosen(all.length);
    this.history.check(partitions);
    const wantsEnds = mode === "static";
    const options = { startFrom, wantsEnds, history: this.history };
    const starts = await findStarts(consumer, settings, partitions, options);
    const ends: number[] = [];
    partitions.forEach(({ topic, partition }, i) => {
      const { position, end } = starts[i];
      const known = this.#slots.find(topic, partition);
      const slot = known < 0 ? this.#slots.add(topic, partition) : known;
      this.#slots.positions[slot] = position;
      this.history.begin(slot, position);
      this.#session.assign(slot);
      ends[slot] = end ?? 0;
    });
    if (wantsEnds) this.#bounds = new ReadingBounds(this.#slots, ends);
    consumer.assign(partitions.map((partition, i) => ({ ...partition, offset: starts[i].offset })));
  }

  #tellNothingChosen(count: number): void {
    const { name, topics, partitions, mode } = this.#plan;
    const rest = mode === "static" ? "" : ", until one comes into being";
    this.#context?.log(
      `${name}: none of the ${count} partitions of ${topics.join(", ")} is in the share ${JSON.stringify(partitions)}: nothing is read${rest}`,
    );
  }

  /** Feeds the session the next messages; false where there are none now, or none that can be read yet. */
  #readOn(): boolean {
    if (this.#preparation.isWaiting) return false;
    const messages = this.#preparation.take() ?? this.#takeMessages();
    if (messages === null) return false;
    this.#session.feed(messages);
    this.#ahead.count(messages);
    return true;
  }

  #takeMessages(): PackedMessages | null {
    const ingest = this.#ingest as Ingest;
    const taken = ingest.take();
    for (const event of ingest.takeEvents()) this.#heed(event);
    this.#isIdle = taken === null;
    if (taken === null || this.#failed) return null;
    this.#connection?.answered();
    const messages = this.#bounds?.within(taken) ?? taken;
    return this.#preparation.admits(messages) ? messages : null;
  }

  #heed(event: IngestEvent): void {
    const { code, slot, offset } = event;
    if (code === clientErrors.partitionEof) {
      if (slot >= 0) this.#slots.reached(slot, offset);
      if (slot >= 0 && this.#session.isReplaying) this.#ends.push(event);
      this.#connection?.answered();
    } else if (isPassing(event)) this.#connection?.note(event);
    else this.#refused(slot, clientFailure(event, this.#plan.settings, this.#placeOf(slot)));
  }

  /** Tells the session of partition ends once it has used up the messages before them; false where there are none. */
  #passEnds(): boolean {
    const ends = this.#ends;
    this.#ends = [];
    for (const { slot, offset } of ends) this.#session.pass(slot, offset);
    return ends.length > 0;
  }

  /** The last commits of a static source, one a call: with scope aligned a tail may be several segments long. */
  #finish(): PollResult {
    this.#finishing = true;
    return this.#session.poll() || this.#session.finish() ? COMMIT : ENDED;
  }

  /** Commits by time come due while nothing arrives. */
  #sleepUntilDue(): PollResult {
    const { dueInMs } = this.#session;
    clearTimeout(this.#dueTimer);
    if (dueInMs !== null) this.#dueTimer = setTimeout(() => this.#context?.wake(), dueInMs);
    return IDLE;
  }

  #keepHouse(consumer: Consumer, log: (line: string) => void): void {
    const { settings, topics, mode, policy, partitions: choice } = this.#plan;
    const stalls = new StallReport(policy, (slot) => this.#slots.place(slot), log);
    const reset = settings["auto.offset.reset"] ?? "error";
    const watch =
      this.#ingest?.kind === "plain" && reset === "error" ? new OffsetWatch(consumer, this.#slots) : null;
    this.#housekeeping = setInterval(() => {
      this.#session.remind();
      stalls.look(this.#session.stalled, Date.now());
      if (watch !== null && this.#isIdle) void this.#findLostPlace(watch);
    }, HOUSEKEEPING_MS);
    this.#housekeeping.unref();
    const everyMs = discoveryIntervalMs(settings);
    if (mode === "static" || everyMs === null) return;
    this.#discovery = new PartitionDiscovery(
      consumer,
      this.#slots,
      topics,
      (partition) => isChosen(choice, partition),
      (slots) => this.#addNew(slots),
    );
    this.#discovery.start(everyMs);
  }

  /** What came into being after the start is read from its beginning, wherever the others started. */
  #addNew(slots: readonly number[]): void {
    for (const slot of slots) {
      this.#session.assign(slot);
      this.history.begin(slot, 0);
      this.#running().log(`${this.name}: reading a new partition: ${this.#slots.place(slot)}`);
    }
    this.#consumer?.assign(slots.map((slot) => ({ ...this.#slots.at(slot), offset: OFFSET_BEGINNING })));
  }

  async #findLostPlace(watch: OffsetWatch): Promise<void> {
    const slot = await watch.look();
    if (slot < 0 || this.#lost.has(slot)) return;
    const message = `offset ${this.#slots.positions[slot]}`;
    const error = { code: clientErrors.offsetOutOfRange, message };
    this.#refused(slot, clientFailure(error, this.#plan.settings, this.#placeOf(slot)));
  }

  #adviseScope(log: (line: string) => void): void {
    const { scope, marker } = this.#plan.policy;
    if (scope !== "connector" || marker === null || this.#slots.count < 2) return;
    log(
      `a ${marker} in any of its ${this.#slots.count} partitions commits what has arrived from all of them; for commits that do not depend on the order of arrival, send one to each partition and set commit: { scope: "aligned" }`,
    );
  }

  #lag(): number | null {
    const consumer = this.#consumer;
    if (this.#bounds !== null) return this.#bounds.lag;
    if (consumer === null || this.#ingest === null) return null;
    const lags = partitionLags(consumer, this.#slots);
    return lags === null ? null : lags.reduce((sum, lag) => sum + lag, 0);
  }

  #placeOf(slot: number): string | undefined {
    return slot < 0 ? undefined : this.#slots.place(slot);
  }

  /** An error that the client goes on with: a row where that is wanted, else the end of the run. */
  #refused(slot: number, error: TowpathError): void {
    const place = slot < 0 ? null : this.#slots.at(slot);
    if (this.#plan.errors?.take(error, place) !== true) this.#fail(error);
    else if (slot >= 0) this.#lost.add(slot);
  }

  #fail(error: Error): void {
    this.#failed = true;
    this.#context?.fail(error);
  }

  #running(): SourceContext {
    if (this.#context === null)
      throw new TowpathError("TP_INTERNAL", "a source was polled before it was open");
    return this.#context;
  }
}
