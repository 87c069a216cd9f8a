/**
 * How values that were written with one schema are read as another says: the specification of Avro 1.11, "Schema
 * Resolution". Where the two do not fit, what there is of the writer's is skipped or refused when it comes.
 */
import {
  AVRO_ARRAY,
  AVRO_BOOLEAN,
  AVRO_BYTES,
  AVRO_DOUBLE,
  AVRO_ENUM,
  AVRO_FIXED,
  AVRO_FLOAT,
  AVRO_INT,
  AVRO_LONG,
  AVRO_MAP,
  AVRO_NULL,
  AVRO_RECORD,
  AVRO_STRING,
  AVRO_UNION,
  type AvroShape,
} from "../../../lib/kernels/avro-wire.ts";
import { defaultOf } from "./avro-default.ts";
import { type AvroConversion, conversionOf } from "./avro-logical.ts";
import {
  type AvroEnum,
  type AvroField,
  type AvroPrimitive,
  type AvroRecord,
  type AvroType,
  simpleName,
} from "./avro-schema.ts";

/** The writer's shape, and what the reader wants of it. */
export interface AvroReading extends AvroShape {
  readonly parts: readonly AvroReading[];
  readonly conversion: AvroConversion;
  /** The digits behind a decimal's point. */
  readonly scale: number;
  /** By field of a record: what the reader calls it, null where the reader has no such field. */
  readonly names: readonly (string | null)[];
  /** By symbol of the writer's enum: the reader's, null where it has none and no default. */
  readonly symbols: readonly (string | null)[];
  /** Fields of the reader's record that the writer lacks, each with a default. */
  readonly defaults: readonly AvroField[];
  /** Why a value cannot be read, null where it can. */
  readonly failure: string | null;
}

const kinds: Readonly<Record<AvroPrimitive["kind"], number>> = {
  null: AVRO_NULL,
  boolean: AVRO_BOOLEAN,
  int: AVRO_INT,
  long: AVRO_LONG,
  float: AVRO_FLOAT,
  double: AVRO_DOUBLE,
  bytes: AVRO_BYTES,
  string: AVRO_STRING,
};

/** By writer's type: what a reader's type may be beside the same. */
const promotions: Readonly<Record<string, readonly string[]>> = {
  int: ["long", "float", "double"],
  long: ["float", "double"],
  float: ["double"],
  string: ["bytes"],
  bytes: ["string"],
};

const plain = {
  size: 0,
  parts: [],
  conversion: "none",
  scale: 0,
  names: [],
  symbols: [],
  defaults: [],
  failure: null,
} as const satisfies Omit<AvroReading, "kind">;

/** Resolves pairs of one writer's and one reader's schema; what it makes of a pair of records it makes once. */
export class AvroResolver {
  readonly #records = new Map<AvroRecord, Map<AvroRecord, AvroReading>>();

  resolve(writer: AvroType, reader: AvroType): AvroReading {
    if (writer.kind === "union") {
      const parts = writer.branches.map((branch) => this.resolve(branch, reader));
      return { ...plain, kind: AVRO_UNION, parts };
    }
    if (reader.kind === "union") {
      const branch =
        reader.branches.find((one) => isSame(writer, one)) ??
        reader.branches.find((one) => isPromotable(writer, one));
      return branch === undefined ? this.#failed(writer, reader) : this.resolve(writer, branch);
    }
    if (!isSame(writer, reader) && !isPromotable(writer, reader)) return this.#failed(writer, reader);
    return this.#resolvePair(writer, reader);
  }

  #resolvePair(writer: AvroType, reader: AvroType): AvroReading {
    if (writer.kind === "record" && reader.kind === "record") return this.record(writer, reader);
    if (writer.kind === "array" && reader.kind === "array")
      return { ...plain, kind: AVRO_ARRAY, parts: [this.resolve(writer.items, reader.items)] };
    if (writer.kind === "map" && reader.kind === "map")
      return { ...plain, kind: AVRO_MAP, parts: [this.resolve(writer.values, reader.values)] };
    if (writer.kind === "enum" && reader.kind === "enum") return resolveEnum(writer, reader);
    return this.#resolveScalar(writer, reader);
  }

  /** Reads a record of the writer's as one of the reader's, whatever their names. */
  record(writer: AvroRecord, reader: AvroRecord): AvroReading {
    const ofWriter = this.#records.get(writer) ?? new Map<AvroRecord, AvroReading>();
    this.#records.set(writer, ofWriter);
    const known = ofWriter.get(reader);
    if (known !== undefined) return known;
    const parts: AvroReading[] = [];
    const names: (string | null)[] = [];
    const defaults: AvroField[] = [];
    const reading = { ...plain, kind: AVRO_RECORD, parts, names, defaults, failure: null as string | null };
    // Before the fields, which may be of this very record.
    ofWriter.set(reader, reading);
    const taken = fieldsTaken(writer, reader);
    for (const field of writer.fields) {
      const wanted = taken.get(field.name);
      names.push(wanted?.name ?? null);
      parts.push(this.resolve(field.type, wanted?.type ?? field.type));
    }
    const given = new Set(names);
    for (const field of reader.fields) {
      if (given.has(field.name)) continue;
      if (field.default !== undefined) {
        defaultOf(field.type, field.default);
        defaults.push(field);
      } else reading.failure ??= `the field ${field.name} is missing, and has no default`;
    }
    return reading;
  }

  #resolveScalar(writer: AvroType, reader: AvroType): AvroReading {
    const shape = { ...plain, ...shapeOf(writer) };
    const written = "logical" in writer ? writer.logical : null;
    const wanted = "logical" in reader ? reader.logical : null;
    if (writer.kind !== reader.kind && wanted === null) {
      const conversion =
        reader.kind === "float"
          ? "float"
          : reader.kind === "string"
            ? "text"
            : reader.kind === "bytes"
              ? "bytes"
              : "none";
      return { ...shape, conversion };
    }
    if (wanted === null) return shape;
    // The writer knows in which unit it wrote.
    const logical = written ?? wanted;
    if (logical.name !== "decimal") {
      return { ...shape, conversion: conversionOf(logical, writer.kind) };
    }
    const failure =
      wanted.name === "decimal" && wanted.scale !== logical.scale
        ? `a decimal of scale ${logical.scale} stands where one of scale ${wanted.scale} is read`
        : null;
    return { ...shape, conversion: "decimal", scale: logical.scale, failure };
  }

  #failed(writer: AvroType, reader: AvroType): AvroReading {
    const failure = `${describeType(writer)} stands where ${describeType(reader)} is read`;
    return { ...this.#resolvePair(writer, writer), failure };
  }
}

/** Which field of the reader's takes each field of the writer's, by the writer's name. */
export function fieldsTaken(writer: AvroRecord, reader: AvroRecord): Map<string, AvroField> {
  const written = new Set(writer.fields.map(({ name }) => name));
  const taken = new Map<string, AvroField>();
  for (const field of reader.fields) {
    const name = [field.name, ...field.aliases].find((one) => written.has(one) && !taken.has(one));
    if (name !== undefined) taken.set(name, field);
  }
  return taken;
}

function shapeOf(type: AvroType): Pick<AvroShape, "kind" | "size"> {
  if (type.kind === "fixed") return { kind: AVRO_FIXED, size: type.size };
  return { kind: kinds[type.kind as AvroPrimitive["kind"]], size: 0 };
}

function resolveEnum(writer: AvroEnum, reader: AvroEnum): AvroReading {
  const symbols = writer.symbols.map((symbol) => (reader.symbols.includes(symbol) ? symbol : reader.default));
  return { ...plain, kind: AVRO_ENUM, size: symbols.length, symbols };
}

/** The same kind of type, and for types with names the same name without namespace, or an alias of the reader's. */
function isSame(writer: AvroType, reader: AvroType): boolean {
  if (writer.kind !== reader.kind) return false;
  if (!("name" in writer) || !("name" in reader)) return true;
  if (writer.kind === "fixed" && reader.kind === "fixed" && writer.size !== reader.size) return false;
  return simpleName(writer.name) === simpleName(reader.name) || reader.aliases.includes(writer.name);
}

function isPromotable(writer: AvroType, reader: AvroType): boolean {
  return promotions[writer.kind]?.includes(reader.kind) === true;
}

function describeType(type: AvroType): string {
  if (type.kind === "union") return `one of ${type.branches.length} types`;
  const text = "name" in type ? `${type.kind} ${type.name}` : type.kind;
  return /^[aeiou]/.test(text) ? `an ${text}` : `a ${text}`;
}

/**
 * The same value for a column of a type: a number on the wire is what columns of numbers get, and bytes those of bytes,
 * whatever a logical type makes of them; a decimal is a number to `float`, and without a fraction also to `int`.
 */
export function aimAt(reading: AvroReading, type: string): AvroReading {
  if (reading.kind === AVRO_UNION)
    return { ...reading, parts: reading.parts.map((part) => aimAt(part, type)) };
  return { ...reading, conversion: aimedConversion(reading, type) };
}

const OF_NUMBERS: readonly AvroConversion[] = ["days", "millis", "micros", "nanos", "time-micros"];
const OF_BYTES: readonly AvroConversion[] = ["decimal", "duration", "uuid"];

function aimedConversion({ conversion, scale }: AvroReading, type: string): AvroConversion {
  const isWhole = type === "int" || type === "bigint";
  if (conversion === "decimal" && type === "float") return "decimal-float";
  if (conversion === "decimal" && isWhole && scale === 0) return "decimal-integer";
  if ((isWhole || type === "float") && OF_NUMBERS.includes(conversion)) return "none";
  if (type === "bytes" && OF_BYTES.includes(conversion)) return "none";
  return type === "str" && conversion === "json" ? "none" : conversion;
}
