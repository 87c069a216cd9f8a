import { Batch } from "../../../lib/data/batch.ts";
import { ABSENT } from "../../../lib/data/column.ts";
import { columnBuilder, writeCell } from "../../../lib/data/column-builder.ts";
import { KEY_WORDS, Keys } from "../../../lib/data/keys.ts";
import { keyOfValues } from "../../../lib/data/row-key.ts";
import type { TowpathError } from "../../../lib/errors.ts";
import {
  COMMIT,
  ENDED,
  IDLE,
  type JournalledCommit,
  type PollResult,
  type Source,
  type SourceContext,
  type SourceHistory,
  type SourceStats,
} from "../../../lib/io/source.ts";
import type { TopicPartition } from "../client/partition-slots.ts";
import { type SourceError, sourceErrorColumns } from "./message-columns.ts";

/**
 * Errors of a source's client on their way from the source that meets them to the table that has them as rows. Which of
 * the two a run needs it says by making them: what nobody reads is not made.
 */
export class ClientErrors {
  /** The source of the messages runs. */
  hasReader = false;
  readonly #areFatal: boolean;
  #rows: ClientErrorRows | null = null;

  /** `areFatal`: each ends the run, whoever would list it. */
  constructor(areFatal: boolean) {
    this.#areFatal = areFatal;
  }

  /** The table of the errors is used. */
  listedBy(rows: ClientErrorRows): void {
    this.#rows = rows;
  }

  /** Takes an error as a row; false where nothing uses it, so that the run must end with it. */
  take(error: TowpathError, place: TopicPartition | null): boolean {
    if (this.#areFatal || this.#rows === null) return false;
    this.#rows.add(errorRow(error, place));
    return true;
  }

  /** No further error comes. */
  end(): void {
    this.#rows?.end();
  }
}

function errorRow({ code, detail }: TowpathError, place: TopicPartition | null): SourceError {
  const { topic = null, partition = null } = place ?? {};
  const nothing = { offset: null, timestamp: null, key: null, value: null, headers: null };
  return { code, reason: detail, stage: "input", topic, partition, ...nothing };
}

/**
 * Errors of a client as rows, in commits of their own. They cannot be had again, so that the journal holds them as they
 * are. `reader` is the source of the messages where nothing else runs it.
 */
export class ClientErrorRows implements Source {
  readonly name: string;
  readonly history: SourceHistory;
  readonly #needed: readonly boolean[];
  readonly #errors: ClientErrors;
  readonly #createReader: () => Source;
  #reader: Source | null = null;
  #queue: (readonly SourceError[])[] = [];
  #open: SourceError[] = [];
  #sealed: readonly SourceError[] = [];
  #hasEnded = false;
  #wake: () => void = () => {};
  #rows = 0;
  #commits = 0;

  constructor(name: string, needed: readonly boolean[], errors: ClientErrors, createReader: () => Source) {
    this.name = name;
    this.#needed = needed;
    this.#errors = errors;
    this.#createReader = createReader;
    this.history = {
      range: () => this.#sealed,
      save() {},
      resume: (_, commits: readonly JournalledCommit[]) => {
        this.#queue = commits.map(({ range }) => range as readonly SourceError[]);
      },
    };
    errors.listedBy(this);
  }

  async open(context: SourceContext): Promise<void> {
    this.#wake = () => context.wake();
    if (this.#errors.hasReader) return;
    this.#reader = this.#createReader();
    await this.#reader.open(context);
  }

  add(row: SourceError): void {
    this.#open.push(row);
    this.#wake();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  poll(): PollResult {
    this.#passMessages();
    if (this.#queue.length > 0 || this.#open.length > 0) return COMMIT;
    return this.#hasEnded ? ENDED : IDLE;
  }

  seal(time: number): Batch {
    this.#sealed = this.#queue.shift() ?? this.#open.splice(0);
    const { length } = this.#sealed;
    this.#rows += length;
    this.#commits++;
    const columns = sourceErrorColumns.map(({ name, type }, i) => {
      if (!this.#needed[i]) return ABSENT;
      const builder = columnBuilder(type);
      this.#sealed.forEach((error, row) => writeCell(builder, type, row, error[name]));
      return builder.finish(length);
    });
    return new Batch(time, length, columns, this.#keysAt(time, length), null);
  }

  release(): void {}

  acknowledge(): void {}

  stats(): SourceStats {
    return { rows: this.#rows, commits: this.#commits, rejected: 0, lag: null, pending: this.#open.length };
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }

  /** Nobody wants the messages themselves: they are read for the errors that reading meets. */
  #passMessages(): void {
    const reader = this.#reader;
    if (reader === null || this.#hasEnded) return;
    const found = reader.poll();
    if (found === COMMIT) {
      reader.seal(0);
      reader.release();
      reader.acknowledge(0);
      this.#wake();
    } else if (found === ENDED) this.end();
  }

  /** By time and place: a later run, whose times are later, never makes one of them again. */
  #keysAt(time: number, n: number): Keys {
    return Keys.derived(() => {
      const words = new Uint32Array(KEY_WORDS * n);
      for (let row = 0; row < n; row++) words.set(keyOfValues([this.name, time, row]), KEY_WORDS * row);
      return words;
    });
  }
}
