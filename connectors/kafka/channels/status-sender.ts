import type { TowpathError } from "../../../lib/errors.ts";
import type { KafkaSettings } from "../client/options.ts";
import { type Chunk, Outbox } from "../produce/outbox.ts";
import { Producer } from "../produce/producer.ts";
import { sides } from "./channel-topics.ts";
import { encodeStatus, type PeerStatus, peerKey } from "./status-record.ts";

interface Pending {
  status: PeerStatus;
  readonly told: ((error: Error | null) => void)[];
}

/**
 * Writes statuses, in order and each acknowledged. What has come together meanwhile goes out together, and of each end only
 * its last word.
 */
export class StatusSender {
  readonly #settings: KafkaSettings;
  readonly #topic: string;
  readonly #onDelivered: () => void;
  readonly #onFailure: (error: TowpathError) => void;
  readonly #outbox = new Outbox();
  readonly #producer: Promise<Producer>;
  #pending = new Map<string, Pending>();
  #isSending = false;
  #sent = 0;

  constructor(
    settings: KafkaSettings,
    topic: string,
    { onDelivered, onFailure }: { onDelivered(): void; onFailure(error: TowpathError): void },
  ) {
    this.#settings = settings;
    this.#topic = topic;
    this.#onDelivered = onDelivered;
    this.#onFailure = onFailure;
    this.#producer = this.#connect();
    // Whoever sends first hears of it.
    this.#producer.catch(() => {});
  }

  /** Resolves when the broker has it; rejects as a producer fails (TP_KAFKA_UNDELIVERED and others). */
  send(status: PeerStatus): Promise<void> {
    return new Promise((resolve, reject) => {
      const key = `${peerKey(status)} ${status.session}`;
      const pending = this.#pending.get(key) ?? { status, told: [] };
      pending.status = status;
      pending.told.push((error) => (error === null ? resolve() : reject(error)));
      this.#pending.set(key, pending);
      if (!this.#isSending) void this.#sendAll();
    });
  }

  async close(): Promise<void> {
    const producer = await this.#producer.catch(() => null);
    await producer?.close();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#pending.size > 0) {
      const batch = [...this.#pending.values()];
      this.#pending = new Map();
      let failure: Error | null = null;
      try {
        await this.#deliver(batch.map(({ status }) => status));
      } catch (error) {
        failure = error as Error;
      }
      for (const told of batch.flatMap((one) => one.told)) told(failure);
    }
    this.#isSending = false;
  }

  async #deliver(statuses: readonly PeerStatus[]): Promise<void> {
    const producer = await this.#producer;
    const time = ++this.#sent;
    const topic = producer.topic(this.#topic);
    const ticket = producer.ticket(time);
    for (const status of statuses) this.#put(status, topic, ticket);
    producer.commit(time, statuses.length);
    await producer.drained();
    this.#onDelivered();
  }

  /** The topic need not be there before the first status. */
  #connect(): Promise<Producer> {
    return Producer.connect(this.#settings, { topic: null, partition: null }, this.#outbox, {
      log: () => {},
      wake: () => {},
      fail: (error) => this.#onFailure(error),
    });
  }

  #put(status: PeerStatus, topic: number, ticket: number): void {
    const partition = status.role === "writer" ? sides.writers : sides.readers;
    const chunk: Chunk = this.#outbox.begin();
    const value = chunk.out.used;
    chunk.out.appendText(encodeStatus(status));
    const key = chunk.out.used;
    chunk.out.appendText(peerKey(status));
    const end = chunk.out.used;
    this.#outbox.add(topic, partition, value, key, key, end, end, end, ticket);
  }
}
