import type { Batch } from "../../../lib/data/batch.ts";
import { keysOfValues } from "../../../lib/data/row-key.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { TowpathError } from "../../../lib/errors.ts";
import type { Formatter } from "../../../lib/io/formatter.ts";
import { lastChanges } from "../../../lib/kernels/last-changes.ts";
import { type Envelope, type MessageOutput, placeOfRow, rowTooLarge } from "../produce/envelope.ts";
import { BY_KEY, type Chunk, EVERY } from "../produce/outbox.ts";
import type { CommitHeaders } from "./commit-headers.ts";
import type { WriteHeaders } from "./header-writer.ts";
import type { WriteKey } from "./message-key.ts";
import type { TopicOfRow } from "./row-topic.ts";

/** What a message is made of. */
export interface RecordParts {
  /** The columns that errors show. */
  readonly columns: Columns;
  readonly formatter: Formatter;
  readonly key: WriteKey;
  readonly headers: WriteHeaders | null;
  readonly topicOf: TopicOfRow | number;
  /** Positions of the columns that identify a row: only the last of each is written, or that it is gone. Else null. */
  readonly identity: readonly number[] | null;
  readonly commitMarkers: boolean;
  /** Of payload, key and the row's own headers together. */
  readonly bytesMax: number;
}

const MARKER = Buffer.from("*COMMIT*");

/** The envelopes "row" (a message for each change) and "upsert" (one for each key that changed). */
export class RecordEnvelope implements Envelope {
  readonly #parts: RecordParts;
  readonly #commitHeaders: CommitHeaders;
  readonly #output: MessageOutput;
  /** Topics that this commit has written to. */
  readonly #topics = new Set<number>();
  readonly pendingCommits = 0;
  sentTime = Number.NEGATIVE_INFINITY;

  constructor(parts: RecordParts, headers: CommitHeaders, output: MessageOutput) {
    this.#parts = parts;
    this.#commitHeaders = headers;
    this.#output = output;
  }

  write(batch: Batch, order: Uint32Array): number {
    const { outbox } = this.#output;
    const mark = outbox.mark();
    this.#commitHeaders.begin(batch.time);
    this.#topics.clear();
    const before = outbox.waiting;
    let changes: number;
    try {
      changes = this.#parts.identity === null ? this.#rows(batch, order) : this.#keys(batch, order);
      if (this.#parts.commitMarkers) this.#addMarkers(batch.time);
    } catch (error) {
      outbox.putBack(mark);
      throw error;
    }
    this.#output.commit(batch.time, outbox.waiting - before);
    this.sentTime = batch.time;
    return changes;
  }

  flush(): void {}

  #rows(batch: Batch, order: Uint32Array): number {
    const { diffs } = batch;
    const ticket = this.#output.ticket(batch.time);
    let changes = 0;
    for (let i = 0; i < order.length; i++) {
      const row = order[i];
      const diff = diffs === null ? 1 : diffs[row];
      // The format knows 1 and -1 only, so that a reader may take each message for one row.
      for (let copy = Math.abs(diff); copy > 0; copy--) {
        this.#add(batch, row, diff > 0 ? 1 : -1, ticket);
        changes++;
      }
    }
    return changes;
  }

  #keys(batch: Batch, order: Uint32Array): number {
    const { diffs, columns, length } = batch;
    const ticket = this.#output.ticket(batch.time);
    const identity = this.#parts.identity as readonly number[];
    let rows = order;
    if (diffs !== null) {
      const types = identity.map((position) => this.#parts.columns[position].type);
      const cells = identity.map((position) => columns[position]);
      const last = new Uint32Array(order.length);
      rows = last.subarray(0, lastChanges(keysOfValues(cells, types, length), diffs, order, last));
    }
    for (let i = 0; i < rows.length; i++) {
      this.#add(batch, rows[i], diffs === null || diffs[rows[i]] > 0 ? 1 : -1, ticket);
    }
    return rows.length;
  }

  #add(batch: Batch, row: number, diff: number, ticket: number): void {
    const { formatter, key, topicOf, identity, bytesMax } = this.#parts;
    const { outbox } = this.#output;
    const topic = typeof topicOf === "number" ? topicOf : topicOf(batch, row);
    const chunk = outbox.begin();
    const { out } = chunk;
    const value = out.used;
    const gone = identity !== null && diff < 0;
    const isNull = gone || formatter.isNull?.(batch, row) === true;
    let valueEnd: number;
    let hasKey: boolean;
    try {
      if (!isNull) formatter.formatInto(batch, row, diff, out);
      valueEnd = out.used;
      hasKey = key(batch, row, out);
    } catch (error) {
      throw this.#placed(error, batch, row);
    }
    const keyEnd = out.used;
    const { start, end } = this.#addHeaders(batch, row, identity === null ? diff : 0, chunk);
    const bytes = keyEnd - value + (start === keyEnd ? end - start : 0);
    if (bytes > bytesMax) throw rowTooLarge(placeOfRow(batch, row, this.#parts.columns), bytes, bytesMax);
    const valueTo = isNull ? -1 : valueEnd;
    outbox.add(topic, BY_KEY, value, valueTo, valueEnd, hasKey ? keyEnd : -1, start, end, ticket);
    this.#topics.add(topic);
  }

  /** An error of a format with the row that it is about. */
  #placed(error: unknown, batch: Batch, row: number): unknown {
    if (!(error instanceof TowpathError) || error.where !== undefined) return error;
    const { code, detail, hint, cause } = error;
    return new TowpathError(code, detail, {
      where: placeOfRow(batch, row, this.#parts.columns),
      hint,
      cause,
    });
  }

  /** The row's own headers and behind them those of its commit, or where it has none those that its commit shares. */
  #addHeaders(
    batch: Batch,
    row: number,
    diff: number,
    chunk: Chunk,
  ): { readonly start: number; readonly end: number } {
    const { headers, columns } = this.#parts;
    if (headers === null) {
      this.#commitHeaders.place(chunk, diff);
      return this.#commitHeaders;
    }
    const start = chunk.out.used;
    try {
      headers(batch, row, chunk.out);
    } catch (cause) {
      throw new TowpathError(
        "TP_KAFKA_HEADERS_INVALID",
        `a row has no headers: ${(cause as Error).message}`,
        {
          where: placeOfRow(batch, row, columns),
          hint: 'Headers are [{ "name": …, "value": … }, …] or an object of values by name.',
          cause,
        },
      );
    }
    this.#commitHeaders.append(chunk.out, diff);
    return { start, end: chunk.out.used };
  }

  /** A marker for every partition of each topic written to. In a compacted topic nothing may be without a key. */
  #addMarkers(time: number): void {
    const { outbox } = this.#output;
    const ticket = this.#output.ticket(time);
    for (const topic of this.#topics) {
      const chunk = outbox.begin();
      const { out } = chunk;
      const value = out.used;
      out.append(MARKER);
      const valueEnd = out.used;
      this.#commitHeaders.place(chunk, 0);
      const { start, end } = this.#commitHeaders;
      const keyEnd = this.#parts.identity === null ? -1 : valueEnd;
      outbox.add(topic, EVERY, value, valueEnd, value, keyEnd, start, end, ticket);
    }
  }
}
