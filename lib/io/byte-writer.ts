import { grown } from "../base/growth.ts";
import type { ByteSink } from "./formatter.ts";

const encoder = new TextEncoder();

/**
 * A buffer that a formatter writes into, used again from message to message.
 *
 * @example
 * const out = new ByteWriter();
 * formatter.formatInto(batch, row, 1, out);
 * producer.produce(topic, 0, Buffer.from(out.view()));
 * out.reset();
 */
export class ByteWriter implements ByteSink {
  bytes: Uint8Array;
  used = 0;

  /** `capacity` in bytes, of the first buffer. */
  constructor(capacity = 4096) {
    this.bytes = new Uint8Array(capacity);
  }

  reserve(count: number): void {
    if (this.used + count > this.bytes.length) this.bytes = grown(this.bytes, this.used + count);
  }

  /** Appends one byte. */
  put(byte: number): void {
    this.reserve(1);
    this.bytes[this.used++] = byte;
  }

  /** Appends bytes. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Appends a text as UTF-8. */
  appendText(text: string): void {
    // A UTF-16 unit is at most 3 bytes of UTF-8.
    this.reserve(3 * text.length);
    this.used += encoder.encodeInto(text, this.bytes.subarray(this.used)).written;
  }

  /** What was written: borrowed until the next write or `reset`. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.used);
  }

  /** Drops what was written after the first `length` bytes. */
  truncate(length: number): void {
    this.used = length;
  }

  reset(): void {
    this.used = 0;
  }
}
