import type { Batch } from "../data/batch.ts";
import { pointerText, readCell } from "../data/cell.ts";
import { ABSENT } from "../data/column.ts";
import { KEY_WORDS } from "../data/keys.ts";
import type { Columns } from "../data/schema.ts";
import { stableJson } from "../data/value.ts";
import type { FailedRow } from "../dataflow/errors.ts";

/** A row for an error message, with its cells at these positions. */
export function failedRow(
  batch: Batch,
  columns: Columns,
  row: number,
  positions: Iterable<number> = columns.keys(),
): FailedRow {
  return {
    key() {
      if (batch.keys.isUnread) return null;
      const { buffer, byteOffset } = batch.keys.words();
      return pointerText(new Uint8Array(buffer, byteOffset + 4 * KEY_WORDS * row));
    },
    origin: () => batch.origin?.(row) ?? null,
    cells: () =>
      [...positions]
        .filter((position) => batch.columns[position] !== ABSENT)
        .map((position) => {
          const { name, type } = columns[position];
          return `${name}=${excerpt(readCell(batch.columns[position], type, row))}`;
        })
        .join(", "),
  };
}

/** A value as short text. Errors may show data of the row in question, never settings. */
function excerpt(value: unknown): string {
  const text = typeof value === "symbol" ? "ERROR" : shown(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return `0x${Buffer.from(value.subarray(0, 40)).toString("hex")}`;
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" && value !== null ? stableJson(value) : String(value);
}
