import type { Batch } from "../../../lib/data/batch.ts";
import type { TowpathError } from "../../../lib/errors.ts";
import { ByteWriter } from "../../../lib/io/byte-writer.ts";
import type { Formatter } from "../../../lib/io/formatter.ts";
import { excerptOfRow, rowTooLarge } from "../produce/envelope.ts";

/** When a message is closed. */
export interface MessageLimits {
  /** Commits in one message. */
  readonly commitsMax: number;
  /** Bytes of one message's payload. */
  readonly bytesMax: number;
}

/**
 * Takes a finished message: `payload` is borrowed. `time` is that of its last commit; it is part `part` of `parts` (from
 * 1) of one commit, or 1 of 1 and holds whole commits.
 */
export type SendMessage = (payload: Buffer, time: number, part: number, parts: number) => void;

const COMMA = 44;
const OPEN = 91;
const CLOSE = 93;

/** A buffer that one large commit has blown up is given back. */
const BYTES_KEPT = 8 << 20;

/**
 * The envelope "updates": commits to messages, each a JSON array of rows.
 *
 * Rows are formatted once, one after the other, each with a separator in front; a message is a slice of that buffer
 * whose first separator becomes `[`, and whose next one is `]` while the message is handed out. So a commit that
 * turns out to be too large for what is left of a message is moved, never formatted again.
 */
export class UpdatesWriter {
  readonly #formatter: Formatter;
  readonly #limits: MessageLimits;
  readonly #send: SendMessage;
  #out = new ByteWriter();
  /** Of the commits that wait in the buffer for their message. */
  #pendingCommits = 0;
  #pendingTime = 0;

  constructor(formatter: Formatter, limits: MessageLimits, send: SendMessage) {
    this.#formatter = formatter;
    this.#limits = limits;
    this.#send = send;
  }

  /** Commits that wait for others to share a message with. */
  get pendingCommits(): number {
    return this.#pendingCommits;
  }

  /**
   * Takes one commit, rows in the order given; returns the number of records. Throws TP_KAFKA_MESSAGE_TOO_LARGE for a
   * row that fits no message, and leaves the whole commit out.
   */
  write(batch: Batch, order: Uint32Array): number {
    const start = this.#out.used;
    const parts: number[] = [start];
    let records = 0;
    try {
      records = this.#format(batch, order, parts);
    } catch (error) {
      this.#out.truncate(start);
      throw error;
    }
    if (parts.length > 1) this.#sendParts(parts, batch.time);
    else this.#append(start, batch.time);
    return records;
  }

  /** Sends what waits. */
  flush(): void {
    if (this.#pendingCommits === 0) return;
    this.#pendingCommits = 0;
    this.#sendSlice(0, this.#out.used, this.#pendingTime, 1, 1);
    this.#empty();
  }

  /** Formats all rows and notes where a message of this commit alone would have to be cut. */
  #format(batch: Batch, order: Uint32Array, parts: number[]): number {
    const { bytesMax } = this.#limits;
    const out = this.#out;
    let records = 0;
    for (let i = 0; i < order.length; i++) {
      const row = order[i];
      const diff = batch.diffs === null ? 1 : batch.diffs[row];
      // The format knows 1 and -1 only, so that a reader may take each record for one row.
      for (let copy = Math.abs(diff); copy > 0; copy--) {
        const at = out.used;
        out.put(COMMA);
        this.#formatter.formatInto(batch, row, Math.sign(diff), out);
        if (out.used - at + 1 > bytesMax) throw this.#tooLarge(batch, row, at + 1);
        if (out.used - parts[parts.length - 1] + 1 > bytesMax) parts.push(at);
        records++;
      }
    }
    return records;
  }

  /** The commit is whole from `start` on and fits one message: this one, or else the next. */
  #append(start: number, time: number): void {
    const out = this.#out;
    if (start > 0 && out.used + 1 > this.#limits.bytesMax) {
      this.#sendSlice(0, start, this.#pendingTime, 1, 1);
      out.bytes.copyWithin(0, start, out.used);
      out.truncate(out.used - start);
      this.#pendingCommits = 0;
    }
    this.#pendingCommits++;
    this.#pendingTime = time;
    if (this.#pendingCommits >= this.#limits.commitsMax) this.flush();
  }

  #sendParts(starts: readonly number[], time: number): void {
    const end = this.#out.used;
    const [first] = starts;
    if (first > 0) this.#sendSlice(0, first, this.#pendingTime, 1, 1);
    this.#pendingCommits = 0;
    starts.forEach((start, i) => this.#sendSlice(start, starts[i + 1] ?? end, time, i + 1, starts.length));
    this.#empty();
  }

  #sendSlice(start: number, end: number, time: number, part: number, parts: number): void {
    const out = this.#out;
    out.reserve(1);
    const { bytes } = out;
    const after = bytes[end];
    bytes[start] = OPEN;
    bytes[end] = CLOSE;
    this.#send(Buffer.from(bytes.buffer, bytes.byteOffset + start, end + 1 - start), time, part, parts);
    bytes[end] = after;
  }

  #empty(): void {
    if (this.#out.bytes.length > BYTES_KEPT) this.#out = new ByteWriter();
    else this.#out.reset();
  }

  #tooLarge(batch: Batch, row: number, start: number): TowpathError {
    const { bytes, used } = this.#out;
    const place = excerptOfRow(batch, row, bytes.subarray(start, used));
    return rowTooLarge(place, used - start, this.#limits.bytesMax - 2);
  }
}
