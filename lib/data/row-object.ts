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
    put(result, name, readCell(batch.columns[i], type, row));
  }
  return result;
}

/** The rows `rows[from, to)` of a batch, column by column, which is faster for many. */
export function rowObjects(
  batch: Batch,
  columns: Columns,
  rows: Uint32Array,
  from: number,
  to: number,
): Row[] {
  const results: Record<string, unknown>[] = [];
  for (let i = from; i < to; i++) results.push({});
  columns.forEach(({ name, type }, position) => {
    const column = batch.columns[position];
    if (column.layout === "number" && column.tags === null && type.name !== "bool" && name !== "__proto__") {
      const { values } = column;
      for (let i = from; i < to; i++) results[i - from][name] = values[rows[i]];
    } else for (let i = from; i < to; i++) put(results[i - from], name, readCell(column, type, rows[i]));
  });
  return results;
}

function put(row: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== "__proto__") row[name] = value;
  else Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
}
