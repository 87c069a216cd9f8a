/** Logical types, as in the specification of Avro 1.11 (and its timestamps in nanoseconds from 1.12). */

export type AvroLogical =
  | { readonly name: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly name: (typeof plainNames)[number] };

const plainNames = [
  "date",
  "time-millis",
  "time-micros",
  "timestamp-millis",
  "timestamp-micros",
  "timestamp-nanos",
  "local-timestamp-millis",
  "local-timestamp-micros",
  "local-timestamp-nanos",
  "uuid",
  "duration",
  "towpath-json",
  "towpath-duration",
] as const;

/** The type that each may annotate; a fixed with its size. */
const carriers: Readonly<Record<(typeof plainNames)[number], readonly string[]>> = {
  date: ["int"],
  "time-millis": ["int"],
  "time-micros": ["long"],
  "timestamp-millis": ["long"],
  "timestamp-micros": ["long"],
  "timestamp-nanos": ["long"],
  "local-timestamp-millis": ["long"],
  "local-timestamp-micros": ["long"],
  "local-timestamp-nanos": ["long"],
  uuid: ["string", "fixed 16"],
  duration: ["fixed 12"],
  // Our own, which others ignore as the specification has it: the text of a JSON value; milliseconds, as a double.
  "towpath-json": ["string"],
  "towpath-duration": ["double"],
};

/** Digits of decimals; more of them are no decimals to anybody. */
const PRECISION_MAX = 1_000;

/** The logical type of a schema's object, null where it has none that is valid there: that is then ignored. */
export function logicalOf(json: object, kind: string, size: number): AvroLogical | null {
  const { logicalType, precision, scale = 0 } = json as Readonly<Record<string, unknown>>;
  if (logicalType === "decimal") return decimalOf(kind, size, precision, scale);
  const name = plainNames.find((known) => known === logicalType);
  if (name === undefined) return null;
  return carriers[name].includes(kind === "fixed" ? `fixed ${size}` : kind) ? { name } : null;
}

function decimalOf(kind: string, size: number, precision: unknown, scale: unknown): AvroLogical | null {
  if (kind !== "bytes" && kind !== "fixed") return null;
  if (!isCount(precision) || !isCount(scale) || precision === 0) return null;
  if (precision > PRECISION_MAX || scale > precision) return null;
  // A fixed of n bytes holds floor(log10(2^(8n - 1) - 1)) digits.
  if (kind === "fixed" && precision > Math.floor((8 * size - 1) * Math.log10(2))) return null;
  return { name: "decimal", precision, scale };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** What becomes of a value that was read: "none" leaves it, "float" rounds to 32 bits, the rest is avro-value.ts's. */
export type AvroConversion =
  | "none"
  | "float"
  | "days"
  | "millis"
  | "micros"
  | "nanos"
  | "time-micros"
  | "decimal"
  | "decimal-float"
  | "decimal-integer"
  | "duration"
  | "uuid"
  | "text"
  | "bytes"
  | "json";

const conversions: Readonly<Record<AvroLogical["name"], AvroConversion>> = {
  decimal: "decimal",
  date: "days",
  "time-millis": "none",
  "time-micros": "time-micros",
  "timestamp-millis": "millis",
  "timestamp-micros": "micros",
  "timestamp-nanos": "nanos",
  "local-timestamp-millis": "millis",
  "local-timestamp-micros": "micros",
  "local-timestamp-nanos": "nanos",
  uuid: "uuid",
  duration: "duration",
  "towpath-json": "json",
  "towpath-duration": "none",
};

/** What a logical type makes of values of the type `kind` that it annotates. */
export function conversionOf(logical: AvroLogical | null, kind: string): AvroConversion {
  if (logical === null || (logical.name === "uuid" && kind === "string")) return "none";
  return conversions[logical.name];
}
