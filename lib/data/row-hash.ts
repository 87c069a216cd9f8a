import {
  finishHashes,
  hashHashes,
  hashNumber,
  hashNumbers,
  hashText,
  hashTexts,
  startHashes,
} from "../kernels/hash.ts";
import type { Column } from "./column.ts";
import { stableJson } from "./value.ts";

/** 32-bit hashes of rows over the given columns, equal for equal values; for in-memory indexes only. */
export function hashColumns(columns: readonly Column[], n: number): Uint32Array {
  const out = new Uint32Array(n);
  startHashes(out, n);
  for (const column of columns) {
    if (column.layout === "number") hashNumbers(column.values, column.tags, n, out);
    else if (column.layout === "value")
      hashHashes(hashJsValues(column.values, column.tags, n), column.tags, n, out);
    else if (column.hashes !== null) hashHashes(column.hashes, column.tags, n, out);
    else hashTexts(column.bytes, column.starts, column.ends, column.tags, n, out);
  }
  finishHashes(out, n);
  return out;
}

function hashJsValues(values: readonly unknown[], tags: Uint8Array | null, n: number): Uint32Array {
  const hashes = new Uint32Array(n);
  for (let i = 0; i < n; i++) if (tags === null || tags[i] === 0) hashes[i] = hashJsValue(values[i]);
  return hashes;
}

function hashJsValue(value: unknown): number {
  if (typeof value === "number") return hashNumber(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  const bytes = value instanceof Uint8Array ? value : Buffer.from(textOf(value));
  return hashText(bytes, 0, bytes.length);
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(textOf).join();
  return stableJson(value);
}
