import { randomUUID } from "node:crypto";
import type { ChannelReader } from "../../../lib/channels/ends.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { avroReading } from "../../formats/avro/avro-codec.ts";
import type { AvroSchemaInput } from "../../formats/avro/avro-schema.ts";
import {
  type ChannelPlan,
  type ChannelReaderOptions,
  channelPlan,
  checkCount,
  checkName,
  checkPlace,
} from "./channel-options.ts";
import type { ChannelRecord } from "./channel-record.ts";
import { dataTopic, topicsOf } from "./channel-topics.ts";
import { DataPartition } from "./data-partition.ts";
import { Presence } from "./presence.ts";
import { StatusLink } from "./status-link.ts";
import { errorStatus, type ReaderStatus } from "./status-record.ts";
import { timeLimit, within } from "./time-limit.ts";
import { WakeUp } from "./wake-up.ts";
import { WritersWatch } from "./writers-watch.ts";

const CALL = "pw.channelReader";
/** What is told at the end is told within this time, or not at all. */
const FAREWELL_MS = 5_000;
/** How often the offset moves while records are iterated over. */
const COMMIT_MS = 100;

/** What is there between `open` and `close`. */
interface Opened {
  readonly link: StatusLink;
  readonly presence: Presence<ReaderStatus>;
  readonly data: DataPartition;
  readonly watch: WritersWatch;
}

/**
 * Member `index` of a group of `of` readers of a channel: it reads partition `index` of the group's topic, which it is
 * assigned without a coordinator, and creates the channel's topics where they are not there.
 *
 *   for await (const record of reader) …           or           open → (take → commit?)* → close
 *
 * It begins behind the offset that its group has stored, so records that were taken and not committed come again. It ends
 * when all writers are done and everything is read; a writer that had closed before counts as well, unless this reader had
 * already read that session of it to the end when it closed itself: then it waits for the next one.
 */
export class KafkaChannelReader<Item> implements ChannelReader<Item>, AsyncIterable<Item> {
  readonly name: string;
  readonly #plan: ChannelPlan;
  readonly #group: string;
  readonly #index: number;
  readonly #of: number;
  readonly #writers: number;
  readonly #fromStored: boolean;
  readonly #wake = new WakeUp();
  readonly #greeted = new Set<string>();
  #link: StatusLink | null = null;
  #presence: Presence<ReaderStatus> | null = null;
  #data: DataPartition | null = null;
  #watch: WritersWatch | null = null;
  #opening: Promise<void> | null = null;
  #connecting: Promise<void> = Promise.resolve();
  #isOpen = false;
  #failure: Error | null = null;
  #closing: Promise<void> | null = null;

  /** Throws TP_KAFKA_URI and others, TP_BAD_SCHEMA, TP_BAD_ARGUMENT. */
  constructor(options: ChannelReaderOptions) {
    const { group = "reader", index = 0, of = 1, writers = 1, startFrom = "stored" } = options;
    this.#plan = channelPlan(CALL, options);
    checkName(CALL, "group", group, this.#plan.channel);
    checkPlace(CALL, index, of);
    checkCount(CALL, "writers", writers, 1);
    if (startFrom !== "stored" && startFrom !== "beginning") {
      throw new TowpathError("TP_BAD_ARGUMENT", `${CALL} cannot start from ${String(startFrom)}`, {
        hint: 'Give "stored" or "beginning".',
      });
    }
    this.#group = group;
    this.#index = index;
    this.#of = of;
    this.#writers = writers;
    this.#fromStored = startFrom === "stored";
    this.name = `channel ${this.#plan.channel}, reader ${group}, member ${index} of ${of}`;
  }

  /**
   * Throws TP_CHANNEL_PARTITIONS, TP_CHANNEL_SCHEMA, TP_CHANNEL_TAKEN, TP_CHANNEL_TIMEOUT, TP_KAFKA_UNREACHABLE,
   * TP_KAFKA_AUTHENTICATION, TP_KAFKA_AUTHORIZATION, TP_KAFKA_OFFSET_OUT_OF_RANGE and others of the broker.
   */
  open(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** The offset of its partition that is handed out next. */
  get position(): number {
    return this.#opened.data.position;
  }

  /** Throws TP_CHANNEL_PEER where a writer failed or is dead; what was not taken then comes to the next opening. */
  async take(max: number): Promise<readonly Item[] | null> {
    checkCount(`${this.name}: take`, "max", max, 1);
    const { data, watch, presence } = this.#opened;
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#closing !== null) return null;
      watch.check(data.position);
      const records = data.take(max);
      if (records.length > 0) return records as Item[];
      if (watch.isOver(data.position)) {
        if (presence.status.state === "started") {
          await presence.tell({ state: "stopped", done: watch.sessions });
        }
        return null;
      }
      await this.#wake.wait();
    }
  }

  /**
   * Stores the offset that a reader in this one's place begins with: behind all that was taken, or `offset` of its
   * partition, which cannot lie beyond that. Throws TP_BAD_ARGUMENT, and TP_KAFKA_FAILED where it cannot be stored.
   */
  async commit(offset?: number): Promise<void> {
    const { data } = this.#opened;
    const to = offset ?? data.position;
    if (!Number.isSafeInteger(to) || to < 0 || to > data.position) {
      throw new TowpathError("TP_BAD_ARGUMENT", `offset ${to} cannot be committed`, {
        where: this.name,
        hint: `Offsets up to ${data.position} can: nothing behind it has been read.`,
      });
    }
    await data.commit(to);
  }

  lag(): Promise<number> {
    return this.#opened.data.lag();
  }

  close(error?: Error): Promise<void> {
    this.#closing ??= this.#close(error ?? null);
    return this.#closing;
  }

  /** A record is dealt with when the next one is asked for; the stored offset follows at once, or a moment later. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void> {
    let failure: Error | undefined;
    try {
      await this.open();
      yield* this.#records();
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      await this.close(failure);
    }
  }

  async *#records(): AsyncGenerator<Item, void> {
    const { data } = this.#opened;
    let handled = data.position;
    let committed = handled;
    let committedAt = performance.now();
    try {
      for (let taken = await this.take(1); taken !== null; taken = await this.take(1)) {
        yield taken[0];
        handled = data.position;
        if (performance.now() - committedAt < COMMIT_MS) continue;
        committed = handled;
        committedAt = performance.now();
        data.commit(handled).catch((error: Error) => this.#fail(error));
      }
    } finally {
      if (handled > committed) await data.commit(handled);
    }
  }

  get #opened(): Opened {
    if (!this.#isOpen) {
      throw this.#failure ?? new TowpathError("TP_CLOSED", `${this.name} is not open`);
    }
    return {
      link: this.#link as StatusLink,
      presence: this.#presence as Presence<ReaderStatus>,
      data: this.#data as DataPartition,
      watch: this.#watch as WritersWatch,
    };
  }

  async #open(): Promise<void> {
    const { openTimeoutMs } = this.#plan;
    const limit = timeLimit(openTimeoutMs, () => this.#timeout());
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
    const { channel, settings } = this.#plan;
    // Both connections take their time, and neither needs the other. The one that all share goes first.
    const linking = StatusLink.acquire(settings, channel);
    linking.catch(() => {});
    const connecting = this.#connectData().then((data) => {
      this.#data = data;
      return data;
    });
    connecting.catch(() => {});
    try {
      this.#link = await linking;
      await this.#link.provide(topicsOf(channel, this.#group, this.#of));
      if (this.#closing !== null) return;
      const done = await this.#claim(this.#link);
      const data = await connecting;
      await data.begin();
      await this.#start(this.#link, data, done);
    } finally {
      await connecting.catch(() => {});
    }
  }

  #connectData(): Promise<DataPartition> {
    const { channel, settings, schema } = this.#plan;
    const topic = dataTopic(channel, this.#group);
    return DataPartition.connect({
      settings,
      groupId: topic,
      partition: { topic, partition: this.#index },
      reading: avroReading(schema.type, schema.type),
      fromStored: this.#fromStored,
      wake: this.#wake.ring,
      fail: (error) => this.#fail(error),
    });
  }

  /** Takes its place in the group; returns the sessions of writers that it is done with. */
  async #claim(link: StatusLink): Promise<ReaderStatus["done"]> {
    const presence = new Presence<ReaderStatus>(link, this.#plan.channel, this.#status({}), {
      changed: () => this.#changed(),
      beat: this.#wake.ring,
      failed: (error) => this.#fail(error),
    });
    this.#presence = presence;
    await link.follow("writers");
    await presence.claim((previous) => {
      const isDone = previous?.state === "closed" && this.#fromStored;
      return this.#status(isDone ? previous.done : {});
    });
    return presence.status.done;
  }

  async #start(link: StatusLink, data: DataPartition, done: ReaderStatus["done"]): Promise<void> {
    const { channel, schema, deadAfterMs } = this.#plan;
    this.#watch = new WritersWatch(link.peers, {
      channel,
      reader: `reader ${this.#group}, member ${this.#index} of ${this.#of}`,
      group: this.#group,
      index: this.#index,
      schema: schema.text,
      writers: this.#writers,
      deadAfterMs,
      done,
    });
    this.#watch.check(data.position);
    if (this.#closing !== null) return;
    await this.#presence?.tell({ state: "started" });
    this.#changed();
  }

  #status(done: Readonly<Record<string, string>>): ReaderStatus {
    const { heartbeatMs, schema } = this.#plan;
    const status = this.#presence?.status;
    return {
      role: "reader",
      group: this.#group,
      index: this.#index,
      of: this.#of,
      session: status?.session ?? randomUUID(),
      state: "opened",
      schema: schema.text,
      heartbeatMs,
      error: null,
      done,
    };
  }

  /** A writer that has just come need not wait for the next heartbeat to see that this reader is there. */
  #changed(): void {
    this.#wake.ring();
    if (this.#presence?.status.state !== "started") return;
    const newcomers = this.#watch?.newcomers(this.#greeted) ?? [];
    for (const session of newcomers) this.#greeted.add(session);
    if (newcomers.length > 0) this.#presence.repeat();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake.ring();
  }

  #timeout(): TowpathError {
    return new TowpathError("TP_CHANNEL_TIMEOUT", `it was not open within ${this.#plan.openTimeoutMs} ms`, {
      where: this.name,
      hint: "Is the broker busy, or does the former process of this reader still run? Raise openTimeoutMs.",
    });
  }

  async #close(error: Error | null): Promise<void> {
    this.#wake.ring();
    this.#presence?.leave();
    // Requests of the broker end by themselves, everything else by the above.
    await this.#connecting.catch(() => {});
    const link = this.#link;
    const presence = this.#presence;
    await this.#data?.close();
    if (presence !== null && (error as TowpathError | null)?.code !== "TP_CHANNEL_TAKEN") {
      const last = error === null ? ({ state: "closed" } as const) : errorStatus(error);
      // The peers find out by themselves where it cannot be told.
      await within(
        FAREWELL_MS,
        presence.tell(last).catch(() => {}),
      );
    }
    if (presence !== null) link?.unfollow("writers");
    await link?.release();
    this.#isOpen = false;
  }
}

/**
 * A reader of a channel: see `KafkaChannelReader`. Nothing is connected before it is opened.
 *
 * Throws TP_KAFKA_URI and TP_KAFKA_URI_… for an address that cannot be used, TP_BAD_SCHEMA, TP_BAD_ARGUMENT.
 *
 * @example
 * const schema = { type: "record", name: "Sample", fields: [{ name: "value", type: "double" }] } as const;
 * const reader = pw.channelReader({ uri: "kafka://localhost:9092/signal", schema, group: "mean" });
 * for await (const { value } of reader) console.log(value);
 */
export function channelReader<const Schema extends AvroSchemaInput>(
  options: ChannelReaderOptions<Schema>,
): KafkaChannelReader<ChannelRecord<Schema>> {
  return new KafkaChannelReader(options);
}
