/** Layouts as programs for the scanner (lib/kernels/avro-scan.ts). */
import { type ColumnType, layoutOf } from "../../../lib/data/type.ts";
import {
  AVRO_AS_DATETIME,
  AVRO_AS_DAYS,
  AVRO_AS_IS,
  AVRO_AS_MICROS,
  AVRO_AS_MICROS_DATETIME,
  type AvroProgram,
} from "../../../lib/kernels/avro-scan.ts";
import {
  AVRO_BOOLEAN,
  AVRO_BYTES,
  AVRO_DOUBLE,
  AVRO_ENUM,
  AVRO_FIXED,
  AVRO_FLOAT,
  AVRO_INT,
  AVRO_LONG,
  AVRO_STRING,
} from "../../../lib/kernels/avro-wire.ts";
import { SCAN_FLOAT, SCAN_RAW, SCAN_TEXT } from "../../../lib/kernels/scan-target.ts";
import { type AvroLayout, nullableOf } from "./avro-layout.ts";
import type { AvroReading } from "./avro-reading.ts";

/** Symbols that are longer are left to the careful path: the arena's room is reckoned in advance. */
const SYMBOL_BYTES_MAX = 64;

export interface LayoutProgram extends AvroProgram {
  /** Room for the symbols of one message. */
  readonly symbolBytes: number;
}

/** `targets` says for each column of the layout which it is among the needed ones, -1 where it is none. */
export function programOf({ fields, columns }: AvroLayout, targets: readonly number[]): LayoutProgram {
  const parts = fields.map(({ column, reading }) => {
    const target = column < 0 ? -1 : targets[column];
    const nullable = nullableOf(reading);
    const inner = nullable?.reading ?? reading;
    const isScanned = target >= 0 && scanKind(reading, columns[column].type) !== SCAN_RAW;
    // A field that is left to the careful path is skipped with its union.
    const isUnwrapped = nullable !== null && (isScanned || target < 0);
    return {
      target,
      shape: isUnwrapped ? inner : reading,
      nullByte: isUnwrapped ? nullable.nullByte : -1,
      conversion: isScanned ? wholeConversion(inner, columns[column].type) : AVRO_AS_IS,
      symbols: isScanned && inner.kind === AVRO_ENUM ? symbolsOf(inner) : null,
    };
  });
  return {
    shapes: parts.map(({ shape }) => shape),
    columns: Int32Array.from(parts, ({ target }) => target),
    nulls: Int32Array.from(parts, ({ nullByte }) => nullByte),
    conversions: Uint8Array.from(parts, ({ conversion }) => conversion),
    symbols: parts.map(({ symbols }) => symbols),
    symbolBytes: parts.filter(({ symbols }) => symbols !== null).length * SYMBOL_BYTES_MAX,
  };
}

/** How the scanner reads a field into a column of a type: SCAN_RAW where it leaves that to the careful path. */
export function scanKind(reading: AvroReading, type: ColumnType): number {
  const inner = nullableOf(reading)?.reading ?? reading;
  if (inner.failure !== null) return SCAN_RAW;
  const { kind, conversion } = inner;
  const isPlain = conversion === "none";
  switch (type.name) {
    case "int":
      return isWhole(kind) && isPlain ? SCAN_FLOAT : SCAN_RAW;
    case "float":
      return (isWhole(kind) || kind === AVRO_FLOAT || kind === AVRO_DOUBLE) && isPlain
        ? SCAN_FLOAT
        : SCAN_RAW;
    case "datetime":
      return isWhole(kind) && wholeConversion(inner, type) !== AVRO_AS_MICROS ? SCAN_FLOAT : SCAN_RAW;
    case "duration":
      return isWhole(kind) && (isPlain || conversion === "time-micros") ? SCAN_FLOAT : SCAN_RAW;
    case "bool":
      return kind === AVRO_BOOLEAN ? SCAN_FLOAT : SCAN_RAW;
    case "str":
      if (kind === AVRO_ENUM) return symbolsOf(inner) === null ? SCAN_RAW : SCAN_TEXT;
      return kind === AVRO_STRING && isPlain ? SCAN_TEXT : SCAN_RAW;
    case "bytes":
      return (kind === AVRO_BYTES || kind === AVRO_FIXED) && isPlain ? SCAN_TEXT : SCAN_RAW;
    default:
      return SCAN_RAW;
  }
}

/** The same where messages lack the field, so that the column is null or has its default. */
export function absentKind(type: ColumnType): number {
  const kinds = { number: SCAN_FLOAT, text: SCAN_TEXT, value: SCAN_RAW };
  return kinds[layoutOf(type)];
}

function isWhole(kind: number): boolean {
  return kind === AVRO_INT || kind === AVRO_LONG;
}

function wholeConversion({ conversion }: AvroReading, type: ColumnType): number {
  if (conversion === "days") return AVRO_AS_DAYS;
  if (conversion === "micros") return AVRO_AS_MICROS_DATETIME;
  if (conversion === "time-micros" || conversion === "nanos") return AVRO_AS_MICROS;
  return type.name === "datetime" ? AVRO_AS_DATETIME : AVRO_AS_IS;
}

function symbolsOf({ symbols }: AvroReading): readonly Uint8Array[] | null {
  const isShort = symbols.every((symbol) => symbol !== null && symbol.length <= SYMBOL_BYTES_MAX);
  return isShort ? symbols.map((symbol) => Buffer.from(symbol as string)) : null;
}
