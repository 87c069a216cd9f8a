import { coerce, coerceText, Failed } from "../../../lib/data/coerce.ts";
import type { ColumnType } from "../../../lib/data/type.ts";
import { ERROR_VALUE as ERROR } from "../../../lib/data/value.ts";

/**
 * A number as a value of a type, where it is one. An instant is a whole millisecond; a duration (an average of some) may
 * have a fraction.
 */
export function fitted(value: number, { name }: ColumnType): unknown {
  if (name === "int") return Number.isSafeInteger(value) ? value : ERROR;
  if (name === "duration") return Number.isFinite(value) ? value : ERROR;
  if (name !== "datetime") return value;
  return Math.abs(Math.floor(value)) <= 8.64e15 ? Math.floor(value) : ERROR;
}

/** A value in another type; null where that has it. */
export function castValue(value: unknown, from: ColumnType, to: ColumnType): unknown {
  if (from.name === to.name) return value;
  if (value === null) return to.optional ? null : ERROR;
  if (to.name === "any") return value;
  if (from.name === "any" || from.name === "json" || to.name === "json")
    return or(coerceOrRead(value, from, to));
  if (to.name === "str") return from.name === "bytes" ? utf8(value as Uint8Array) : toText(value, from);
  if (to.name === "bytes") return Buffer.from(value as string);
  if (from.name === "str") return or(coerceText(value as string, { name: to.name, optional: false }));
  const number = Number(value);
  switch (to.name) {
    case "int":
      return Number.isSafeInteger(Math.trunc(number)) ? Math.trunc(number) : ERROR;
    case "bool":
      return value !== 0;
    case "bigint":
      return Number.isFinite(number) ? BigInt(Math.trunc(number)) : ERROR;
    default:
      return fitted(number, to);
  }
}

function coerceOrRead(value: unknown, from: ColumnType, to: ColumnType): unknown {
  return from.name === "str"
    ? coerceText(value as string, { name: to.name, optional: false })
    : coerce(value, to);
}

function or(value: unknown): unknown {
  return value instanceof Failed ? ERROR : value;
}

function utf8(bytes: Uint8Array): unknown {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return ERROR;
  }
}

/** A value as text. */
export function toText(value: unknown, { name }: ColumnType): unknown {
  if (value === null) return name === "any" ? ERROR : null;
  if (name === "json") return stable(value);
  if (name === "bytes") return utf8(value as Uint8Array);
  if (name === "datetime") return new Date(value as number).toISOString();
  if (value instanceof Uint8Array) return ERROR;
  return typeof value === "object" ? stable(value) : String(value);
}

/** JSON with the names of each object in order. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${stable(item)}`).join(",")}}`;
}
