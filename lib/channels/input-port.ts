import { setImmediate as nextTurn } from "node:timers/promises";
import { TowpathError } from "../errors.ts";
import type { ChannelReader } from "./ends.ts";
import { portClosed } from "./port-closed.ts";

/** How often a port commits what has been handled. */
const COMMIT_EVERY_MS = 1_000;

/**
 * Where an operator gets records from: a reader, opened at first use.
 *
 *   for await (const record of input) …
 *
 * A record is handled when the next one is asked for. What has been handled is committed once a second and at the end of
 * the channel; so whoever comes back in this one's place gets nothing again but what was handled within that second.
 */
export class InputPort<Item> implements AsyncIterable<Item>, AsyncDisposable {
  /** What it reads with. */
  readonly reader: ChannelReader<Item>;
  #opening: Promise<void> | null = null;
  #closing: Promise<void> | null = null;
  #ticks: NodeJS.Timeout | undefined;
  #beforeCommit: (() => Promise<void>) | null = null;
  #records = 0;
  #isUncommitted = false;
  #isDue = false;
  #isStopped = false;
  /** Ends the wait for the next record; null while there is none. */
  #interrupt: (() => void) | null = null;
  #isRead = false;
  /** A record came that nobody was given: a commit would count it. */
  #isLost = false;
  #failure: unknown = null;

  constructor(reader: ChannelReader<Item>) {
    this.reader = reader;
  }

  /** For people: "channel signal, reader mean, member 0 of 2". */
  get name(): string {
    return this.reader.name;
  }

  /** Records that have been handed out. */
  get records(): number {
    return this.#records;
  }

  /** Resolves when records can come. Rejects with TP_CLOSED, and what the reader says, such as TP_CHANNEL_PARTITIONS. */
  async open(): Promise<void> {
    if (this.#closing !== null) throw portClosed(this.name);
    this.#opening ??= this.#open();
    await this.#opening;
  }

  /** Everything that has been handed out is dealt with, the record at hand too. */
  async commit(): Promise<void> {
    if (!this.#isUncommitted || this.#isLost) return;
    this.#isUncommitted = false;
    this.#isDue = false;
    await this.reader.commit();
  }

  /** Records that wait to be read. */
  async lag(): Promise<number> {
    await this.open();
    return this.reader.lag();
  }

  /** Tells the peers that it is done, or what ended it. Commits nothing. */
  close(error?: Error): Promise<void> {
    this.stop();
    this.#closing ??= this.#close(error);
    return this.#closing;
  }

  /** Whoever goes through the records gets none after the one at hand, as if the channel had ended there. */
  stop(): void {
    this.#isStopped = true;
    this.#interrupt?.();
  }

  /** For whoever runs an operator, and opens and closes its ports: `beforeCommit` comes before each commit. */
  hold(beforeCommit: () => Promise<void>): void {
    this.#beforeCommit = beforeCommit;
  }

  /**
   * The records, as they come, until all writers are done. It closes at the end, and where it is left early; then, what
   * has been handled since the last commit is left uncommitted, and comes again.
   *
   * Rejects with TP_CHANNEL_PEER where a writer fails, TP_CLOSED, TP_BAD_ARGUMENT where another loop has not ended, and
   * with whatever else the reader says.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void> {
    if (this.#isRead) throw readTwice(this.name);
    this.#isRead = true;
    let error: Error | undefined;
    try {
      await this.open();
      for (let taken = await this.#next(); taken !== null; taken = await this.#next()) {
        this.#records++;
        this.#isUncommitted = true;
        yield taken[0];
      }
      if (this.#beforeCommit === null && this.#closing === null) await this.commit();
    } catch (thrown) {
      error = thrown as Error;
      throw thrown;
    } finally {
      this.#isRead = false;
      if (this.#beforeCommit === null) await this.close(error);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #open(): Promise<void> {
    await this.reader.open();
    this.#ticks = setInterval(() => this.#tick(), COMMIT_EVERY_MS);
    this.#ticks.unref();
  }

  async #close(error?: Error): Promise<void> {
    clearInterval(this.#ticks);
    await this.reader.close(error);
  }

  /** One at a time, so that a commit counts what has been handed out and nothing else. */
  async #next(): Promise<readonly Item[] | null> {
    if (this.#isDue && this.#isUncommitted) {
      await this.#beforeCommit?.();
      await this.commit();
    }
    if (this.#failure !== null) throw this.#failure;
    if (this.#isStopped) return null;
    return await new Promise((resolve, reject) => {
      this.#interrupt = () => {
        this.#interrupt = null;
        resolve(null);
      };
      const taken = (items: readonly Item[] | null): void => {
        if (this.#interrupt === null) this.#isLost ||= items !== null;
        this.#interrupt = null;
        resolve(items);
      };
      this.reader.take(1).then(taken, reject);
    });
  }

  #tick(): void {
    this.#isDue = true;
    if (this.#interrupt !== null && this.#isUncommitted) void this.#commitIdle(this.#interrupt);
  }

  /** Nothing comes: what was handed out is handled, and should not wait for the next record to be committed. */
  async #commitIdle(waiting: () => void): Promise<void> {
    try {
      await this.#beforeCommit?.();
      // A record that the reader has just taken gets here first, so that the commit does not count it.
      await nextTurn();
      if (this.#interrupt === waiting) await this.commit();
    } catch (error) {
      this.#failure = error;
      this.#interrupt?.();
    }
  }
}

function readTwice(name: string): TowpathError {
  return new TowpathError("TP_BAD_ARGUMENT", "a port is gone through by one loop at a time", {
    where: name,
    hint: "Let the first loop end, or hand its records on to both.",
  });
}
