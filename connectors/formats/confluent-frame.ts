/**
 * The wire format of Confluent's serializers: a zero byte, the schema's id as four bytes with the highest first, then
 * what the schema says.
 */
import { Failed } from "../../lib/data/coerce.ts";
import type { ByteSink } from "../../lib/io/formatter.ts";

export const FRAME_BYTES = 5;
const MAGIC = 0;
const HEAD_BYTES_SHOWN = 8;

/** The schema's id of a framed message `bytes[start, end)`, or -1 where it is not framed. */
export function frameId(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < FRAME_BYTES || bytes[start] !== MAGIC) return -1;
  const high = (bytes[start + 1] << 8) | bytes[start + 2];
  return high * 0x1_0000 + ((bytes[start + 3] << 8) | bytes[start + 4]);
}

/** Why `frameId` found none. `what` is "the message" or "its key". */
export function frameFailure(bytes: Uint8Array, start: number, end: number, what = "the message"): Failed {
  const length = end - start;
  const head = Buffer.from(bytes.subarray(start, Math.min(end, start + HEAD_BYTES_SHOWN))).toString("hex");
  const shown = length === 0 ? "it is empty" : `it begins with the bytes ${head}`;
  const why =
    length > 0 && bytes[start] !== MAGIC
      ? `byte 0 is 0x${bytes[start].toString(16).padStart(2, "0")}, not the 0x00 before a schema's id`
      : `it has ${length} ${length === 1 ? "byte" : "bytes"}, and 0x00 and a schema's id take ${FRAME_BYTES}`;
  return new Failed(`${what} is not framed with a schema's id: ${why} (${shown})`, "TP_ROW_BAD_FRAME");
}

/** Why a framed message cannot be read where the registry has no schema with its id. */
export function unknownSchema(id: number, what = "the message"): Failed {
  return new Failed(
    `${what} names schema ${id}, which the schema registry does not have`,
    "TP_ROW_SCHEMA_UNKNOWN",
  );
}

/** Appends the five bytes. */
export function writeFrame(id: number, out: ByteSink): void {
  out.reserve(FRAME_BYTES);
  const { bytes } = out;
  bytes[out.used++] = MAGIC;
  for (let shift = 24; shift >= 0; shift -= 8) bytes[out.used++] = (id >>> shift) & 0xff;
}
