/** Single values of Protobuf, from where they stand. */
import {
  readVarint,
  signed64,
  unsigned64,
  varintHigh,
  WIRE_32,
  WIRE_64,
  WIRE_BYTES,
  WIRE_VARINT,
  zigzag32,
  zigzag64,
} from "../../../lib/kernels/protobuf-scan.ts";
import { invalidUtf8At } from "../../../lib/kernels/utf8.ts";
import type { ProtoEnum, ScalarName } from "./proto-schema.ts";
import { ProtobufFault } from "./protobuf-fault.ts";

/**
 * What values are made for. "json": what JSON can hold: bytes as base64, integers that are not safe as decimal text,
 * NaN and infinities as texts, times as ISO 8601. "value": bytes, bigints and dates as such.
 */
export type ValueForm = "json" | "value";

const wires: Readonly<Record<ScalarName, number>> = {
  double: WIRE_64,
  float: WIRE_32,
  int32: WIRE_VARINT,
  int64: WIRE_VARINT,
  uint32: WIRE_VARINT,
  uint64: WIRE_VARINT,
  sint32: WIRE_VARINT,
  sint64: WIRE_VARINT,
  fixed32: WIRE_32,
  fixed64: WIRE_64,
  sfixed32: WIRE_32,
  sfixed64: WIRE_64,
  bool: WIRE_VARINT,
  string: WIRE_BYTES,
  bytes: WIRE_BYTES,
};

export function wireOf(type: ScalarName | ProtoEnum): number {
  return typeof type === "string" ? wires[type] : WIRE_VARINT;
}

/**
 * A number, a bool as 0 or 1, or an enum's number; not exact where it is not safe (`exactInteger` is). There are enough
 * bytes: a scan has been here.
 */
export function numberAt(
  type: ScalarName | ProtoEnum,
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
): number {
  switch (type) {
    case "double":
      return view.getFloat64(start, true);
    case "float":
      return view.getFloat32(start, true);
    case "fixed32":
      return view.getUint32(start, true);
    case "sfixed32":
      return view.getInt32(start, true);
    case "fixed64":
      return unsigned64(view.getUint32(start, true), view.getUint32(start + 4, true));
    case "sfixed64":
      return signed64(view.getUint32(start, true), view.getUint32(start + 4, true));
    default: {
      const low = readVarint(bytes, start, end);
      if (type === "int64") return signed64(low, varintHigh);
      if (type === "uint64") return unsigned64(low, varintHigh);
      if (type === "sint64") return zigzag64(low, varintHigh);
      if (type === "uint32") return low;
      if (type === "sint32") return zigzag32(low);
      if (type === "bool") return low !== 0 || varintHigh !== 0 ? 1 : 0;
      return low | 0;
    }
  }
}

/** The integer of 64 bits at a place, exactly. */
function exactInteger(
  type: ScalarName,
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
): bigint {
  if (type === "fixed64") return view.getBigUint64(start, true);
  if (type === "sfixed64") return view.getBigInt64(start, true);
  const low = readVarint(bytes, start, end);
  const raw = (BigInt(varintHigh) << 32n) | BigInt(low);
  if (type === "sint64") return (raw >> 1n) ^ -(raw & 1n);
  return type === "int64" ? BigInt.asIntN(64, raw) : raw;
}

/** One value of a scalar or an enum. Throws ProtobufFault for text that is not UTF-8. */
export function scalarAt(
  type: ScalarName | ProtoEnum,
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  form: ValueForm,
): unknown {
  if (type === "string") return textAt(bytes, start, end);
  if (type === "bytes") {
    const copy = Buffer.from(bytes.subarray(start, end));
    return form === "json" ? copy.toString("base64") : copy;
  }
  const number = numberAt(type, bytes, view, start, end);
  if (typeof type !== "string") return type.nameOf.get(number) ?? number;
  if (type === "bool") return number !== 0;
  if (type.endsWith("64") && !Number.isSafeInteger(number)) {
    const exact = exactInteger(type, bytes, view, start, end);
    return form === "json" ? exact.toString() : exact;
  }
  if (form === "json" && !Number.isFinite(number)) return String(number);
  return number + 0;
}

function textAt(bytes: Uint8Array, start: number, end: number): string {
  const invalid = invalidUtf8At(bytes, start, end);
  if (invalid >= 0) throw new ProtobufFault(invalid, "a string is not UTF-8", "TP_ROW_BAD_ENCODING");
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
}
