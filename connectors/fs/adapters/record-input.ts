import { type FileHandle, open } from "node:fs/promises";
import type { PackedMessages } from "../../../lib/io/parser.ts";
import { type PipeBatch, type PipeContext, type PipeInput, UnreadableRow } from "../../../lib/pipe/ends.ts";
import { decodeMessage, encodingDetail, startOf } from "../../formats/message.ts";
import { fileFailure } from "../errors.ts";
import { LineChunk, type LineRules } from "../line-chunk.ts";

/** Makes a row of a record; `undefined` where the record is none, such as a header. */
export type ReadRecord = (text: string) => unknown;

/** A file of records, one a line, as the input of a pipe: read piece by piece, up to where it ended when it was opened. */
export class RecordInput implements PipeInput<never> {
  readonly name: string;
  readonly #path: string;
  readonly #read: ReadRecord;
  readonly #chunk: LineChunk;
  #messages: PackedMessages | null = null;
  /** The next record of the chunk. */
  #next = 0;
  #handle: FileHandle | null = null;
  #signal: AbortSignal | null = null;
  #position = 0;
  #size = 0;
  #rows = 0;

  constructor(path: string, rules: LineRules, read: ReadRecord) {
    this.name = path;
    this.#path = path;
    this.#read = read;
    this.#chunk = new LineChunk(rules);
  }

  /** Throws TP_FILE_ABSENT, TP_FILE_FAILED. */
  async open({ signal }: PipeContext): Promise<void> {
    this.#signal = signal;
    try {
      this.#handle = await open(this.#path, "r");
      this.#size = (await this.#handle.stat()).size;
    } catch (error) {
      throw fileFailure(this.#path, "could not be read", error);
    }
  }

  /** Throws TP_FILE_CHANGED, TP_FILE_FAILED. */
  async take(max: number): Promise<PipeBatch<never> | null> {
    const rows: never[] = [];
    const offsets: number[] = [];
    const first = this.#rows + 1;
    let bytes = 0;
    while (rows.length === 0) {
      if (this.#signal?.aborted !== false) return null;
      const messages = await this.#loaded();
      if (messages === null) return null;
      for (; this.#next < messages.length && rows.length < max; this.#next++) {
        const row = this.#row(messages, this.#next);
        bytes += messages.ends[this.#next] - startOf(messages, this.#next);
        if (row === undefined) continue;
        rows.push(row as never);
        offsets.push(messages.offsets[this.#next]);
      }
    }
    this.#rows += rows.length;
    return {
      rows,
      bytes,
      place: (row) => `${this.#path}, row ${first + row}, byte ${offsets[row]}`,
    };
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
  }

  #row(messages: PackedMessages, record: number): unknown {
    const start = startOf(messages, record);
    const end = messages.ends[record];
    const text = decodeMessage(messages.bytes, start, end);
    if (text !== null) return this.#read(text);
    const bytes = Buffer.from(messages.bytes.subarray(start, end));
    return new UnreadableRow(encodingDetail(messages.bytes, start, end), bytes);
  }

  /** The messages of the chunk in use, of which some are left; null at the end of the file. */
  async #loaded(): Promise<PackedMessages | null> {
    while (this.#messages === null || this.#next >= this.#messages.length) {
      if (this.#handle === null || this.#position >= this.#size) return null;
      const part = { path: this.#path, slot: 0, from: this.#position, limit: this.#size, isWhole: true };
      const next = await this.#chunk.load(this.#handle, part);
      this.#messages = this.#chunk.messages();
      this.#next = 0;
      if (next === this.#position) return null;
      this.#position = next;
    }
    return this.#messages;
  }
}
