/** What Confluent's frame has for Protobuf behind the schema's id: which message of the schema's file it is. */
import { Failed } from "../../../lib/data/coerce.ts";
import type { ByteSink } from "../../../lib/io/formatter.ts";
import { PROTOBUF_DEPTH_MAX, readVarint, varintEnd, zigzag32 } from "../../../lib/kernels/protobuf-scan.ts";

/** Where what `readIndexes` read last ends. */
export let indexesEnd = 0;

/** The first message, which is written as a single zero byte. */
export const firstMessage: readonly number[] = [0];

/** The place of the message; Failed where the bytes have none. Nothing is allocated for the first message. */
export function readIndexes(bytes: Uint8Array, start: number, end: number): readonly number[] | Failed {
  const count = zigzag32(readVarint(bytes, start, end));
  if (varintEnd < 0 || count < 0 || count > PROTOBUF_DEPTH_MAX) return badIndexes();
  indexesEnd = varintEnd;
  if (count === 0) return firstMessage;
  const indexes: number[] = [];
  for (let i = 0; i < count; i++) {
    const index = zigzag32(readVarint(bytes, indexesEnd, end));
    if (varintEnd < 0 || index < 0) return badIndexes();
    indexes.push(index);
    indexesEnd = varintEnd;
  }
  return indexes;
}

function badIndexes(): Failed {
  return new Failed(
    "the message does not say which message of its schema it is: the indexes behind the schema's id are cut off or out of range",
    "TP_ROW_BAD_FRAME",
  );
}

export function writeIndexes(indexes: readonly number[], out: ByteSink): void {
  out.reserve(10 * (indexes.length + 1));
  if (indexes.length === 1 && indexes[0] === 0) {
    out.bytes[out.used++] = 0;
    return;
  }
  writeZigzag(indexes.length, out);
  for (const index of indexes) writeZigzag(index, out);
}

function writeZigzag(value: number, out: ByteSink): void {
  let rest = value * 2;
  while (rest >= 0x80) {
    out.bytes[out.used++] = (rest & 0x7f) | 0x80;
    rest = Math.floor(rest / 128);
  }
  out.bytes[out.used++] = rest;
}
