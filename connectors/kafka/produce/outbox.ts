import { grown } from "../../../lib/base/growth.ts";
import { NULL, type TextColumn } from "../../../lib/data/column.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import { gatherSlices } from "../../../lib/kernels/gather-slices.ts";

/** Numbers that describe a message (native/src/press.h, `enum field`); an end of -1 says that there is no such part. */
export const FIELDS = 11;
export const TOPIC = 0;
export const PARTITION = 1;
export const VALUE = 2;
export const VALUE_END = 3;
export const KEY = 4;
export const KEY_END = 5;
export const HEADERS = 6;
export const HEADERS_END = 7;
export const TICKET = 8;
/** Milliseconds since 1970, in units of TIME_UNIT and the rest; both 0: the time when the message is handed over. */
export const TIME = 9;
export const TIME_REST = 10;
export const TIME_UNIT = 2 ** 31;

/** In place of a partition: the partitioner chooses by the key. */
export const BY_KEY = -1;
/** In place of a partition: a copy goes to each. */
export const EVERY = -2;

/** A chunk that has grown to this takes no further message, so that offsets fit and drained memory is given back. */
const CHUNK_BYTES = 4 << 20;

/** Messages end to end in one buffer. */
export interface Chunk {
  readonly out: ByteWriter;
  /** FIELDS numbers for each message. */
  readonly fields: Int32Array;
  readonly count: number;
}

class GrowingChunk implements Chunk {
  readonly out = new ByteWriter(1 << 16);
  fields = new Int32Array(64 * FIELDS);
  count = 0;

  /** Copies the cells of rows `rows[from, to)` in, and writes where each begins and ends to the fields from `at` on. */
  addPart(column: TextColumn | null, rows: Uint32Array, from: number, to: number, at: number): void {
    const { fields, out } = this;
    if (column === null) {
      for (let i = from; i < to; i++, at += FIELDS) fields[at + 1] = -1;
      return;
    }
    const { bytes, starts, ends, tags } = column;
    let end = out.used;
    for (let i = from; i < to; i++, at += FIELDS) {
      const row = rows[i];
      fields[at] = end;
      end += ends[row] - starts[row];
      fields[at + 1] = tags !== null && tags[row] === NULL ? -1 : end;
    }
    out.reserve(end - out.used);
    out.used = gatherSlices(bytes, starts, ends, rows, from, to, out.bytes, out.used);
  }
}

/** A place to which an outbox can be put back. */
export interface OutboxMark {
  readonly chunk: Chunk;
  readonly used: number;
  readonly count: number;
  readonly waiting: number;
}

/**
 * Messages that wait for the client, in order, packed: no object for a message.
 *
 *   begin → write its parts to chunk.out → add → … → head → take
 */
export class Outbox {
  /** The first is handed over, the last written to. */
  readonly #chunks: GrowingChunk[] = [new GrowingChunk()];
  #taken = 0;
  /** Messages that wait. */
  waiting = 0;

  /** Where the parts of the next message go. The same chunk as before, unless that is full. */
  begin(): Chunk {
    let chunk = this.#last;
    if (chunk.out.used >= CHUNK_BYTES) {
      chunk = new GrowingChunk();
      this.#chunks.push(chunk);
    }
    return chunk;
  }

  /**
   * Adds a message whose parts lie in the chunk that `begin` gave: value, key, headers, each from where to where.
   * `time` is its timestamp in ms since 1970; 0 where it has none of its own.
   */
  add(
    topic: number,
    partition: number,
    value: number,
    valueEnd: number,
    key: number,
    keyEnd: number,
    headers: number,
    headersEnd: number,
    ticket: number,
    time = 0,
  ): void {
    const chunk = this.#last;
    const at = chunk.count * FIELDS;
    if (at === chunk.fields.length) chunk.fields = grown(chunk.fields, at + FIELDS);
    const { fields } = chunk;
    fields[at + TOPIC] = topic;
    fields[at + PARTITION] = partition;
    fields[at + VALUE] = value;
    fields[at + VALUE_END] = valueEnd;
    fields[at + KEY] = key;
    fields[at + KEY_END] = keyEnd;
    fields[at + HEADERS] = headers;
    fields[at + HEADERS_END] = headersEnd;
    fields[at + TICKET] = ticket;
    fields[at + TIME] = Math.floor(time / TIME_UNIT);
    fields[at + TIME_REST] = time % TIME_UNIT;
    chunk.count++;
    this.waiting++;
  }

  /**
   * Adds a message for each row of `rows[from, to)`: its value and its key (null: without), no headers, no time of its
   * own. What `add` does in calls for each, in a few for all.
   */
  addRows(
    topic: number,
    partition: number,
    ticket: number,
    value: TextColumn | null,
    key: TextColumn | null,
    rows: Uint32Array,
    from: number,
    to: number,
  ): void {
    this.begin();
    const chunk = this.#last;
    const count = to - from;
    const first = chunk.count * FIELDS;
    if (first + count * FIELDS > chunk.fields.length)
      chunk.fields = grown(chunk.fields, first + count * FIELDS);
    const { fields } = chunk;
    fields.fill(0, first, first + count * FIELDS);
    for (let at = first; at < first + count * FIELDS; at += FIELDS) {
      fields[at + TOPIC] = topic;
      fields[at + PARTITION] = partition;
      fields[at + TICKET] = ticket;
    }
    chunk.addPart(value, rows, from, to, first + VALUE);
    chunk.addPart(key, rows, from, to, first + KEY);
    chunk.count += count;
    this.waiting += count;
  }

  /** The next message to hand over: its chunk and its place there; null where none waits. */
  head(): { readonly chunk: Chunk; readonly from: number } | null {
    if (this.waiting === 0) return null;
    if (this.#taken === this.#chunks[0].count) {
      this.#chunks.shift();
      this.#taken = 0;
    }
    return { chunk: this.#chunks[0], from: this.#taken };
  }

  /** The first `count` messages have been handed over. */
  take(count: number): void {
    this.#taken += count;
    this.waiting -= count;
    if (this.waiting > 0) return;
    const chunk = this.#last;
    this.#chunks.length = 0;
    this.#chunks.push(chunk.out.bytes.length > 2 * CHUNK_BYTES ? new GrowingChunk() : chunk);
    this.#taken = 0;
    this.#last.out.reset();
    this.#last.count = 0;
  }

  mark(): OutboxMark {
    const chunk = this.#last;
    return { chunk, used: chunk.out.used, count: chunk.count, waiting: this.waiting };
  }

  /** Drops what was added since the mark; nothing of it may have been taken. */
  putBack({ chunk, used, count, waiting }: OutboxMark): void {
    while (this.#last !== chunk && this.#chunks.length > 1) this.#chunks.pop();
    const last = this.#last;
    last.out.truncate(used);
    last.count = count;
    this.waiting = waiting;
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#chunks.push(new GrowingChunk());
    this.#taken = 0;
    this.waiting = 0;
  }

  get #last(): GrowingChunk {
    return this.#chunks[this.#chunks.length - 1];
  }
}
