import type { TowpathError } from "../../../lib/errors.ts";
import { type ClientError, clientFailure, isPassing } from "../client/client-errors.ts";
import type { KafkaSettings } from "../client/options.ts";
import { PartitionSlots } from "../client/partition-slots.ts";
import type { NewTopic } from "../client/topic-admin.ts";
import { embeddedFailure } from "../embedded/embedded.ts";
import type { Consumer } from "../ingest/consumer.ts";
import type { Ingest } from "../ingest/ingest.ts";
import { openConsumer } from "../ingest/open-consumer.ts";
import { provide, type Side, sides, statusTopic } from "./channel-topics.ts";
import { LinkClock } from "./link-clock.ts";
import { Peers } from "./peers.ts";
import { StatusFeed } from "./status-feed.ts";
import { type PeerStatus, peerKey } from "./status-record.ts";
import { StatusSender } from "./status-sender.ts";

/** Who uses a link. */
export interface LinkUser {
  /** Of whom it is to hear everything: its place, which others may want to take. */
  readonly place: string;
  /** Something is known of the ends on this side that was not before. */
  changed(side: Side): void;
  /** A record from its place, or what is history of it. */
  heard(status: PeerStatus, isHistory: boolean): void;
  /** The link is of no more use. */
  failed(error: TowpathError): void;
}

/** Without a sign of the broker for so long, silence tells nothing of the peers. */
const TOLERANCE_MS = 10_000;
/** A wait that is short enough for a partition that is added, and long enough for hundreds of idle clients. */
const LINK_SETTINGS: KafkaSettings = { "fetch.wait.max.ms": 100 };

/** By channel and settings: those that are there, and how many use them. */
const links = new Map<string, { readonly link: Promise<StatusLink>; users: number }>();

/**
 * A process's part in the conversation of a channel's ends: one consumer and one producer of its status topic, whatever
 * the number of readers and writers here.
 *
 *   StatusLink.acquire → provide? → join → (follow | tell)* → leave → release
 */
export class StatusLink {
  readonly #key: string;
  readonly #settings: KafkaSettings;
  readonly #feed: StatusFeed;
  readonly #sender: StatusSender;
  readonly #ingest: Ingest;
  readonly #clock = new LinkClock(TOLERANCE_MS);
  readonly #users = new Set<LinkUser>();
  readonly #byPlace = new Map<string, LinkUser[]>();
  /** The sides that the last take told of. */
  readonly #changed = new Set<Side>();
  readonly #provided = new Map<string, Promise<void>>();
  #failure: TowpathError | null = null;
  readonly peers = new Peers(() => this.#clock.now);
  /** For questions about topics. */
  readonly consumer: Consumer;

  /** The link of this process, connected. Each call wants a `release`, unless it throws. Throws TP_KAFKA_…. */
  static async acquire(settings: KafkaSettings, channel: string): Promise<StatusLink> {
    const key = JSON.stringify([channel, ...Object.entries(settings).sort()]);
    const entry = links.get(key) ?? { link: StatusLink.#connect(key, settings, channel), users: 0 };
    entry.users++;
    links.set(key, entry);
    try {
      return await entry.link;
    } catch (error) {
      if (links.get(key) === entry) links.delete(key);
      throw error;
    }
  }

  static async #connect(key: string, settings: KafkaSettings, channel: string): Promise<StatusLink> {
    const { consumer, ingest } = await openConsumer({ ...LINK_SETTINGS, ...settings }, true);
    const topic = statusTopic(channel);
    await consumer.connect(topic);
    const slots = new PartitionSlots();
    for (const partition of Object.values(sides)) slots.add(topic, partition);
    const attributes = { timestamps: false, keys: false, headers: false };
    const opened = ingest(slots, { attributes, partitionEnds: true, log: () => {} });
    return new StatusLink(key, settings, topic, consumer, opened, slots);
  }

  private constructor(
    key: string,
    settings: KafkaSettings,
    topic: string,
    consumer: Consumer,
    ingest: Ingest,
    slots: PartitionSlots,
  ) {
    this.#key = key;
    this.#settings = settings;
    this.consumer = consumer;
    this.#ingest = ingest;
    this.#feed = new StatusFeed(consumer, ingest, slots, (status, isHistory) =>
      this.#heed(status, isHistory),
    );
    this.#sender = new StatusSender(settings, topic, {
      onDelivered: () => this.#clock.note(),
      onFailure: (error) => this.#fail(error),
    });
    consumer.onError((error) => this.#heedError(error));
    embeddedFailure(settings)?.catch((error: TowpathError) => this.#fail(error));
    ingest.onReadable(() => this.#take());
  }

  /** Milliseconds that stand still while nothing can be heard of anybody: see LinkClock. */
  get now(): number {
    return this.#clock.now;
  }

  join(user: LinkUser): void {
    this.#users.add(user);
    this.#byPlace.set(user.place, [...(this.#byPlace.get(user.place) ?? []), user]);
    if (this.#failure !== null) user.failed(this.#failure);
  }

  leave(user: LinkUser): void {
    this.#users.delete(user);
    const others = (this.#byPlace.get(user.place) ?? []).filter((other) => other !== user);
    this.#byPlace.set(user.place, others);
  }

  /** Creates topics that are not there; see channel-topics.ts. Asked once for each in a process. */
  async provide(topics: readonly NewTopic[]): Promise<void> {
    await Promise.all(topics.map((topic) => this.#provide(topic)));
  }

  /** From when it resolves, `peers` knows that side, and its users hear of it. Each call wants an `unfollow`. */
  follow(side: Side): Promise<void> {
    return this.#feed.follow(sides[side]);
  }

  unfollow(side: Side): void {
    this.#feed.unfollow(sides[side]);
  }

  /** Resolves when the broker has it. */
  async tell(status: PeerStatus): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    await this.#sender.send(status);
  }

  /** The last one to release closes it. */
  async release(): Promise<void> {
    const entry = links.get(this.#key);
    if (entry !== undefined && --entry.users > 0) return;
    links.delete(this.#key);
    await this.#sender.close();
    await this.#ingest.close();
    await this.consumer.close();
  }

  async #provide(topic: NewTopic): Promise<void> {
    const key = JSON.stringify(topic);
    const provided = this.#provided.get(key) ?? provide(this.consumer, this.#settings, topic);
    this.#provided.set(key, provided);
    try {
      await provided;
    } catch (error) {
      this.#provided.delete(key);
      throw error;
    }
  }

  #take(): void {
    this.#changed.clear();
    const { any, errors } = this.#feed.take();
    for (const error of errors) this.#heedError(error);
    if (any) this.#clock.note();
    for (const side of this.#changed) {
      for (const user of [...this.#users]) user.changed(side);
    }
  }

  #heed(status: PeerStatus, isHistory: boolean): void {
    this.peers.heed(status, isHistory);
    this.#changed.add(status.role === "writer" ? "writers" : "readers");
    for (const user of this.#byPlace.get(peerKey(status)) ?? []) user.heard(status, isHistory);
  }

  #heedError(error: ClientError): void {
    if (!isPassing(error)) this.#fail(clientFailure(error, this.#settings));
  }

  #fail(error: TowpathError): void {
    this.#failure ??= error;
    for (const user of [...this.#users]) user.failed(this.#failure);
  }
}
