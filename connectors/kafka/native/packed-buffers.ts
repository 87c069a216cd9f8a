/** The buffers that a packed reader fills: allocated once, borrowed for a take, grown only for a single large message. */

/** Bytes end to end: entry i is `bytes[ends[i - 1] ?? 0, ends[i])`. */
export interface PackedPart {
  bytes: Uint8Array;
  ends: Uint32Array;
  /** Bytes in use. */
  used: number;
}

/** One batch of messages, column by column; entries from `count` on are garbage. */
export interface PackedBuffers {
  count: number;
  /** Payloads; `PAYLOAD_SLACK` bytes behind `used` are the buffer's too. */
  payload: PackedPart;
  /** Message keys, or null when they are not wanted. */
  keys: PackedPart | null;
  /** Message headers as `decodeHeaders` reads them, or null when they are not wanted. */
  headers: PackedPart | null;
  /** Bits of FLAG_…; FLAG_NULL_KEY and FLAG_HEADERS only where keys and headers are wanted. */
  flags: Uint8Array;
  /** Index into the reader's `toppars`. */
  toppar: Int32Array;
  offsets: Float64Array;
  /** Milliseconds since 1970, or -1 where the message has none. */
  timestamps: Float64Array;
}

/** Bytes that the reader leaves free behind the payloads: kernels may read whole words up to their end. */
export const PAYLOAD_SLACK = 8;

/** The message has no payload (a tombstone), as opposed to an empty one. */
export const FLAG_NULL_PAYLOAD = 1;
/** The message has no key. */
export const FLAG_NULL_KEY = 2;
/** The message has headers. */
export const FLAG_HEADERS = 4;
/** The timestamp is the broker's (log append time), not the producer's. */
export const FLAG_LOG_APPEND_TIME = 8;

function part(messages: number, bytes: number): PackedPart {
  return { bytes: new Uint8Array(bytes + PAYLOAD_SLACK), ends: new Uint32Array(messages), used: 0 };
}

/**
 * Buffers for batches of at most `messages` messages and `bytes` payload bytes (keys and headers start at a quarter).
 *
 * @example
 * const buffers = packedBuffers({ messages: 16_384, bytes: 4 << 20, keys: true });
 */
export function packedBuffers(options: {
  messages: number;
  bytes: number;
  keys?: boolean;
  headers?: boolean;
}): PackedBuffers {
  const { messages, bytes } = options;
  return {
    count: 0,
    payload: part(messages, bytes),
    keys: options.keys === true ? part(messages, bytes >>> 2) : null,
    headers: options.headers === true ? part(messages, bytes >>> 2) : null,
    flags: new Uint8Array(messages),
    toppar: new Int32Array(messages),
    offsets: new Float64Array(messages),
    timestamps: new Float64Array(messages),
  };
}

/** Makes a part hold at least `needed` bytes, with room to spare. Returns whether it had to grow; contents are lost. */
export function growPart(grown: PackedPart | null, needed: number): boolean {
  if (grown === null || needed + PAYLOAD_SLACK <= grown.bytes.length) return false;
  grown.bytes = new Uint8Array(Math.max(needed + PAYLOAD_SLACK, grown.bytes.length * 2));
  return true;
}

const decoder = new TextDecoder();

/** A message header; values are bytes or null, names may repeat. */
export interface PackedHeader {
  readonly name: string;
  readonly value: Uint8Array | null;
}

/**
 * Reads the headers of message `row`: u32 name length, name, u32 value length (0xffffffff = null), value, repeated,
 * little-endian. Values are copies, so they outlive the batch.
 */
export function decodeHeaders(headers: PackedPart, row: number): PackedHeader[] {
  const { bytes, ends } = headers;
  const found: PackedHeader[] = [];
  let at = row === 0 ? 0 : ends[row - 1];
  if (at === ends[row]) return found;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  while (at < ends[row]) {
    const nameEnd = at + 4 + view.getUint32(at, true);
    const name = decoder.decode(bytes.subarray(at + 4, nameEnd));
    const size = view.getUint32(nameEnd, true);
    const start = nameEnd + 4;
    const isNull = size === 0xffffffff;
    at = isNull ? start : start + size;
    found.push({ name, value: isNull ? null : bytes.slice(start, at) });
  }
  return found;
}
