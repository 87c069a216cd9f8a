import { crc32 } from "node:zlib";

/**
 * Records end to end in a file that only grows. A frame is
 *
 *   magic u32 | length u32 | crc u32 | number f64 | durable f64 | payload
 *
 * little-endian; the crc is over all that follows it. `number` counts the records of a directory, without gaps.
 * `durable` is how many bytes of this very file were known to be on disk when the frame was written: a frame that is
 * broken below the `durable` of a later, whole one was not torn by a crash but damaged afterwards.
 */
export const FRAME_HEAD = 28;

const MAGIC = Buffer.from("\x93TPJ", "latin1");
const PAYLOAD_MAX = 1 << 28;

export interface Frame {
  readonly number: number;
  readonly durable: number;
  readonly payload: Buffer;
  /** Where the next frame begins. */
  readonly end: number;
}

export function frameOf(payload: Uint8Array, number: number, durable: number): Buffer {
  const frame = Buffer.alloc(FRAME_HEAD + payload.length);
  frame.set(MAGIC, 0);
  frame.writeUInt32LE(payload.length, 4);
  frame.writeDoubleLE(number, 12);
  frame.writeDoubleLE(durable, 20);
  frame.set(payload, FRAME_HEAD);
  frame.writeUInt32LE(crc32(frame.subarray(12)), 8);
  return frame;
}

/** The frame at `at`, or null where there is none that is whole. */
function frameAt(bytes: Buffer, at: number): Frame | null {
  if (at + FRAME_HEAD > bytes.length || !bytes.subarray(at, at + 4).equals(MAGIC)) return null;
  const length = bytes.readUInt32LE(at + 4);
  const end = at + FRAME_HEAD + length;
  if (length > PAYLOAD_MAX || end > bytes.length) return null;
  if (crc32(bytes.subarray(at + 12, end)) !== bytes.readUInt32LE(at + 8)) return null;
  const payload = bytes.subarray(at + FRAME_HEAD, end);
  return { number: bytes.readDoubleLE(at + 12), durable: bytes.readDoubleLE(at + 20), payload, end };
}

/** What a file of frames holds, from `from` on. */
export interface ScannedFrames {
  readonly frames: readonly Frame[];
  /** Where the last whole frame of the run ends. */
  readonly end: number;
  /** "torn": what follows `end` is what a crash leaves of a write; "damaged": it was durable once. */
  readonly rest: "none" | "torn" | "damaged";
}

export function scanFrames(bytes: Buffer, from: number): ScannedFrames {
  const frames: Frame[] = [];
  let end = from;
  for (let frame = frameAt(bytes, end); frame !== null; frame = frameAt(bytes, end)) {
    frames.push(frame);
    end = frame.end;
  }
  if (end >= bytes.length) return { frames, end, rest: "none" };
  return { frames, end, rest: isProvenAfter(bytes, end) ? "damaged" : "torn" };
}

/** Whether a whole frame behind `broken` says that the bytes at `broken` were durable. */
function isProvenAfter(bytes: Buffer, broken: number): boolean {
  for (let at = bytes.indexOf(MAGIC, broken + 1); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
    const frame = frameAt(bytes, at);
    if (frame !== null && frame.durable > broken) return true;
  }
  return false;
}
