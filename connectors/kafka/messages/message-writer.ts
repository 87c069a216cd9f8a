import type { Batch } from "../../../lib/data/batch.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { isTopicName } from "../client/topic-name.ts";
import { type MessageOutput, placeOfRow, rowTooLarge } from "../produce/envelope.ts";
import { writeHeader } from "../produce/message-headers.ts";
import { BY_KEY, type Chunk } from "../produce/outbox.ts";
import { headersOfJson, type WriteHeaders } from "../write/header-writer.ts";
import {
  countAt,
  type ErrorParts,
  type MessageParts,
  textAt,
  writePayload,
  writeShown,
} from "./message-parts.ts";
import { bytesOf, type PlainParts, plainParts, runEnd } from "./plain-parts.ts";

/** What messages are made of. */
export interface MessageWriterOptions {
  readonly columns: Columns;
  readonly parts: MessageParts;
  /** The topic of rows that name none; null: there is none. */
  readonly topic: string | null;
  /** Of payload, key and headers together. */
  readonly bytesMax: number;
}

/** The greatest partition that a message can name. */
const PARTITION_MAX = 2 ** 31 - 1;

/** What a dead letter's headers are called (dead-letter-topic.ts), in order. */
const errorHeaders: readonly (readonly [header: string, part: keyof ErrorParts])[] = [
  ["tp-error-code", "code"],
  ["tp-error-detail", "reason"],
  ["tp-stage", "stage"],
  ["tp-topic", "topic"],
  ["tp-partition", "partition"],
  ["tp-offset", "offset"],
  ["tp-timestamp", "timestamp"],
];

/** Rows to messages, each as it says itself: nothing is added. */
export class MessageWriter {
  readonly #options: MessageWriterOptions;
  readonly #output: MessageOutput;
  readonly #headers: WriteHeaders | null;
  readonly #known = new Map<string, number>();

  constructor(options: MessageWriterOptions, output: MessageOutput) {
    const { headers } = options.parts;
    this.#options = options;
    this.#output = output;
    this.#headers = headers < 0 ? null : headersOfJson(headers);
  }

  /** Takes one commit, rows in the order given; returns their number. Throws without having sent any of it. */
  write(batch: Batch, order: Uint32Array): number {
    const { outbox } = this.#output;
    const mark = outbox.mark();
    const before = outbox.waiting;
    try {
      this.#rows(batch, order);
    } catch (error) {
      outbox.putBack(mark);
      throw error;
    }
    const messages = outbox.waiting - before;
    this.#output.commit(batch.time, messages);
    return messages;
  }

  #rows(batch: Batch, order: Uint32Array): void {
    const { diffs } = batch;
    const ticket = this.#output.ticket(batch.time);
    const plain = diffs === null ? plainParts(batch, this.#options.parts) : null;
    if (plain !== null) {
      this.#addPlain(batch, order, ticket, plain);
      return;
    }
    for (let i = 0; i < order.length; i++) {
      const row = order[i];
      const diff = diffs === null ? 1 : diffs[row];
      if (diff < 0) throw this.#retracted(batch, row);
      for (let copy = diff; copy > 0; copy--) this.#add(batch, row, ticket);
    }
  }

  /** Rows that only have keys and values, many at a time. */
  #addPlain(batch: Batch, order: Uint32Array, ticket: number, { value, key }: PlainParts): void {
    if (order.length === 0) return;
    const { bytesMax } = this.#options;
    const topic = this.#topicOf(batch, order[0]);
    for (let from = 0; from < order.length; ) {
      const to = runEnd(value, key, order, from, bytesMax);
      if (to === from) {
        const bytes = bytesOf(value, order[from]) + bytesOf(key, order[from]);
        throw rowTooLarge(this.#place(batch, order[from]), bytes, bytesMax);
      }
      this.#output.outbox.addRows(topic, BY_KEY, ticket, value, key, order, from, to);
      from = to;
    }
  }

  #add(batch: Batch, row: number, ticket: number): void {
    const { bytesMax } = this.#options;
    const { outbox } = this.#output;
    const topic = this.#topicOf(batch, row);
    const partition = this.#partitionOf(batch, row);
    const time = this.#timeOf(batch, row);
    const chunk = outbox.begin();
    const { out } = chunk;
    const value = out.used;
    const hasValue = this.#payload("value", batch, row, chunk);
    const key = out.used;
    const hasKey = this.#payload("key", batch, row, chunk);
    const headers = out.used;
    this.#addHeaders(batch, row, chunk);
    if (out.used - value > bytesMax) throw rowTooLarge(this.#place(batch, row), out.used - value, bytesMax);
    const [valueEnd, keyEnd] = [hasValue ? key : -1, hasKey ? headers : -1];
    outbox.add(topic, partition, value, valueEnd, key, keyEnd, headers, out.used, ticket, time);
  }

  #payload(name: "key" | "value", batch: Batch, row: number, { out }: Chunk): boolean {
    const { columns, parts } = this.#options;
    const position = parts[name];
    if (position < 0) return false;
    const column = batch.columns[position];
    if (parts.error !== null) return writeShown(column, columns[position].type.name, row, out);
    try {
      return writePayload(column, row, out);
    } catch (cause) {
      throw this.#invalid(`its ${name} is ${(cause as Error).message}`, batch, row, cause);
    }
  }

  #topicOf(batch: Batch, row: number): number {
    const { parts, topic } = this.#options;
    const name = (parts.topic < 0 ? null : textAt(batch.columns[parts.topic], row)) ?? topic;
    const known = name === null ? undefined : this.#known.get(name);
    if (known !== undefined) return known;
    if (!isTopicName(name)) throw this.#withoutTopic(name, batch, row);
    const index = this.#output.topic(name);
    this.#known.set(name, index);
    return index;
  }

  #partitionOf(batch: Batch, row: number): number {
    const partition = this.#countOf("partition", batch, row) ?? BY_KEY;
    if (partition <= PARTITION_MAX) return partition;
    throw this.#invalid(`its partition is ${partition}`, batch, row);
  }

  #timeOf(batch: Batch, row: number): number {
    return this.#countOf("timestamp", batch, row) ?? 0;
  }

  #countOf(name: "partition" | "timestamp", batch: Batch, row: number): number | null {
    const position = this.#options.parts[name];
    if (position < 0) return null;
    try {
      return countAt(batch.columns[position], row);
    } catch (cause) {
      throw this.#invalid(`its ${name} is ${(cause as Error).message}`, batch, row, cause);
    }
  }

  #addHeaders(batch: Batch, row: number, { out }: Chunk): void {
    try {
      this.#headers?.(batch, row, out);
    } catch (cause) {
      const detail = `a row has no headers: ${(cause as Error).message}`;
      throw new TowpathError("TP_KAFKA_HEADERS_INVALID", detail, {
        where: this.#place(batch, row),
        hint: "Headers are [[name, value], …], [{ name, value }, …] or an object of values by name.",
        cause,
      });
    }
    const { error } = this.#options.parts;
    if (error === null) return;
    for (const [header, part] of errorHeaders) {
      const column = error[part] < 0 ? undefined : batch.columns[error[part]];
      if (column === undefined) continue;
      const cell = column.layout === "number" ? countAt(column, row) : textAt(column, row);
      if (cell !== null) writeHeader(Buffer.from(header), Buffer.from(String(cell)), out);
    }
  }

  #place(batch: Batch, row: number): string {
    return placeOfRow(batch, row, this.#options.columns);
  }

  #withoutTopic(name: string | null, batch: Batch, row: number): TowpathError {
    const what =
      name === null
        ? "a message names no topic, and its sink has none"
        : `${JSON.stringify(name.slice(0, 260))} cannot be a topic`;
    return new TowpathError("TP_KAFKA_TOPIC_INVALID", what, {
      where: this.#place(batch, row),
      hint: "Give its row a column topic, or the sink a topic for all that have none: pw.kafka.sink({ brokers, topic }).",
    });
  }

  #invalid(what: string, batch: Batch, row: number, cause?: unknown): TowpathError {
    return new TowpathError("TP_MESSAGE_INVALID", `a row is no message: ${what}`, {
      where: this.#place(batch, row),
      hint: "Keys and values are bytes, texts or null (pw.kafka.serialize makes them), partitions and timestamps whole numbers from 0.",
      cause,
    });
  }

  #retracted(batch: Batch, row: number): TowpathError {
    return new TowpathError(
      "TP_MESSAGE_RETRACTED",
      "a row was taken back, and a message that was sent cannot be",
      {
        where: this.#place(batch, row),
        hint: "Send the changes as rows that only come: table.toStream(). Or write the table: pw.kafka.write.",
      },
    );
  }
}
