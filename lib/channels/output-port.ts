import type { ChannelWriter } from "./ends.ts";
import { portClosed } from "./port-closed.ts";

/**
 * Where an operator's records go: a writer, opened at first use, which waits until every reader is ready.
 *
 *   await output.write(record);
 *   await output.close();
 */
export class OutputPort<Item> implements AsyncDisposable {
  /** What it writes with. */
  readonly writer: ChannelWriter<Item>;
  #opening: Promise<void> | null = null;
  #closing: Promise<void> | null = null;
  #records = 0;
  #until: AbortSignal | null = null;

  constructor(writer: ChannelWriter<Item>) {
    this.writer = writer;
  }

  /** For people: "channel signal, writer sensor". */
  get name(): string {
    return this.writer.name;
  }

  /** Records that were written. */
  get records(): number {
    return this.#records;
  }

  /** Resolves when every reader is ready. Rejects with TP_CLOSED, and what the writer says, such as TP_CHANNEL_TIMEOUT. */
  async open(): Promise<void> {
    if (this.#closing !== null) throw portClosed(this.name);
    this.#opening ??= this.writer.open();
    await this.#opening;
  }

  /**
   * Writes a record, or several: all of them, or where one cannot be written none. Resolves when there is room for more.
   * A record that is itself an array is written as one of several: `write([record])`.
   *
   * Rejects with TP_OUTPUT_VALUE for what is no record of the schema, TP_CLOSED, and whatever else the writer says.
   */
  async write(records: Item | readonly Item[]): Promise<void> {
    this.#until?.throwIfAborted();
    await this.open();
    const several = Array.isArray(records) ? (records as readonly Item[]) : [records as Item];
    await this.writer.write(several);
    this.#records += several.length;
  }

  /** Resolves when everything that was written is where readers find it. */
  async flush(): Promise<void> {
    if (this.#opening === null) return;
    await this.#opening;
    await this.writer.flush();
  }

  /** Tells the readers that nothing more will come, once they can have all of it; with an error, that it failed. */
  close(error?: Error): Promise<void> {
    this.#closing ??= this.writer.close(error);
    return this.#closing;
  }

  /** For whoever runs an operator that nothing else ends: no record is taken once `signal` aborts. */
  endOn(signal: AbortSignal): void {
    this.#until = signal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
