import { readCell } from "../data/cell.ts";
import type { Columns } from "../data/schema.ts";
import { stableJson } from "../data/value.ts";
import type { UpdateRows } from "./update-rows.ts";

const CELL_CHARACTERS_MAX = 80;
const ROW_CHARACTERS_MAX = 240;

/** A row's cells as short text, for errors. */
export function describeRow(columns: Columns, { cells }: UpdateRows, row: number): string {
  const shown = columns.map(({ name, type }, i) => `${name}=${cut(text(readCell(cells[i], type, row)))}`);
  return cut(shown.join(", "), ROW_CHARACTERS_MAX);
}

function text(value: unknown): string {
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  return typeof value === "bigint" ? `${value}` : stableJson(value);
}

function cut(shown: string, length = CELL_CHARACTERS_MAX): string {
  return shown.length <= length ? shown : `${shown.slice(0, length - 1)}…`;
}
