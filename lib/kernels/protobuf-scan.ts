/** Protobuf's wire format: numbers of variable length, tags, and where the values of wanted fields stand. */

export const WIRE_VARINT = 0;
export const WIRE_64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_GROUP = 3;
const WIRE_GROUP_END = 4;
export const WIRE_32 = 5;

/** Levels of messages and groups. */
export const PROTOBUF_DEPTH_MAX = 100;
const TWO_32 = 2 ** 32;
const STAMP_MAX = TWO_32 - 1;

/** Where what `readVarint` read last ends, -1 where it could not; the high half of what it read. */
export let varintEnd = 0;
export let varintHigh = 0;

/** What stopped a scan: the byte at fault, and what is wrong with it. */
export let faultAt = 0;
export let faultReason = "";

/** Reads a number of at most 64 bits in at most ten bytes; returns its low half, unsigned. */
export function readVarint(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let low = 0;
  varintHigh = 0;
  for (let shift = 0; shift < 28 && at < end; shift += 7) {
    const byte = bytes[at++];
    low |= (byte & 0x7f) << shift;
    if (byte >= 0x80) continue;
    varintEnd = at;
    return low >>> 0;
  }
  return readLongVarint(bytes, at, end, low, at - start === 4);
}

function readLongVarint(
  bytes: Uint8Array,
  start: number,
  end: number,
  first: number,
  isWhole: boolean,
): number {
  let at = start;
  let low = first;
  varintEnd = -1;
  if (!isWhole || at >= end) return 0;
  let byte = bytes[at++];
  low |= (byte & 0x0f) << 28;
  let high = (byte & 0x7f) >> 4;
  for (let shift = 3; byte >= 0x80; shift += 7) {
    if (at >= end || shift > 31) return 0;
    byte = bytes[at++];
    high |= (byte & 0x7f) << shift;
  }
  varintEnd = at;
  varintHigh = high >>> 0;
  return low >>> 0;
}

/** Two halves as a signed number; not exact beyond the safe integers. */
export function signed64(low: number, high: number): number {
  return (high | 0) * TWO_32 + low;
}

/** Two halves as an unsigned number; not exact beyond the safe integers. */
export function unsigned64(low: number, high: number): number {
  return high * TWO_32 + low;
}

/** Two halves, zigzag, as a signed number; not exact beyond the safe integers. */
export function zigzag64(low: number, high: number): number {
  const mask = -(low & 1);
  const half = ((low >>> 1) | (high << 31)) >>> 0;
  return signed64((half ^ mask) >>> 0, ((high >>> 1) ^ mask) >>> 0);
}

export function zigzag32(low: number): number {
  return (low >>> 1) ^ -(low & 1);
}

/** Where the value of a wanted field stands, by slot; filled by `scanProtobuf`. */
export interface ProtobufSlots {
  /** By field number: the slot, or -1. Numbers beyond its end are in `far`. */
  readonly near: Int32Array;
  readonly far: ReadonlyMap<number, number>;
  /** By slot: the one wire type that counts, or -1 where all occurrences are kept, of whatever type. */
  readonly wires: Int8Array;
  /** By slot: the message that it was seen in last. */
  readonly seen: Uint32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** By slot: wire type, start and end of each occurrence, for slots that keep all. */
  readonly all: readonly number[][];
  /** The number of the present message. */
  stamp: number;
}

/**
 * Goes through the message `bytes[start, end)` and notes the last occurrence of each wanted field, or all; others are
 * skipped, and so is a field of another wire type than its own. False, with `faultAt` and `faultReason`, where the bytes
 * are no message.
 */
export function scanProtobuf(bytes: Uint8Array, start: number, end: number, slots: ProtobufSlots): boolean {
  const { near, far, wires, seen, starts, ends, all } = slots;
  if (slots.stamp === STAMP_MAX) {
    seen.fill(0);
    slots.stamp = 0;
  }
  const stamp = ++slots.stamp;
  let at = start;
  while (at < end) {
    const tag = readVarint(bytes, at, end);
    if (varintEnd < 0 || varintHigh !== 0) return fault(at, "a tag is cut off or too long");
    const number = tag >>> 3;
    const wire = tag & 7;
    const valueAt = varintEnd;
    const next = skipValue(bytes, valueAt, end, number, wire, 0);
    if (next < 0) return false;
    at = next;
    const slot = number < near.length ? near[number] : (far.get(number) ?? -1);
    if (slot < 0) continue;
    const valueStart = wire === WIRE_BYTES ? next - bytesLength : valueAt;
    const valueEnd = wire === WIRE_GROUP ? groupValueEnd : next;
    if (wires[slot] < 0) {
      if (seen[slot] !== stamp) all[slot].length = 0;
      all[slot].push(wire, valueStart, valueEnd);
    } else if (wires[slot] !== wire) continue;
    seen[slot] = stamp;
    starts[slot] = valueStart;
    ends[slot] = valueEnd;
  }
  return true;
}

/** The length of what `skipValue` skipped last, where it was of the wire type WIRE_BYTES. */
let bytesLength = 0;
/** Where the tag that ends the group begins that `skipValue` skipped last. */
let groupValueEnd = 0;

/** Where the value of a field ends; -1, with the fault, where it does not. */
function skipValue(
  bytes: Uint8Array,
  at: number,
  end: number,
  number: number,
  wire: number,
  depth: number,
): number {
  let next = -1;
  if (number === 0) fault(at, "a field has the number 0");
  else if (wire === WIRE_VARINT) {
    readVarint(bytes, at, end);
    next = varintEnd;
    if (next < 0) fault(at, `the number of field ${number} is cut off or too long`);
  } else if (wire === WIRE_BYTES) {
    const length = readVarint(bytes, at, end);
    bytesLength = length;
    if (varintEnd >= 0 && varintHigh === 0 && varintEnd + length <= end) next = varintEnd + length;
    else fault(at, `field ${number} is longer than what is left`);
  } else if (wire === WIRE_64 || wire === WIRE_32) {
    next = at + (wire === WIRE_64 ? 8 : 4);
    if (next > end) {
      next = -1;
      fault(at, `field ${number} is cut off`);
    }
  } else if (wire === WIRE_GROUP) next = skipGroup(bytes, at, end, number, depth);
  else fault(at, `field ${number} has the wire type ${wire}, which none has here`);
  return next;
}

function skipGroup(bytes: Uint8Array, start: number, end: number, number: number, depth: number): number {
  if (depth >= PROTOBUF_DEPTH_MAX) {
    fault(start, `groups are nested deeper than ${PROTOBUF_DEPTH_MAX} levels`);
    return -1;
  }
  let at = start;
  while (at < end) {
    const tag = readVarint(bytes, at, end);
    if (varintEnd < 0 || varintHigh !== 0) {
      fault(at, "a tag is cut off or too long");
      return -1;
    }
    const valueAt = varintEnd;
    if ((tag & 7) === WIRE_GROUP_END) {
      if (tag >>> 3 !== number) {
        fault(at, `group ${number} is ended by field ${tag >>> 3}`);
        return -1;
      }
      groupValueEnd = at;
      return valueAt;
    }
    at = skipValue(bytes, valueAt, end, tag >>> 3, tag & 7, depth + 1);
    if (at < 0) return -1;
  }
  fault(start, `group ${number} has no end`);
  return -1;
}

function fault(at: number, reason: string): false {
  faultAt = at;
  faultReason = reason;
  return false;
}
