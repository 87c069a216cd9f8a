/** node-rdkafka's consumer with promises, deadlines and our errors; partitions are assigned directly, or by a group. */
import { setTimeout as sleep } from "node:timers/promises";
import type { KafkaConsumer, LibrdKafkaError, Metadata } from "node-rdkafka";
import { TowpathError } from "../../../lib/errors.ts";
import {
  addressOf,
  type ClientError,
  clientErrors,
  clientFailure,
  isAuthentication,
  isSettling,
} from "../client/client-errors.ts";
import { type ErrorEvents, onErrorEvents } from "../client/client-events.ts";
import { type HookedClient, HookedSettings } from "../client/client-hooks.ts";
import type { ClientLibrary } from "../client/client-library.ts";
import { clientConf, type KafkaSettings } from "../client/options.ts";
import type { TopicPartition } from "../client/partition-slots.ts";

/** A broker that has not answered by then is called unreachable; the whole of `open` stays under 10 s. */
const CONNECT_MS = 6_000;
const CONNECT_POLL_MS = 50;
const REQUEST_MS = 5_000;
/** Waits between attempts of a request to a cluster that is settling. */
const REQUEST_RETRY_MS: readonly number[] = [50, 200, 500, 1_000];
const CLOSE_MS = 5_000;

/** Offsets with a meaning of their own (rdkafka.h). */
export const OFFSET_BEGINNING = -2;

export interface ConsumerOptions {
  /** Whether the ends of partitions are wanted as events. */
  readonly partitionEnds: boolean;
  /** A librdkafka plugin to load after the user's own, or null. */
  readonly plugin: string | null;
  /** Hears what a group gives and takes, and must say `assign` or `unassign` then; absent: no group is joined. */
  readonly onRebalance?: RebalanceListener;
}

/** `code` is -175 where the partitions are given, -174 where they are taken. */
export type RebalanceListener = (code: number, partitions: readonly TopicPartition[]) => void;

/** The first and the next offset of a partition; with `read_committed` the next one is the last stable offset. */
export interface Watermarks {
  readonly low: number;
  readonly high: number;
}

export type StartingAt = TopicPartition & { readonly offset: number };

/**
 * A connected consumer. Errors that come between requests go to `onError`.
 *
 *   new Consumer → connect → … → close
 */
export class Consumer {
  readonly raw: KafkaConsumer;
  readonly #settings: KafkaSettings;
  readonly #hooked: HookedSettings;
  #onError: (error: ClientError) => void = () => {};
  #connecting: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  /** Throws TP_KAFKA_FAILED, in librdkafka's words, for settings that it refuses. */
  constructor(library: ClientLibrary, settings: KafkaSettings, options: ConsumerOptions) {
    this.#settings = settings;
    const { global, topic } = consumerConf(settings, options);
    try {
      this.raw = new library.KafkaConsumer(global, topic);
    } catch (error) {
      throw new TowpathError("TP_KAFKA_FAILED", clientFailure(asClientError(error), settings).detail, {
        hint: "librdkafka refuses these settings; its CONFIGURATION.md says what each one takes.",
      });
    }
    onErrorEvents(this.raw as ErrorEvents, (error) => this.#onError(error));
    this.#hooked = new HookedSettings(this.raw as HookedClient, settings);
  }

  /** Errors of the client as a whole: lost brokers, refused credentials. */
  onError(listener: (error: ClientError) => void): void {
    this.#onError = listener;
  }

  /**
   * Connects and asks for one topic's metadata. Throws TP_KAFKA_UNREACHABLE, TP_KAFKA_AUTHENTICATION.
   *
   * What connecting itself reports is only that it failed; the reason comes as an error event, which librdkafka hands
   * out when the consumer is polled. Refused credentials end it at once, while librdkafka would go on trying.
   */
  async connect(topic: string): Promise<void> {
    await this.#hooked.connecting();
    const reasons: ClientError[] = [];
    const polling = this.#pollWhileConnecting();
    try {
      await new Promise<void>((resolve, reject) => {
        this.onError((error) => {
          reasons.push(error);
          if (isAuthentication(error)) reject(clientFailure(error, this.#settings));
        });
        this.raw.once("connection.failure", (error) => reject(this.#unreachable(reasons, error)));
        this.#connecting = new Promise((done) => {
          this.raw.connect({ topic, timeout: CONNECT_MS }, (error) => {
            done();
            if (error) reject(this.#unreachable(reasons, error));
            else resolve();
          });
        });
      });
    } finally {
      await polling.stop();
      this.onError(() => {});
    }
  }

  /** Serves error events. No message can come, since nothing is assigned. */
  #pollWhileConnecting(): { stop(): Promise<void> } {
    let inFlight: Promise<void> = Promise.resolve();
    let isIdle = true;
    const timer = setInterval(() => {
      if (!isIdle || !this.raw.isConnected()) return;
      isIdle = false;
      this.raw.setDefaultConsumeTimeout(0);
      inFlight = new Promise((resolve) => {
        this.raw.consume(1, () => {
          isIdle = true;
          resolve();
        });
      });
    }, CONNECT_POLL_MS);
    return {
      stop() {
        clearInterval(timer);
        return inFlight;
      },
    };
  }

  /** The partitions of a topic; none where the broker does not have it. */
  async partitionsOf(topic: string): Promise<readonly number[]> {
    const metadata = await this.#request<Metadata>((done) =>
      this.raw.getMetadata({ topic, timeout: REQUEST_MS }, done),
    );
    const found = metadata.topics.find(({ name }) => name === topic);
    return (found?.partitions ?? []).map(({ id }) => id).sort((a, b) => a - b);
  }

  /** Asks the broker: not for hot paths. */
  async watermarks({ topic, partition }: TopicPartition): Promise<Watermarks> {
    const { lowOffset, highOffset } = await this.#request<{ lowOffset: number; highOffset: number }>((done) =>
      this.raw.queryWatermarkOffsets(topic, partition, REQUEST_MS, done),
    );
    return { low: lowOffset, high: highOffset };
  }

  /** What librdkafka has heard last; null before it has. Asks nobody. */
  knownWatermarks({ topic, partition }: TopicPartition): Watermarks | null {
    try {
      const { lowOffset, highOffset } = this.raw.getWatermarkOffsets(topic, partition);
      return highOffset < 0 ? null : { low: Math.max(0, lowOffset), high: highOffset };
    } catch {
      return null;
    }
  }

  /** The committed offset of each partition, null where there is none. */
  async committed(partitions: readonly TopicPartition[]): Promise<(number | null)[]> {
    const found = await this.#request<{ offset?: number }[]>((done) =>
      this.raw.committed([...partitions], REQUEST_MS, done),
    );
    return found.map(({ offset }) => (offset === undefined || offset < 0 ? null : offset));
  }

  /** The first offset of each partition whose message is not older than `timestamp` (ms); null where all are. */
  async offsetsAt(partitions: readonly TopicPartition[], timestamp: number): Promise<(number | null)[]> {
    const asked = partitions.map(({ topic, partition }) => ({ topic, partition, offset: timestamp }));
    const found = await this.#request<{ offset: number }[]>((done) =>
      this.raw.offsetsForTimes(asked, REQUEST_MS, done),
    );
    return found.map(({ offset }) => (offset < 0 ? null : offset));
  }

  /** Reads these partitions from now on, beside those assigned before. */
  assign(starts: readonly StartingAt[]): void {
    if (starts.length > 0) this.raw.incrementalAssign([...starts]);
  }

  /** Reads these no more. */
  unassign(partitions: readonly TopicPartition[]): void {
    if (partitions.length > 0 && this.raw.isConnected()) this.raw.incrementalUnassign([...partitions]);
  }

  pause(partition: TopicPartition): void {
    this.raw.pause([partition]);
  }

  resume(partition: TopicPartition): void {
    this.raw.resume([partition]);
  }

  /**
   * Goes on with a paused partition from this offset. Not from where librdkafka takes itself to be: to it the end of a
   * partition, taken as an event, is a message that was read (rd_kafka_consume_batch_queue, 2.12), so that it would
   * go on one offset too far. While the partition is paused nothing can come in between.
   */
  resumeFrom(start: StartingAt): void {
    const { topic, partition } = start;
    this.raw.seek(start, REQUEST_MS, (error) => {
      // A client that is closing takes no more requests, although it is connected still.
      if (this.#closing !== null || !this.raw.isConnected()) return;
      if (error) this.#onError(error);
      try {
        this.raw.resume([{ topic, partition }]);
      } catch (cause) {
        // Not as an exception: here it would end the process, not the run.
        this.#onError(asClientError(cause));
      }
    });
  }

  /** Begins to commit these offsets to the group; `close` waits for it. */
  commit(offsets: readonly StartingAt[]): void {
    if (offsets.length > 0 && this.raw.isConnected()) this.raw.commit([...offsets]);
  }

  /** In a group: these offsets are to be committed, at the next opportunity. */
  store(offsets: readonly StartingAt[]): void {
    if (offsets.length > 0 && this.raw.isConnected()) this.raw.offsetsStore([...offsets]);
  }

  /** Disconnects, in bounded time; may be called at any time and again. */
  close(): Promise<void> {
    this.#closing ??= this.#disconnect();
    return this.#closing;
  }

  async #disconnect(): Promise<void> {
    this.#hooked.stop();
    this.onError(() => {});
    // A connect that fails disconnects by itself, and doing it twice can crash.
    await within(CONNECT_MS + CLOSE_MS, this.#connecting ?? Promise.resolve());
    if (!this.raw.isConnected()) return;
    await within(CLOSE_MS, new Promise<void>((resolve) => this.raw.disconnect(() => resolve())));
  }

  #unreachable(reasons: readonly ClientError[], error: ClientError): TowpathError {
    const { allBrokersDown } = clientErrors;
    const told = reasons.filter(({ code }) => code !== allBrokersDown);
    const cause = told.at(-1) ?? error;
    const { code, detail, hint } = clientFailure(cause, this.#settings);
    const where = addressOf(this.#settings);
    return new TowpathError(code, `the broker did not answer: ${detail}`, { where, hint });
  }

  /** Asks again for a while where that is likely to help. */
  async #request<T>(ask: (done: (error: LibrdKafkaError | null, result: T) => void) => void): Promise<T> {
    for (const waitMs of [...REQUEST_RETRY_MS, null]) {
      const answer = await new Promise<{ error: LibrdKafkaError | null; result: T }>((resolve) => {
        ask((error, result) => resolve({ error, result }));
      });
      if (!answer.error) return answer.result;
      if (waitMs === null || !isSettling(answer.error)) throw clientFailure(answer.error, this.#settings);
      await sleep(waitMs);
    }
    throw new TowpathError("TP_INTERNAL", "a request was given up without an answer");
  }
}

function consumerConf(settings: KafkaSettings, { partitionEnds, plugin, onRebalance }: ConsumerOptions) {
  const { global, topic } = clientConf("consumer", settings);
  const plugins = [global["plugin.library.paths"], plugin].filter((path) => typeof path === "string");
  return {
    global: {
      // node-rdkafka wants a group even for direct assignment.
      "group.id": "towpath",
      ...global,
      // The source commits by itself what has been delivered, where the user switched it on (offset-ledger.ts).
      "enable.auto.commit": false,
      "enable.auto.offset.store": false,
      ...(onRebalance === undefined ? {} : groupConf(global, onRebalance)),
      ...(partitionEnds ? { "enable.partition.eof": true } : {}),
      ...(plugins.length > 0 ? { "plugin.library.paths": plugins.join(";") } : {}),
    },
    // Messages that are gone end the run, rather than being skipped in silence.
    topic: { "auto.offset.reset": "error" as const, ...topic },
  };
}

function groupConf(given: Readonly<Record<string, unknown>>, onRebalance: RebalanceListener) {
  return {
    "topic.metadata.refresh.interval.ms": 10_000,
    "auto.commit.interval.ms": 500,
    ...given,
    // Of offsets that were stored, which is done when they are delivered. librdkafka commits between rebalances only,
    // and when partitions are unassigned that are not lost; a commit of ours in a rebalance would end the membership.
    "enable.auto.commit": true,
    offset_commit_cb: true,
    rebalance_cb: ({ code }: ClientError, partitions: readonly TopicPartition[]) =>
      onRebalance(code, partitions),
  };
}

function asClientError(error: unknown): ClientError {
  return error instanceof Error
    ? { code: (error as { code?: number }).code ?? 0, message: error.message }
    : { code: 0, message: String(error) };
}

/** Waits no longer than `ms` for a promise that cannot fail. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, limit]);
  clearTimeout(timer);
}
