import { TowpathError } from "../errors.ts";
import type { ChannelWriter } from "./ends.ts";
import type { LiveEnd, MemoryChannel, WriterState } from "./memory-channel.ts";
import { copyOf } from "./memory-record.ts";
import { schemaText } from "./schema-text.ts";

export interface MemoryWriterOptions {
  /** The schema on which both sides must agree: any text or object. Records are not checked against it. */
  readonly schema: string | object;
  /** The channel's name; an address will do. */
  readonly uri: string;
  /** Default "writer". */
  readonly name?: string | undefined;
  /** The groups of readers that get every record. Default: the one called "reader". */
  readonly readers?: readonly string[] | undefined;
  /** How long `open` waits for the readers. Default: for ever. */
  readonly openTimeoutMs?: number | undefined;
}

/** Records that a reader may be behind before a writer waits for it. */
const BACKLOG_MAX = 10_000;

/** Writes to a channel inside the process. */
export class MemoryWriter<Item> implements ChannelWriter<Item>, LiveEnd {
  readonly name: string;
  readonly schema: string;
  readonly #channel: MemoryChannel;
  readonly #writer: string;
  readonly #readers: readonly string[];
  readonly #openTimeoutMs: number | undefined;
  #state: WriterState | null = null;
  #failure: TowpathError | null = null;
  #isClosed = false;

  /** Throws TP_BAD_ARGUMENT. */
  constructor(channel: MemoryChannel, options: MemoryWriterOptions) {
    const { name = "writer", readers = ["reader"], schema, openTimeoutMs } = options;
    this.name = `channel ${channel.name}, writer ${name}`;
    if (readers.length === 0 || new Set(readers).size < readers.length) {
      throw new TowpathError("TP_BAD_ARGUMENT", "the option readers names no group, or one twice", {
        where: this.name,
        hint: 'Name each group of readers once, such as readers: ["mean", "max"].',
      });
    }
    this.schema = schemaText(schema);
    this.#channel = channel;
    this.#writer = name;
    this.#readers = readers;
    this.#openTimeoutMs = openTimeoutMs;
  }

  /** Records of writers of this name that are in the channel. */
  get written(): number {
    return this.#state?.written ?? 0;
  }

  async open(): Promise<void> {
    this.#check();
    const state = this.#channel.addWriter(this, this.#writer, this.#readers);
    try {
      await this.#awaitReaders();
      this.#state = state;
    } catch (error) {
      this.#channel.removeWriter(state, error as Error);
      throw error;
    }
  }

  async write(records: readonly Item[]): Promise<void> {
    this.#check();
    const state = this.#state;
    if (state === null)
      throw new TowpathError("TP_BAD_ARGUMENT", "a writer is opened before it writes", { where: this.name });
    const copies = records.map(copyOf);
    for (const copy of copies) this.#channel.append(this.#readers, state, copy);
    this.#channel.changed();
    while (this.#channel.backlog(this.#readers) > BACKLOG_MAX) {
      await this.#channel.change();
      this.#check();
    }
  }

  async flush(): Promise<void> {}

  async close(error?: Error): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#state !== null) this.#channel.removeWriter(this.#state, error);
    else this.#channel.changed();
  }

  fail(error: TowpathError): void {
    this.#failure ??= error;
    this.#channel.changed();
  }

  async #awaitReaders(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    if (this.#openTimeoutMs !== undefined) timer = setTimeout(() => this.#giveUp(), this.#openTimeoutMs);
    try {
      while (this.#channel.missing(this.#readers).length > 0) {
        await this.#channel.change();
        this.#check();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #giveUp(): void {
    const missing = this.#channel.missing(this.#readers).join("; ");
    this.fail(
      new TowpathError("TP_CHANNEL_TIMEOUT", `after ${this.#openTimeoutMs} ms there is no ${missing}`, {
        where: this.name,
        hint: "Start it, or give a longer openTimeoutMs.",
      }),
    );
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#isClosed)
      throw new TowpathError("TP_CLOSED", "this writer has been closed", { where: this.name });
  }
}
