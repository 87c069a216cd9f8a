/** The headers by which a writer knows its records again: whose they are, and their running numbers. */

import type { ByteWriter } from "../../../lib/io/byte-writer.ts";
import { writeHeader } from "../message-headers.ts";

const WRITER = Buffer.from("tp-writer");
const NUMBER = Buffer.from("tp-seq");
const NUMBER_BYTES = 8;

/** Writes both headers for the records of one writer. */
export class RecordNumbers {
  readonly #name: Buffer;
  readonly #number = Buffer.alloc(NUMBER_BYTES);

  constructor(writer: string) {
    this.#name = Buffer.from(writer);
  }

  /** `number` counts the records of this writer in this channel from 0. */
  append(number: number, out: ByteWriter): void {
    this.#number.writeBigUInt64BE(BigInt(number));
    writeHeader(WRITER, this.#name, out);
    writeHeader(NUMBER, this.#number, out);
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
    if (value === null) continue;
    if (name === "tp-writer") isOfWriter = Buffer.from(value).toString() === writer;
    else if (name === "tp-seq" && value.length === NUMBER_BYTES) {
      number = Number(Buffer.from(value).readBigUInt64BE());
    }
  }
  return isOfWriter ? number : -1;
}
