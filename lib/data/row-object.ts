import type { Batch } from "./batch.ts";
import { readCell } from "./cell.ts";
import type { Columns } from "./schema.ts";
import type { Row } from "./value.ts";

/**
 * Row `row` of a batch as users see it: a plain object, columns in order. Every name is an own property, also one
 * that objects inherit: a column `__proto__` is data and touches no prototype.
 */
export function rowObject(batch: Batch, columns: Columns, row: number): Row {
  const result: Record<string, unknown> = {};
  for (let i = 0; i < columns.length; i++) {
    const { name, type } = columns[i];
    putCell(result, name, readCell(batch.columns[i], type, row));
  }
  return result;
}

/** Sets an own property, also where objects inherit one of that name. */
export function putCell(row: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== "__proto__") row[name] = value;
  else Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
}
