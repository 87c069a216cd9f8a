import stringify from "fast-json-stable-stringify";
import { TowpathError } from "../errors.ts";

/** A failed cell as the user sees it (`pw.ERROR`). */
export const ERROR_VALUE: unique symbol = Symbol.for("towpath.ERROR");

/** A row as the user sees it: a plain object without prototype surprises (see `rowObject`). */
export type Row = Readonly<Record<string, unknown>>;

/** Nesting beyond which JSON is refused: writing it back would overflow the stack. */
export const JSON_DEPTH_MAX = 500;

/**
 * The stable text of a JSON value: object names sorted, so that equal values have equal text. What tuples may hold and
 * JSON has not (bigints, NaN, infinities) is written as a text.
 * Throws TowpathError TP_ROW_TOO_DEEP beyond JSON_DEPTH_MAX levels.
 */
export function stableJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  assertDepth(value, 0);
  return stringify(Array.isArray(value) ? value.map(writable) : value);
}

/** Objects are copies of JSON; arrays may be tuples. */
function writable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(writable);
  if (typeof value === "bigint") return value.toString();
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function assertDepth(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth >= JSON_DEPTH_MAX) {
    throw new TowpathError("TP_ROW_TOO_DEEP", `a JSON value is nested deeper than ${JSON_DEPTH_MAX} levels`);
  }
  for (const child of Array.isArray(value) ? value : Object.values(value)) assertDepth(child, depth + 1);
}

/** Rank of a value's type in the total order: null < bool < number < bigint < text < bytes < the rest. */
function rank(value: unknown): number {
  if (value === null || value === undefined) return 0;
  switch (typeof value) {
    case "boolean":
      return 1;
    case "number":
      return 2;
    case "bigint":
      return 3;
    case "string":
      return 4;
    default:
      return value instanceof Uint8Array ? 5 : Array.isArray(value) ? 6 : 7;
  }
}

/**
 * The total order of values: by type first, then numbers by size (NaN above all), texts by code point,
 * bytes and arrays element by element, objects by their stable JSON. Equal means equal by value (design.md, Keys).
 */
export function compareValues(a: unknown, b: unknown): number {
  const kind = rank(a);
  const byRank = kind - rank(b);
  if (byRank !== 0) return byRank;
  switch (kind) {
    case 0:
      return 0;
    case 2:
      return compareNumbers(a as number, b as number);
    case 4:
      return compareTexts(a as string, b as string);
    case 5:
      return Buffer.compare(a as Uint8Array, b as Uint8Array);
    case 6:
      return compareArrays(a as unknown[], b as unknown[]);
    case 7:
      return compareTexts(stableJson(a), stableJson(b));
    default:
      return (a as boolean | bigint) < (b as boolean | bigint) ? -1 : a === b ? 0 : 1;
  }
}

/** NaN equals NaN and is above everything; -0 equals 0. */
export function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : -1;
}

/** By code point, which is also the order of the UTF-8 bytes (JS's `<` compares UTF-16 units). */
export function compareTexts(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
