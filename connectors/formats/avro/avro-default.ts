/** Default values of fields, which schemas give as JSON, as the values that reading gives. */
import { TowpathError } from "../../../lib/errors.ts";
import { AVRO_DEPTH_MAX } from "../../../lib/kernels/avro-wire.ts";
import { converted, put } from "./avro-converted.ts";
import { AvroFault } from "./avro-fault.ts";
import { type AvroLogical, conversionOf } from "./avro-logical.ts";
import type { AvroRecord, AvroType } from "./avro-schema.ts";

/**
 * The value that a field of a type has by default. Bytes are texts of U+0000 to U+00FF; a union's default is of its
 * first branch, or of any other that takes it. Throws TP_BAD_SCHEMA where the type has no such value.
 */
export function defaultOf(type: AvroType, json: unknown, depth = 0): unknown {
  const value = readDefault(type, json, depth);
  if (value !== undefined) return value;
  const shown = (JSON.stringify(json) ?? String(json)).slice(0, 60);
  throw new TowpathError(
    "TP_BAD_SCHEMA",
    `an Avro schema has a default of another type than its field's: ${shown}`,
  );
}

function readDefault(type: AvroType, json: unknown, depth: number): unknown {
  if (depth > AVRO_DEPTH_MAX) return undefined;
  switch (type.kind) {
    case "null":
      return json === null ? null : undefined;
    case "boolean":
      return typeof json === "boolean" ? json : undefined;
    case "int":
    case "long":
      return Number.isSafeInteger(json) ? logicalValue(type, json as number) : undefined;
    case "float":
    case "double":
      return typeof json === "number" ? json : undefined;
    case "string":
      return typeof json === "string" ? json : undefined;
    case "bytes":
    case "fixed": {
      const bytes = typeof json === "string" ? Buffer.from(json, "latin1") : undefined;
      const isWhole = type.kind !== "fixed" || bytes?.length === type.size;
      return bytes === undefined || !isWhole ? undefined : logicalValue(type, bytes);
    }
    case "enum":
      return type.symbols.includes(json as string) ? json : undefined;
    case "union":
      return type.branches
        .map((branch) => readDefault(branch, json, depth + 1))
        .find((one) => one !== undefined);
    case "array":
      return Array.isArray(json) ? json.map((item) => defaultOf(type.items, item, depth + 1)) : undefined;
    default:
      return isPlain(json) ? objectValue(type, json, depth) : undefined;
  }
}

function objectValue(
  type: Extract<AvroType, { kind: "map" | "record" }>,
  json: object,
  depth: number,
): unknown {
  if (type.kind === "record") return recordValue(type, json, depth);
  const map: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(json)) put(map, name, defaultOf(type.values, item, depth + 1));
  return map;
}

function recordValue({ fields }: AvroRecord, json: object, depth: number): unknown {
  const record: Record<string, unknown> = {};
  for (const field of fields) {
    const given = Object.hasOwn(json, field.name)
      ? (json as Record<string, unknown>)[field.name]
      : field.default;
    put(record, field.name, defaultOf(field.type, given, depth + 1));
  }
  return record;
}

function logicalValue(
  { kind, logical }: { readonly kind: string; readonly logical: AvroLogical | null },
  value: number | Buffer,
): unknown {
  const scale = logical?.name === "decimal" ? logical.scale : 0;
  try {
    return converted({ conversion: conversionOf(logical, kind), scale }, value, 0);
  } catch (error) {
    if (error instanceof AvroFault) return undefined;
    throw error;
  }
}

function isPlain(json: unknown): json is object {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** Throws TP_BAD_SCHEMA where a default in a schema is not of its field's type. */
export function checkDefaults(type: AvroType, seen = new Set<AvroType>()): void {
  if (seen.has(type)) return;
  seen.add(type);
  if (type.kind === "record") {
    for (const field of type.fields) {
      if (field.default !== undefined) defaultOf(field.type, field.default);
      checkDefaults(field.type, seen);
    }
  } else if (type.kind === "array") checkDefaults(type.items, seen);
  else if (type.kind === "map") checkDefaults(type.values, seen);
  else if (type.kind === "union") for (const branch of type.branches) checkDefaults(branch, seen);
}
