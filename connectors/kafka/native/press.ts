/**
 * The packed writer: messages to a node-rdkafka producer out of one buffer, and what became of them in numbers, without
 * an object per message on either way.
 *
 * A producer takes part when `plugin.library.paths` of its settings holds `pluginPath()` and it has no delivery
 * callback; after it has connected, `attachPress(client)` gives its only writer. It is what node-rdkafka's own
 * `produce` is not: keys, payloads and header values are bytes, and null where they are null.
 */
import { TowpathError } from "../../../lib/errors.ts";
import { type Addon, addon, type Handle } from "./index.ts";

/** A message that was not delivered. */
export interface PressFailure {
  /** Of librdkafka; 0 where the message was delivered to an offset that is not behind the one before. */
  readonly code: number;
  readonly text: string;
  /** Index that `topic` gave. */
  readonly topic: number;
  readonly partition: number;
  /** Of the payload. */
  readonly bytes: number;
}

/** Reports that are fetched at a time, three numbers each. */
const REPORTS = 1_024;

/** Writes packed messages to one producer, on the thread that attached it. Use `attachPress`. */
export class Press {
  readonly #addon: Addon;
  readonly #handle: Handle;
  readonly #error = new Int32Array(1);
  readonly #reports = new Float64Array(3 * REPORTS);
  #attached = true;

  constructor(native: Addon, handle: Handle) {
    this.#addon = native;
    this.#handle = handle;
  }

  /** The index of a topic in `fields`. Call it once for each. */
  topic(name: string): number {
    return this.#addon.pressTopic(this.#handle, name);
  }

  /** Whether a topic has but one partition: messages without a key go there without asking the partitioner. */
  setSingle(topic: number, isSingle: boolean): void {
    this.#addon.pressSingle(this.#handle, topic, isSingle);
  }

  /** Why the last `send` did not take all: librdkafka's code, 0 where it did. */
  get error(): number {
    return this.#error[0];
  }

  /**
   * Hands over messages [from, to): their bytes are copied. `fields` describes each by FIELDS numbers (outbox.ts).
   * Returns how many were taken, in order.
   */
  send(bytes: Uint8Array, fields: Int32Array, from: number, to: number): number {
    return this.#addon.pressSend(this.#handle, bytes, fields, from, to, this.#error);
  }

  /** Tells what has been delivered since the last call: so many messages of a ticket, and their bytes. */
  collect(delivered: (ticket: number, count: number, bytes: number) => void): void {
    const reports = this.#reports;
    for (let count = REPORTS; count === REPORTS; ) {
      count = this.#addon.pressReports(this.#handle, reports);
      for (let i = 0; i < count; i++) delivered(reports[3 * i], reports[3 * i + 1], reports[3 * i + 2]);
    }
  }

  /** The first message that failed, or null. */
  failure(): PressFailure | null {
    const found = this.#addon.pressFailure(this.#handle);
    if (found === null) return null;
    const [code, text, topic, partition, bytes] = found;
    return { code, text, topic, partition, bytes };
  }

  /** Nothing is sent or reported afterwards. Comes before the client's `disconnect()`. */
  detach(): void {
    if (!this.#attached) return;
    this.#attached = false;
    this.#addon.pressDetach(this.#handle);
  }
}

/**
 * The writer of a connected producer, or null when no client of that name was made with the plugin.
 *
 * @throws TowpathError TP_KAFKA_NATIVE_MISSING as for `pluginPath`, TP_KAFKA_INGEST when it already has a writer.
 */
export function attachPress(clientName: string | undefined): Press | null {
  if (clientName === undefined) return null;
  const native = addon();
  try {
    const handle = native.pressAttach(clientName);
    return handle === null ? null : new Press(native, handle);
  } catch (cause) {
    const { message } = cause as Error;
    throw new TowpathError("TP_KAFKA_INGEST", `the packed writer could not attach: ${message}`, {
      where: clientName,
      cause,
    });
  }
}
