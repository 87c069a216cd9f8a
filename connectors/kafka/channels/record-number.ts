/** The headers by which a writer knows its records again: whose they are, and their running numbers, as texts. */
import type { ByteWriter } from "../../../lib/io/byte-writer.ts";
import { closeValue, openValue, startHeader, writeHeader } from "../produce/message-headers.ts";

const WRITER = "tp-writer";
const NUMBER = "tp-seq";
const NUMBER_TEXT = /^\d{1,16}$/;

/** Writes both headers for the records of one writer. */
export class RecordNumbers {
  readonly #writer: Buffer;
  readonly #writerHeader = Buffer.from(WRITER);
  readonly #numberHeader = Buffer.from(NUMBER);

  constructor(writer: string) {
    this.#writer = Buffer.from(writer);
  }

  /** `number` counts the records of this writer in this channel from 0. */
  append(number: number, out: ByteWriter): void {
    writeHeader(this.#writerHeader, this.#writer, out);
    startHeader(this.#numberHeader, out);
    const start = openValue(out);
    out.appendText(String(number));
    closeValue(out, start);
  }
}

/** The number that headers say, -1 where the record is not of this writer. */
export function numberOf(
  headers: readonly (readonly [name: string, value: Uint8Array | null])[],
  writer: string,
): number {
  let isOfWriter = false;
  let number = -1;
  for (const [name, value] of headers) {
    if (value === null || (name !== WRITER && name !== NUMBER)) continue;
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
    if (name === WRITER) isOfWriter = text === writer;
    else if (NUMBER_TEXT.test(text)) number = Number(text);
  }
  return isOfWriter ? number : -1;
}
