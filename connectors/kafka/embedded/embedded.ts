/**
 * A Kafka broker inside this process, for demos and tests: librdkafka's own mock cluster, run by a client that does
 * nothing else. It speaks the Kafka protocol on a port of 127.0.0.1, so other processes can use it too.
 *
 * What the mock does not have: authentication, transaction isolation, offsets by time, and disk (retention-watch.ts).
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { LibrdKafkaError, Metadata, Producer } from "node-rdkafka";
import { TowpathError } from "../../../lib/errors.ts";
import { onLogsOf } from "../client/client-events.ts";
import { type ClientLibrary, loadClientLibrary } from "../client/client-library.ts";
import type { KafkaSettings } from "../client/options.ts";
import { isTopicName } from "../client/topic-name.ts";
import { mockTopicCreate, pluginPath } from "../native/index.ts";
import { RetentionWatch } from "./retention-watch.ts";

export interface EmbeddedOptions {
  /** Topics to create: names (one partition each), or the number of partitions by name. Default: none. */
  readonly topics?: readonly string[] | Readonly<Record<string, number>>;
}

/** A running embedded broker. */
export interface EmbeddedBroker extends AsyncDisposable {
  /** What `pw.kafka.read` and `pw.kafka.write` take. */
  readonly settings: KafkaSettings;
  /** `host:port`. */
  readonly bootstrap: string;
  /** Creates a topic; `partitions` is 1 unless given. A topic that exists already is left as it is. */
  createTopic(name: string, partitions?: number): Promise<void>;
  /**
   * Rejects with TP_EMBEDDED_FULL before a partition begins to lose its oldest messages; never resolves. Where
   * nothing handles it, Node ends the process with this error, so that no message is lost silently.
   */
  readonly failure: Promise<never>;
}

const startTimeoutMs = 10_000;

/** Brokers of this process by address, so that sources and sinks can end with the broker's failure. */
const running = new Map<string, EmbeddedBroker>();

/**
 * Starts a broker inside this process.
 *
 * Throws TP_BAD_ARGUMENT for an impossible topic, TP_KAFKA_NATIVE_MISSING where node-rdkafka is not built.
 *
 * @example
 * await using broker = await pw.kafka.embedded({ topics: ["words"] });
 * const words = pw.kafka.read(broker.settings, { topicNames: ["words"], format: "raw" });
 */
export async function embedded(options: EmbeddedOptions = {}): Promise<EmbeddedBroker> {
  const topics = topicList(options.topics ?? []);
  const host = await MockHost.start(await loadClientLibrary());
  running.set(host.bootstrap, host);
  try {
    for (const [name, partitions] of topics) await host.createTopic(name, partitions);
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
  return host;
}

/** The embedded broker of this process that these settings lead to; undefined where they lead elsewhere. */
export function embeddedBroker(settings: KafkaSettings): EmbeddedBroker | undefined {
  return running.get(String(settings["bootstrap.servers"] ?? settings["metadata.broker.list"] ?? ""));
}

/** The failure of that broker. A source or sink that handles it ends its run in order. */
export function embeddedFailure(settings: KafkaSettings): Promise<never> | undefined {
  return embeddedBroker(settings)?.failure;
}

/** Topics and their partitions, checked. */
function topicList(topics: NonNullable<EmbeddedOptions["topics"]>): [name: string, partitions: number][] {
  const list = isNames(topics) ? topics.map((name): [string, number] => [name, 1]) : Object.entries(topics);
  for (const [name, partitions] of list) checkTopic(name, partitions);
  return list;
}

function isNames(topics: NonNullable<EmbeddedOptions["topics"]>): topics is readonly string[] {
  return Array.isArray(topics);
}

function checkTopic(name: unknown, partitions: unknown): void {
  if (!isTopicName(name)) {
    throw new TowpathError("TP_BAD_ARGUMENT", `${JSON.stringify(name)} is not a name for a topic`, {
      hint: "Use up to 249 of the characters a-z, A-Z, 0-9, '.', '_' and '-'.",
    });
  }
  if (!Number.isInteger(partitions) || Number(partitions) < 1 || Number(partitions) > 10_000) {
    throw new TowpathError("TP_BAD_ARGUMENT", `topic ${name} cannot have ${String(partitions)} partitions`, {
      hint: "Give a whole number from 1 to 10,000.",
    });
  }
}

/** The client whose only work is to run the mock cluster. */
class MockHost implements EmbeddedBroker {
  readonly bootstrap: string;
  readonly failure: Promise<never>;
  readonly #client: Producer;
  #closing: Promise<void> | undefined;

  static async start(library: ClientLibrary): Promise<MockHost> {
    const conf: KafkaSettings = {
      "client.id": `towpath-embedded-${++started}`,
      "test.mock.num.brokers": 1,
      debug: "mock",
      ...nativePlugin(library),
    };
    const client = new library.Producer({ ...conf, event_cb: false });
    const { brokers } = await connect(client);
    const failure = failureOf(client);
    const [broker] = brokers;
    if (broker === undefined) throw new TowpathError("TP_KAFKA_FAILED", "the embedded broker did not start");
    return new MockHost(client, `${broker.host}:${broker.port}`, failure);
  }

  private constructor(client: Producer, bootstrap: string, failure: Promise<never>) {
    this.#client = client;
    this.bootstrap = bootstrap;
    this.failure = failure;
  }

  get settings(): KafkaSettings {
    return { "bootstrap.servers": this.bootstrap };
  }

  async createTopic(name: string, partitions = 1): Promise<void> {
    checkTopic(name, partitions);
    if (this.#closing !== undefined) {
      throw new TowpathError("TP_CLOSED", "the embedded broker has been closed");
    }
    const { topics } = await metadata(this.#client, { allTopics: true });
    if (topics.some((topic) => topic.name === name)) return;
    const obstacle = createNatively(this.#client, name, partitions);
    // The mock has no CreateTopics, but makes any topic that a producer asks about, with 4 partitions.
    const made = await partitionsOf(this.#client, name);
    if (made !== partitions) {
      const what = `topic ${name} of the embedded broker has ${made} partitions, not ${partitions}`;
      console.warn(`towpath: ${what}. ${obstacle?.message ?? ""}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    running.delete(this.bootstrap);
    this.#closing ??= new Promise((resolve) => this.#client.disconnect(() => resolve()));
    await this.#closing;
  }
}

/** The setting that makes a client known to the native addon, where that was built. */
function nativePlugin(library: ClientLibrary): KafkaSettings {
  if (!library.features.includes("plugins")) return {};
  const path = unlessMissing(pluginPath);
  return typeof path === "string" ? { "plugin.library.paths": path } : {};
}

/** Creates a topic through the native addon; returns why not where that was not built. */
function createNatively(client: Producer, name: string, partitions: number): TowpathError | undefined {
  const clientName = (client as { name?: string }).name ?? "";
  try {
    const created = unlessMissing(() => mockTopicCreate(clientName, name, partitions, 1));
    return created instanceof TowpathError ? created : undefined;
  } catch (error) {
    // Somebody else has created it since it was looked for.
    if (/already exists/i.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** What `use` returns, or its error where the native addon is missing. */
function unlessMissing<T>(use: () => T): T | TowpathError {
  try {
    return use();
  } catch (error) {
    if (error instanceof TowpathError && error.code === "TP_KAFKA_NATIVE_MISSING") return error;
    throw error;
  }
}

let started = 0;

function failureOf(client: Producer): Promise<never> {
  const watch = new RetentionWatch();
  return new Promise((_, reject) => {
    onLogsOf(client, (message) => {
      const error = watch.note(message);
      if (error !== undefined) reject(error);
    });
  });
}

function connect(client: Producer): Promise<Metadata> {
  return new Promise((resolve, reject) => {
    client.connect({ timeout: startTimeoutMs }, (error, data) =>
      error ? reject(failed(error)) : resolve(data),
    );
  });
}

/** The number of partitions of a topic, waiting until it has leaders. */
async function partitionsOf(client: Producer, topic: string): Promise<number> {
  const deadline = performance.now() + startTimeoutMs;
  for (;;) {
    const { topics } = await metadata(client, { topic });
    const found = topics.find(({ name }) => name === topic)?.partitions ?? [];
    if (found.length > 0 && found.every(({ leader }) => leader >= 0)) return found.length;
    if (performance.now() > deadline) {
      throw new TowpathError("TP_KAFKA_FAILED", `the embedded broker did not create topic ${topic}`);
    }
    await sleep(10);
  }
}

function metadata(client: Producer, about: { topic: string } | { allTopics: true }): Promise<Metadata> {
  return new Promise((resolve, reject) => {
    const options = { ...about, timeout: startTimeoutMs };
    client.getMetadata(options, (error, data) => (error ? reject(failed(error)) : resolve(data)));
  });
}

function failed(cause: LibrdKafkaError): TowpathError {
  return new TowpathError("TP_KAFKA_FAILED", `the embedded broker failed: ${cause.message}`, { cause });
}
