import { randomUUID } from "node:crypto";
import type { ChannelWriter } from "../../../lib/channels/ends.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { appendAvro } from "../../formats/avro/avro-codec.ts";
import type { AvroSchemaInput } from "../../formats/avro/avro-schema.ts";
import { Outbox } from "../produce/outbox.ts";
import { Producer } from "../produce/producer.ts";
import { type ChannelPlan, type ChannelWriterOptions, channelPlan, checkName } from "./channel-options.ts";
import type { ChannelRecord } from "./channel-record.ts";
import { dataTopic } from "./channel-topics.ts";
import { findTargets } from "./find-targets.ts";
import type { GroupTarget } from "./group-target.ts";
import { patiently } from "./patiently.ts";
import { Presence } from "./presence.ts";
import { ReaderBarrier } from "./reader-barrier.ts";
import { type ReaderGroup, ReadersWatch } from "./readers-watch.ts";
import { RecordNumbers } from "./record-number.ts";
import { StatusLink } from "./status-link.ts";
import { errorStatus, type WriterStatus } from "./status-record.ts";
import { TailKeeper } from "./tail-keeper.ts";
import { timeLimit, within } from "./time-limit.ts";
import { WakeUp } from "./wake-up.ts";

const CALL = "pw.channelWriter";
const FAREWELL_MS = 5_000;

/**
 * A writer of a channel. It waits until every member of its groups of readers is ready, and then writes each record to every
 * group, round robin over the group's members.
 *
 *   open → write* → flush? → close
 *
 * Its records are numbered, and the numbers go on when it comes back under its name, be it after a close or a crash:
 * `written` says how many of its records are in the channel, and whoever writes what comes behind them loses and doubles
 * nothing. (Of those that a crash cut off some may be there for one reader and not for the other: they are sent where they
 * are missing.)
 */
export class KafkaChannelWriter<Item> implements ChannelWriter<Item> {
  readonly name: string;
  readonly #plan: ChannelPlan;
  readonly #writer: string;
  readonly #groups: readonly string[];
  readonly #numbers: RecordNumbers;
  readonly #outbox = new Outbox();
  readonly #wake = new WakeUp();
  readonly #room = new WakeUp();
  #targets: readonly GroupTarget[] = [];
  #link: StatusLink | null = null;
  #presence: Presence<WriterStatus> | null = null;
  #watch: ReadersWatch | null = null;
  #producer: Producer | null = null;
  #tails: TailKeeper | null = null;
  /** The number of the next record. */
  #next = 0;
  /** The number of the first one that this opening writes. */
  #first = 0;
  readonly #barrier: ReaderBarrier;
  #opening: Promise<void> | null = null;
  #connecting: Promise<void> = Promise.resolve();
  #isOpen = false;
  #failure: Error | null = null;
  #closing: Promise<void> | null = null;

  /** Throws TP_KAFKA_URI and others, TP_BAD_SCHEMA, TP_BAD_ARGUMENT. */
  constructor(options: ChannelWriterOptions) {
    const { name = "writer", readers = ["reader"] } = options;
    this.#plan = channelPlan(CALL, options);
    checkName(CALL, "name", name, this.#plan.channel);
    for (const group of readers) checkName(CALL, "readers", group, this.#plan.channel);
    if (readers.length === 0 || new Set(readers).size < readers.length) {
      throw new TowpathError(
        "TP_BAD_ARGUMENT",
        `the option readers of ${CALL} names no group, or one twice`,
        {
          hint: 'Name the groups of readers, each once: readers: ["mean", "max"].',
        },
      );
    }
    this.#writer = name;
    this.#groups = readers;
    this.#numbers = new RecordNumbers(name);
    this.name = `channel ${this.#plan.channel}, writer ${name}`;
    this.#barrier = new ReaderBarrier(this.#plan, readers, this.#wake, {
      check: () => this.#stillOpen(),
      log: (line) => this.#log(line),
    });
  }

  /**
   * Throws TP_CHANNEL_SCHEMA, TP_CHANNEL_TAKEN, TP_CHANNEL_TIMEOUT, TP_KAFKA_UNREACHABLE, TP_KAFKA_AUTHENTICATION,
   * TP_KAFKA_AUTHORIZATION and others of the broker.
   */
  open(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** How many records of this name are in the channel, for all readers, from the first one on. */
  get written(): number {
    const delivered = this.#producer?.deliveredUpTo ?? Number.POSITIVE_INFINITY;
    return Math.max(this.#first, Math.min(this.#next, delivered));
  }

  /** Throws TP_OUTPUT_VALUE for a record that is none of the schema: then none is sent. */
  async write(records: readonly Item[]): Promise<void> {
    const producer = this.#opened();
    if (records.length === 0) return;
    const first = this.#next;
    const time = first + records.length;
    producer.commit(time, this.#putAll(records, producer.ticket(time)));
    this.#next = time;
    while (producer.full) {
      await this.#room.wait();
      this.#opened();
    }
  }

  async flush(): Promise<void> {
    await this.#opened().drained();
  }

  close(error?: Error): Promise<void> {
    this.#closing ??= this.#close(error ?? null);
    return this.#closing;
  }

  #opened(): Producer {
    if (this.#failure !== null) throw this.#failure;
    if (!this.#isOpen || this.#closing !== null || this.#producer === null) {
      throw new TowpathError("TP_CLOSED", `${this.name} is not open`);
    }
    return this.#producer;
  }

  /** Returns the number of messages. */
  #putAll(records: readonly Item[], ticket: number): number {
    const mark = this.#outbox.mark();
    let messages = 0;
    let number = this.#next;
    try {
      for (const record of records) messages += this.#put(record, number++, ticket);
    } catch (error) {
      this.#outbox.putBack(mark);
      if (!(error instanceof TowpathError)) throw error;
      const { code, detail, hint } = error;
      const where = `${this.name}; record ${number - this.#next} of ${records.length}`;
      throw new TowpathError(code, detail, { where, hint, cause: error });
    }
    return messages;
  }

  /** One copy of the bytes, whatever the number of groups. */
  #put(record: Item, number: number, ticket: number): number {
    const outbox = this.#outbox;
    const { out } = outbox.begin();
    const value = out.used;
    appendAvro(this.#plan.schema.type, record, out);
    const headers = out.used;
    this.#numbers.append(number, out);
    let messages = 0;
    for (const target of this.#targets) {
      const partition = target.partitionFor(number);
      if (partition < 0) continue;
      outbox.add(target.topic, partition, value, headers, headers, -1, headers, out.used, ticket);
      messages++;
    }
    return messages;
  }

  async #open(): Promise<void> {
    const limit = timeLimit(this.#plan.openTimeoutMs, () => this.#timeout());
    try {
      this.#connecting = this.#connect();
      await limit.race(this.#connecting);
      if (this.#failure !== null) throw this.#failure;
      this.#isOpen = this.#closing === null;
    } catch (error) {
      this.#fail(error as Error);
      await this.close(error as Error);
      throw error;
    } finally {
      limit.stop();
    }
  }

  async #connect(): Promise<void> {
    const { channel, settings, schema, deadAfterMs } = this.#plan;
    const link = await StatusLink.acquire(settings, channel);
    this.#link = link;
    const groups = await this.#barrier.untilTopics(link.consumer);
    const presence = new Presence(link, channel, this.#status(null), {
      changed: this.#wake.ring,
      beat: () => this.#beat(groups),
      failed: (error) => this.#fail(error),
    });
    this.#presence = presence;
    await link.follow("readers");
    this.#watch = new ReadersWatch(link.peers, {
      channel,
      writer: `writer ${this.#writer}`,
      schema: schema.text,
      deadAfterMs,
    });
    await presence.claim((previous) => this.#status(previous));
    this.#targets = await findTargets(link.consumer, settings, channel, groups, presence.status);
    this.#first = Math.min(...this.#targets.map(({ missing }) => missing));
    this.#next = this.#first;
    presence.amend(this.#progress());
    await this.#barrier.untilReady(this.#watch, groups);
    this.#producer = await Producer.connect(settings, { topic: null, partition: null }, this.#outbox, {
      log: (line) => this.#log(line),
      wake: this.#room.ring,
      fail: (error) => this.#fail(error),
    });
    for (const target of this.#targets) {
      target.topic = this.#producer.topic(dataTopic(channel, target.group));
    }
    this.#tails = new TailKeeper(channel, link.consumer, this.#targets, () => this.#next);
    this.#stillOpen();
    await presence.tell({ state: "started", ...this.#progress() });
  }

  #stillOpen(): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closing !== null) throw new TowpathError("TP_CLOSED", `${this.name} was closed`);
  }

  #progress(): { readonly acked: number; readonly offsets: Readonly<Record<string, readonly number[]>> } {
    const acked = this.written;
    const entries = this.#targets.map((target) => [target.group, target.offsetsAt(acked)] as const);
    return { acked, offsets: Object.fromEntries(entries) };
  }

  async #ends(link: StatusLink): Promise<Record<string, number[]>> {
    const ends: Record<string, number[]> = {};
    for (const { group, partitions } of this.#targets) {
      const topic = dataTopic(this.#plan.channel, group);
      const marks = Array.from({ length: partitions }, (_, partition) =>
        patiently(() => link.consumer.watermarks({ topic, partition })),
      );
      ends[group] = (await Promise.all(marks)).map(({ high }) => high);
    }
    return ends;
  }

  #status(previous: WriterStatus | null): WriterStatus {
    return {
      role: "writer",
      name: this.#writer,
      readers: this.#groups,
      session: this.#presence?.status.session ?? randomUUID(),
      state: "opened",
      schema: this.#plan.schema.text,
      heartbeatMs: this.#plan.heartbeatMs,
      error: null,
      acked: previous?.acked ?? 0,
      offsets: previous?.offsets ?? {},
      ends: null,
    };
  }

  #beat(groups: readonly ReaderGroup[]): void {
    this.#wake.ring();
    if (!this.#isOpen) return;
    this.#tails?.beat(this.written);
    this.#presence?.amend(this.#progress());
    for (const line of this.#watch?.lost(groups) ?? []) {
      this.#log(`${line}; what is written waits for it in the channel`);
    }
  }

  #timeout(): TowpathError {
    const { waitsFor } = this.#barrier;
    const waits = waitsFor.length === 0 ? "" : `: it waits for readers, ${waitsFor.join(", ")}`;
    const detail = `it was not open within ${this.#plan.openTimeoutMs} ms${waits}`;
    return new TowpathError("TP_CHANNEL_TIMEOUT", detail, {
      where: this.name,
      hint: "Start the readers that it names, with the same channel and group, or raise openTimeoutMs.",
    });
  }

  #log(line: string): void {
    process.stderr.write(`${this.name}: ${line}\n`);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake.ring();
    this.#room.ring();
  }

  async #close(error: Error | null): Promise<void> {
    this.#wake.ring();
    this.#room.ring();
    if (!this.#isOpen) this.#presence?.leave();
    await this.#connecting.catch(() => {});
    const failure = error ?? this.#failure;
    try {
      if (failure === null && this.#isOpen) await this.#stop();
      else await this.#tellLast(failure);
    } catch (cause) {
      await this.#tellLast(cause as Error);
      throw cause;
    } finally {
      this.#presence?.leave();
      await this.#producer?.close();
      if (this.#presence !== null) this.#link?.unfollow("readers");
      await this.#link?.release();
    }
  }

  /** In order: all is there, and said to be there. */
  async #stop(): Promise<void> {
    const link = this.#link as StatusLink;
    const presence = this.#presence as Presence<WriterStatus>;
    await this.#producer?.drained();
    await presence.tell({ state: "stopped", ...this.#progress(), ends: await this.#ends(link) });
    await presence.tell({ state: "closed" });
  }

  /** The peers find out by themselves where it cannot be told. */
  async #tellLast(failure: Error | null): Promise<void> {
    if (this.#presence === null || (failure as TowpathError | null)?.code === "TP_CHANNEL_TAKEN") return;
    const progress = this.#isOpen ? this.#progress() : {};
    const last =
      failure === null
        ? ({ state: "closed", ends: this.#presence.status.offsets } as const)
        : errorStatus(failure);
    await within(
      FAREWELL_MS,
      this.#presence.tell({ ...last, ...progress }).catch(() => {}),
    );
  }
}

/**
 * A writer of a channel: see `KafkaChannelWriter`. Nothing is connected before it is opened.
 *
 * Throws TP_KAFKA_URI and TP_KAFKA_URI_… for an address that cannot be used, TP_BAD_SCHEMA, TP_BAD_ARGUMENT.
 *
 * @example
 * const schema = { type: "record", name: "Sample", fields: [{ name: "value", type: "double" }] } as const;
 * const writer = pw.channelWriter({ uri: "kafka://localhost:9092/signal", schema, readers: ["mean"] });
 * await writer.open();
 * await writer.write([{ value: 1 }, { value: 2 }]);
 * await writer.close();
 */
export function channelWriter<const Schema extends AvroSchemaInput>(
  options: ChannelWriterOptions<Schema>,
): KafkaChannelWriter<ChannelRecord<Schema>> {
  return new KafkaChannelWriter(options);
}
