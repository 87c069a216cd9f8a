import type { ByteWriter } from "../../../lib/io/byte-writer.ts";

const encoder = new TextEncoder();

/** Appends a text as UTF-8. */
export function appendText(text: string, out: ByteWriter): void {
  // A UTF-16 unit is at most 3 bytes of UTF-8.
  out.reserve(3 * text.length);
  out.used += encoder.encodeInto(text, out.bytes.subarray(out.used)).written;
}
