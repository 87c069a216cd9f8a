import type { Batch } from "../data/batch.ts";
import { readCell } from "../data/cell.ts";
import { ABSENT } from "../data/column.ts";
import type { Columns } from "../data/schema.ts";

/** A row for an error message: where it came from if that is known, and its cells in these columns. */
export function describeRow(
  batch: Batch,
  columns: Columns,
  row: number,
  positions: Iterable<number> = columns.keys(),
): string {
  const values = [...positions]
    .filter((position) => batch.columns[position] !== ABSENT)
    .map((position) => {
      const { name, type } = columns[position];
      return `${name}=${excerpt(readCell(batch.columns[position], type, row))}`;
    });
  const origin = batch.origin?.(row);
  return `${origin === undefined ? "" : `from ${origin}, `}with ${values.join(", ") || "no columns"}`;
}

/** A value as short text. Errors may show data of the row in question, never settings. */
function excerpt(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
