/** Numbers of Protobuf's wire format, appended. */
import type { ByteSink } from "../../../lib/io/formatter.ts";

const scratch = new DataView(new ArrayBuffer(8));

/** An unsigned number, exact up to the safe integers. */
export function writeVarint(value: number, out: ByteSink): void {
  out.reserve(10);
  let rest = value;
  while (rest >= 0x80) {
    out.bytes[out.used++] = (rest & 0x7f) | 0x80;
    rest = rest >= 2 ** 31 ? Math.floor(rest / 128) : rest >>> 7;
  }
  out.bytes[out.used++] = rest;
}

/** 64 bits; a negative number as its two's complement, which takes ten bytes. */
export function writeVarint64(value: bigint, out: ByteSink): void {
  out.reserve(10);
  let rest = BigInt.asUintN(64, value);
  while (rest >= 0x80n) {
    out.bytes[out.used++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  out.bytes[out.used++] = Number(rest);
}

/** A safe integer that may be negative. */
export function writeSigned(value: number, out: ByteSink): void {
  if (value >= 0) writeVarint(value, out);
  else writeVarint64(BigInt(value), out);
}

export function writeDouble(value: number, out: ByteSink): void {
  scratch.setFloat64(0, value, true);
  writeScratch(8, out);
}

export function writeFloat(value: number, out: ByteSink): void {
  scratch.setFloat32(0, value, true);
  writeScratch(4, out);
}

export function writeFixed32(value: number, out: ByteSink): void {
  scratch.setUint32(0, value, true);
  writeScratch(4, out);
}

export function writeFixed64(value: bigint, out: ByteSink): void {
  scratch.setBigUint64(0, BigInt.asUintN(64, value), true);
  writeScratch(8, out);
}

function writeScratch(length: number, out: ByteSink): void {
  out.reserve(length);
  for (let i = 0; i < length; i++) out.bytes[out.used++] = scratch.getUint8(i);
}

/** A length and so many bytes. */
export function writeBytesField(bytes: Uint8Array, start: number, end: number, out: ByteSink): void {
  writeVarint(end - start, out);
  out.reserve(end - start);
  out.bytes.set(bytes.subarray(start, end), out.used);
  out.used += end - start;
}
