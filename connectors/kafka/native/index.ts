/**
 * The packed reader: message batches from a node-rdkafka consumer as a few typed arrays, without an object per message.
 *
 * The native half (src/) is built by build.mjs and loaded on first use, after node-rdkafka, whose librdkafka it shares.
 * A consumer takes part when `plugin.library.paths` of its settings holds `pluginPath()`; after it has connected,
 * `attach(client)` gives its only reader. From then on that reader polls the consumer: node-rdkafka's own `consume()`
 * must not be called beside it. Rebalance, statistics and log callbacks keep going to node-rdkafka.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { TowpathError } from "../../../lib/errors.ts";
import { growPart, type PackedBuffers } from "./packed-buffers.ts";

/** An error event between messages: partition EOF and others. It came before message `before` of its batch. */
export interface PackedEvent {
  readonly before: number;
  /** librdkafka's error code (`LibrdKafkaError.codes`), -191 at a partition's end. */
  readonly code: number;
  /** Index into `reader.toppars`, or -1. */
  readonly toppar: number;
  /** For a partition's end: the offset that the next message will have. */
  readonly offset: number;
  readonly text: string;
}

/** A topic's partition; `PackedBuffers.toppar` holds indexes of these. */
export interface Toppar {
  readonly topic: string;
  readonly partition: number;
}

/** What `attach` needs of a node-rdkafka client. */
export interface NamedClient {
  /** librdkafka's name of the client, known once it has connected. */
  readonly name?: string;
  disconnect(...rest: never[]): unknown;
}

export type Handle = object;

export interface Addon {
  attach(clientName: string): Handle | null;
  detach(handle: Handle): void;
  setGeneration(handle: Handle, generation: number): void;
  onReadable(handle: Handle, wake: () => void): void;
  take(handle: Handle, max: number, ...rest: unknown[]): number;
  events(handle: Handle): [number, number, number, number, string][];
  toppars(handle: Handle, from: number): [string, number][];
  versions(): [number, number];
  mockTopicCreate(clientName: string, topic: string, partitions: number, replication: number): void;
  mockBootstraps(clientName: string): string;
  pressAttach(clientName: string): Handle | null;
  pressDetach(handle: Handle): void;
  pressTopic(handle: Handle, topic: string): number;
  pressSingle(handle: Handle, topic: number, isSingle: boolean): void;
  pressSend(
    handle: Handle,
    bytes: Uint8Array,
    fields: Int32Array,
    from: number,
    to: number,
    error: Int32Array,
  ): number;
  pressReports(handle: Handle, out: Float64Array): number;
  pressFailure(handle: Handle): [number, string, number, number, number] | null;
  tryClient(isProducer: boolean, namesAndValues: readonly string[]): Promise<string | null>;
}

const BUILD_COMMAND = "npx towpath build-native";

/** The folder of the native sources: beside this file, or beside its source when this is dist/. */
export function nativeFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const split = here.lastIndexOf(`${join("/", "dist", "connectors")}`);
  const source = split < 0 ? here : join(here.slice(0, split), here.slice(split + "/dist".length));
  return existsSync(source) ? source : here;
}

/**
 * The native file: built on this machine, else the one that came with the package. Throws TP_KAFKA_NATIVE_MISSING.
 *
 * `TOWPATH_NATIVE_FILE` names another build of it (scripts/native-check.mjs: one with a sanitizer).
 */
function nativeFile(): string {
  const folder = nativeFolder();
  const built = join(folder, "build", "towpath_kafka.node");
  const platform = `${process.platform}-${process.arch}`;
  const prebuilt = join(folder, "prebuilt", platform, "towpath_kafka.node");
  const named = process.env.TOWPATH_NATIVE_FILE;
  const path = (named === undefined ? [built, prebuilt] : [named]).find((candidate) => existsSync(candidate));
  if (path === undefined) {
    const missing = `the packed Kafka reader was not built, and none for ${platform} came with the package`;
    throw new TowpathError("TP_KAFKA_NATIVE_MISSING", missing, {
      hint: `Run \`${BUILD_COMMAND}\`, or set TOWPATH_INGEST=plain.`,
    });
  }
  if (path.includes(";")) {
    throw new TowpathError(
      "TP_KAFKA_NATIVE_MISSING",
      `librdkafka cannot load a plugin from a path with ";" in it`,
      {
        where: path,
        hint: "Move the project, or set TOWPATH_INGEST=plain.",
      },
    );
  }
  return path;
}

/**
 * Path of the native file, for `plugin.library.paths` (append it with `;` to a user's own list). Load node-rdkafka first.
 *
 * @throws TowpathError TP_KAFKA_NATIVE_MISSING when it was not built or cannot be loaded, since librdkafka refuses all
 * settings with a plugin that it cannot load; the hint is the command that builds it.
 */
export function pluginPath(): string {
  addon();
  return nativeFile();
}

/** "2.12.0" of librdkafka's 0xMMmmrrpp. */
function versionText(version: number): string {
  return [version >>> 24, (version >>> 16) & 255, (version >>> 8) & 255].join(".");
}

let loaded: Addon | undefined;

/** The native half, loaded on first use. Throws TP_KAFKA_NATIVE_MISSING. */
export function addon(): Addon {
  if (loaded !== undefined) return loaded;
  const path = nativeFile();
  let native: Addon;
  try {
    native = createRequire(import.meta.url)(path) as Addon;
  } catch (cause) {
    const [reason] = String((cause as Error).message).split("\n");
    const unusable = `the packed Kafka reader could not be loaded: ${reason}`;
    throw new TowpathError("TP_KAFKA_NATIVE_MISSING", unusable, {
      hint: `Load node-rdkafka first; if it is, run \`${BUILD_COMMAND} --force\`, or set TOWPATH_INGEST=plain.`,
      cause,
    });
  }
  const [built, running] = native.versions();
  // librdkafka keeps its ABI within a major version, and adds functions with minor ones.
  if (running >>> 24 !== built >>> 24 || running >>> 16 < built >>> 16) {
    throw new TowpathError(
      "TP_KAFKA_NATIVE_MISSING",
      `the packed Kafka reader was built for librdkafka ${versionText(built)}, but ${versionText(running)} is loaded`,
      { hint: `Run \`${BUILD_COMMAND} --force\`, or set TOWPATH_INGEST=plain.` },
    );
  }
  loaded = native;
  return native;
}

/** Figures of a take, as the native side writes them. */
const GENERATION = 0;
const BYTES = 1;
const KEY_BYTES = 2;
const HEADER_BYTES = 3;
const BYTES_NEEDED = 4;
const KEY_BYTES_NEEDED = 5;
const HEADER_BYTES_NEEDED = 6;
const EVENTS = 7;
const TOPPARS = 8;
const HOLDS = 9;

const NO_EVENTS: readonly PackedEvent[] = [];

/**
 * Reads packed batches from one consumer, on the thread that attached it.
 *
 * `take` never waits. The usual loop: take until it returns 0 and `hasMore` is false, then wait for `onReadable`.
 */
export class Reader {
  readonly #addon: Addon;
  readonly #handle: Handle;
  readonly #figures = new Float64Array(10);
  #attached = true;
  /** The partitions met so far; grows by takes, never changes otherwise. */
  readonly toppars: Toppar[] = [];
  /** Error events of the last take, in order. */
  events: readonly PackedEvent[] = NO_EVENTS;
  /** The generation under which the last batch came: see `setGeneration`. */
  generation = 0;
  /** The last take left messages behind because a buffer was full: take again. */
  hasMore = false;

  /** Use `attach`. */
  constructor(native: Addon, handle: Handle) {
    this.#addon = native;
    this.#handle = handle;
  }

  /**
   * Fills `into` with what has arrived, up to `maxMessages` and the buffers' room; what does not fit stays for the next
   * call. A single message larger than a buffer grows that buffer, so a take makes progress whenever there is any.
   * Returns the number of messages (0 also when there were only events). After `detach` it returns 0.
   */
  take(into: PackedBuffers, maxMessages: number): number {
    for (;;) {
      const count = this.#takeOnce(into, maxMessages);
      if (count > 0 || !this.hasMore || this.events.length > 0) return count;
      const figures = this.#figures;
      const grown = [
        growPart(into.payload, figures[BYTES_NEEDED]),
        growPart(into.keys, figures[KEY_BYTES_NEEDED]),
        growPart(into.headers, figures[HEADER_BYTES_NEEDED]),
      ].some((grew) => grew);
      if (!grown) return 0;
    }
  }

  #takeOnce(into: PackedBuffers, maxMessages: number): number {
    const figures = this.#figures;
    this.events = NO_EVENTS;
    if (!this.#attached) {
      into.count = 0;
      this.hasMore = false;
      return 0;
    }
    const { payload, keys, headers, flags, toppar, offsets, timestamps } = into;
    const count = this.#addon.take(
      this.#handle,
      maxMessages,
      payload.bytes,
      payload.ends,
      flags,
      toppar,
      offsets,
      timestamps,
      figures,
      keys?.bytes,
      keys?.ends,
      headers?.bytes,
      headers?.ends,
    );
    into.count = count;
    payload.used = figures[BYTES];
    if (keys !== null) keys.used = figures[KEY_BYTES];
    if (headers !== null) headers.used = figures[HEADER_BYTES];
    this.generation = figures[GENERATION];
    this.hasMore = figures[HOLDS] !== 0;
    if (figures[TOPPARS] > this.toppars.length) this.#learnToppars();
    if (figures[EVENTS] > 0) this.#readEvents();
    return count;
  }

  #learnToppars(): void {
    for (const [topic, partition] of this.#addon.toppars(this.#handle, this.toppars.length)) {
      this.toppars.push({ topic, partition });
    }
  }

  #readEvents(): void {
    this.events = this.#addon
      .events(this.#handle)
      .map(([before, code, toppar, offset, text]) => ({ before, code, toppar, offset, text }));
  }

  /**
   * Calls `wake` when messages or events arrive at an empty queue: once, until the next take. What is there already
   * counts as an arrival. Replaces a former callback; does not keep the process alive.
   */
  onReadable(wake: () => void): void {
    if (this.#attached) this.#addon.onReadable(this.#handle, wake);
  }

  /**
   * Says that the assignment changed (also: a seek). Messages that were taken from the queue before but not handed out
   * come as a batch of their own with the former `generation`, for the caller to drop; librdkafka itself drops the
   * outdated ones of its queue.
   */
  setGeneration(generation: number): void {
    if (this.#attached) this.#addon.setGeneration(this.#handle, generation);
  }

  /**
   * Gives the consumer back; afterwards no wake-up fires and takes return nothing. Comes before `disconnect()`.
   * Messages not handed out are dropped here, and Kafka still has them: a new reader starts from given offsets.
   */
  detach(): void {
    if (!this.#attached) return;
    this.#attached = false;
    this.#addon.detach(this.#handle);
  }
}

/**
 * The reader of a connected consumer, or null when no client of that name was created with the plugin.
 *
 * Given the client itself, its `disconnect` is made to detach first: taking from a consumer that is being closed could
 * swallow librdkafka's own notice that it has closed. Given only a name, the caller sees to that order.
 *
 * @throws TowpathError TP_KAFKA_NATIVE_MISSING as for `pluginPath`, TP_KAFKA_INGEST when it already has a reader.
 * @example
 * const reader = attach(consumer);
 * reader?.onReadable(() => { while (reader.take(buffers, 16_384) > 0) use(buffers); });
 */
export function attach(client: string | NamedClient): Reader | null {
  const name = typeof client === "string" ? client : client.name;
  if (name === undefined) return null;
  const native = addon();
  let handle: Handle | null;
  try {
    handle = native.attach(name);
  } catch (cause) {
    throw new TowpathError(
      "TP_KAFKA_INGEST",
      `the packed reader could not attach: ${(cause as Error).message}`,
      {
        where: name,
        cause,
      },
    );
  }
  if (handle === null) return null;
  const reader = new Reader(native, handle);
  if (typeof client !== "string") detachOnDisconnect(client, reader);
  return reader;
}

/** The latest reader of each client whose `disconnect` detaches first: taught once, however many readers follow. */
const latestReaders = new WeakMap<NamedClient, Reader>();

function detachOnDisconnect(client: NamedClient, reader: Reader): void {
  const isTaught = latestReaders.has(client);
  latestReaders.set(client, reader);
  if (isTaught) return;
  const disconnect = client.disconnect;
  client.disconnect = (...rest) => {
    latestReaders.get(client)?.detach();
    return disconnect.apply(client, rest);
  };
}

/**
 * Creates a topic on the mock cluster of a client (`test.mock.num.brokers`) that was made with the plugin.
 *
 * @throws Error when there is no such client or mock cluster, or the topic exists.
 */
export function mockTopicCreate(
  clientName: string,
  topic: string,
  partitions: number,
  replication: number,
): void {
  addon().mockTopicCreate(clientName, topic, partitions, replication);
}

/** Bootstrap addresses of a client's mock cluster. Throws as `mockTopicCreate`. */
export function mockBootstraps(clientName: string): string {
  return addon().mockBootstraps(clientName);
}
