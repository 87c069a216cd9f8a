/** What logical types and promotions make of numbers and bytes. */
import { DATETIME_MAX_MS } from "../../../lib/kernels/iso-datetime.ts";
import { decimalText } from "./avro-decimal.ts";
import { AvroFault } from "./avro-fault.ts";
import type { AvroConversion } from "./avro-logical.ts";

interface Converting {
  readonly conversion: AvroConversion;
  /** The digits behind a decimal's point. */
  readonly scale: number;
}

const DAY_MS = 86_400_000;
const DECIMAL_BYTES_MAX = 1_024;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Throws AvroFault. */
export function textOf(bytes: Uint8Array, at: number): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new AvroFault("a text is not UTF-8", at, "TP_ROW_BAD_ENCODING");
  }
}

/** What a reading makes of a number or of bytes; `at` is for faults. */
export function converted(reading: Converting, value: number | bigint | Buffer, at: number): unknown {
  switch (reading.conversion) {
    case "float":
      return Math.fround(Number(value));
    case "days":
      return dateOf(Number(value) * DAY_MS, at);
    case "millis":
      return dateOf(Number(value), at);
    case "micros":
      return dateOf(Math.floor(Number(value) / 1000), at);
    case "nanos":
      // Beyond the safe range, where dividing doubles could round up to the next millisecond.
      return dateOf(floorDivide(BigInt(value as number | bigint), 1_000_000n), at);
    case "time-micros":
      return Number(value) / 1000;
    case "text":
      return textOf(value as Buffer, at);
    default:
      return typeof value === "object" ? convertedBytes(reading, value, at) : value;
  }
}

function convertedBytes({ conversion, scale }: Converting, bytes: Buffer, at: number): unknown {
  switch (conversion) {
    case "decimal":
    case "decimal-float":
    case "decimal-integer": {
      if (bytes.length > DECIMAL_BYTES_MAX)
        throw new AvroFault(`a decimal has more than ${DECIMAL_BYTES_MAX} bytes`, at);
      const text = decimalText(bytes, scale);
      return conversion === "decimal" ? text : conversion === "decimal-float" ? Number(text) : BigInt(text);
    }
    case "uuid": {
      const hex = bytes.toString("hex");
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
        "-",
      );
    }
    case "duration":
      return {
        months: bytes.readUInt32LE(0),
        days: bytes.readUInt32LE(4),
        milliseconds: bytes.readUInt32LE(8),
      };
    default:
      return bytes;
  }
}

function floorDivide(value: bigint, divisor: bigint): number {
  const quotient = value / divisor;
  return Number(value < 0n && quotient * divisor !== value ? quotient - 1n : quotient);
}

function dateOf(ms: number, at: number): Date {
  if (!(Math.abs(ms) <= DATETIME_MAX_MS))
    throw new AvroFault("an instant is beyond the range of a datetime", at);
  return new Date(ms);
}

/** Names such as `__proto__` are data. */
export function put(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}
