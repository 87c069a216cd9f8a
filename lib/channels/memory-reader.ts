import { TowpathError } from "../errors.ts";
import type { ChannelReader } from "./ends.ts";
import type { Lane, LiveEnd, MemoryChannel } from "./memory-channel.ts";
import { copyOf } from "./memory-record.ts";
import { schemaText } from "./schema-text.ts";

export interface MemoryReaderOptions {
  /** The schema on which both sides must agree: any text or object. Records are not checked against it. */
  readonly schema: string | object;
  /** The channel's name; an address will do. */
  readonly uri: string;
  /** Default "reader". */
  readonly group?: string | undefined;
  /** Which member of its group it is, from 0. Default 0. */
  readonly index?: number | undefined;
  /** How many members the group has. Default 1. */
  readonly of?: number | undefined;
  /** How many writers of different names there are before it can end. Default 1. */
  readonly writers?: number | undefined;
  /** Default "stored": behind what this member of the group has committed. */
  readonly startFrom?: "stored" | "beginning" | undefined;
}

/** The options, completed. */
interface Place {
  readonly group: string;
  readonly index: number;
  readonly of: number;
  readonly writers: number;
  readonly startFrom: "stored" | "beginning";
}

/** Reads a channel inside the process. */
export class MemoryReader<Item> implements ChannelReader<Item>, LiveEnd {
  readonly name: string;
  readonly schema: string;
  readonly #channel: MemoryChannel;
  readonly #options: Place;
  #lane: Lane | null = null;
  #openedAt = 0;
  #failure: TowpathError | null = null;
  #isClosed = false;

  /** Throws TP_BAD_ARGUMENT. */
  constructor(channel: MemoryChannel, options: MemoryReaderOptions) {
    const { group = "reader", index = 0, of = 1, writers = 1, startFrom = "stored", schema } = options;
    this.name = `channel ${channel.name}, reader ${group}, member ${index} of ${of}`;
    if (!(Number.isSafeInteger(of) && of >= 1 && Number.isSafeInteger(index) && index >= 0 && index < of)) {
      throw new TowpathError("TP_BAD_ARGUMENT", `there is no member ${index} of ${of}`, {
        where: this.name,
        hint: "`of` is how many members the group has, and `index` goes from 0 to one below it.",
      });
    }
    this.schema = schemaText(schema);
    this.#channel = channel;
    this.#options = { group, index, of, writers, startFrom };
  }

  /** Records before the one that is taken next. */
  get position(): number {
    return this.#lane?.taken ?? 0;
  }

  async open(): Promise<void> {
    const { group, index, of, startFrom } = this.#options;
    this.#check();
    this.#openedAt = this.#channel.moment;
    const lane = this.#channel.addReader(this, group, index, of);
    lane.taken = startFrom === "beginning" ? 0 : lane.committed;
    this.#lane = lane;
  }

  async take(max: number): Promise<readonly Item[] | null> {
    for (;;) {
      this.#check();
      const lane = this.#opened();
      const records = lane.records.slice(lane.taken, lane.taken + max);
      if (records.length > 0) {
        lane.taken += records.length;
        this.#channel.changed();
        return records.map(copyOf) as Item[];
      }
      if (this.#isDone()) return null;
      await this.#channel.change();
      if (this.#isClosed) return null;
    }
  }

  async commit(): Promise<void> {
    const lane = this.#opened();
    lane.committed = lane.taken;
  }

  async lag(): Promise<number> {
    const { records, taken } = this.#opened();
    return records.length - taken;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#channel.removeReader(this);
  }

  fail(error: TowpathError): void {
    this.#failure ??= error;
    this.#channel.changed();
  }

  /** Throws TP_CHANNEL_PEER where a writer has failed since it was opened, and has not come back. */
  #isDone(): boolean {
    const { writers } = this.#channel;
    for (const { name, failure } of writers) {
      if (failure === null || failure.moment <= this.#openedAt) continue;
      throw new TowpathError("TP_CHANNEL_PEER", `the writer ${name} failed: ${failure.reason}`, {
        where: `${this.name}, behind record ${this.position}`,
        hint: "Start it again under its name, and this reader too: it goes on behind what it has committed.",
      });
    }
    const isEnded = writers.every(({ live, failure }) => live === null && failure === null);
    return isEnded && writers.length >= this.#options.writers;
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#isClosed)
      throw new TowpathError("TP_CLOSED", "this reader has been closed", { where: this.name });
  }

  #opened(): Lane {
    if (this.#lane !== null) return this.#lane;
    throw new TowpathError("TP_BAD_ARGUMENT", "a reader is opened before it is read", { where: this.name });
  }
}
