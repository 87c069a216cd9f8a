/**
 * Headers as messages hold them while they are packed: u32 length of the name, name, u32 length of the value
 * (0xffffffff: null), value, and the next; numbers little-endian (native/src/pack.c).
 */
import type { ByteSink } from "../../../lib/io/formatter.ts";

/** A header by name; null is a value of its own. */
export type Header = readonly [name: string, value: Uint8Array | null];

const NULL_LENGTH = 0xffffffff;

/** Appends a header. */
export function writeHeader(name: Uint8Array, value: Uint8Array | null, out: ByteSink): void {
  startHeader(name, out);
  if (value === null) {
    endNullHeader(out);
    return;
  }
  const start = out.used;
  out.reserve(4 + value.length);
  out.used += 4;
  out.bytes.set(value, out.used);
  out.used += value.length;
  writeLength(out, start, value.length);
}

/** Appends a header's name; a value follows by `openValue … closeValue`, or `endNullHeader`. */
export function startHeader(name: Uint8Array, out: ByteSink): void {
  out.reserve(4 + name.length);
  writeLength(out, out.used, name.length);
  out.bytes.set(name, out.used + 4);
  out.used += 4 + name.length;
}

export function endNullHeader(out: ByteSink): void {
  out.reserve(4);
  writeLength(out, out.used, NULL_LENGTH);
  out.used += 4;
}

/** Makes room for a value's length, and returns where; the value is appended next. */
export function openValue(out: ByteSink): number {
  out.reserve(4);
  out.used += 4;
  return out.used;
}

/** The value that began at `start` ends here. */
export function closeValue(out: ByteSink, start: number): void {
  writeLength(out, start - 4, out.used - start);
}

function writeLength(out: ByteSink, at: number, length: number): void {
  const { bytes } = out;
  bytes[at] = length;
  bytes[at + 1] = length >>> 8;
  bytes[at + 2] = length >>> 16;
  bytes[at + 3] = length >>> 24;
}

/** The headers in `bytes[start, end)`; values are borrowed. */
export function readHeaders(bytes: Uint8Array, start: number, end: number): Header[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headers: Header[] = [];
  for (let at = start; at < end; ) {
    const nameEnd = at + 4 + view.getUint32(at, true);
    const name = Buffer.from(bytes.buffer, bytes.byteOffset + at + 4, nameEnd - at - 4).toString();
    const length = view.getUint32(nameEnd, true);
    at = nameEnd + 4 + (length === NULL_LENGTH ? 0 : length);
    headers.push([name, length === NULL_LENGTH ? null : bytes.subarray(nameEnd + 4, at)]);
  }
  return headers;
}
