import { type Column, NULL, TextColumn, type ValueColumn } from "../data/column.ts";
import { columnBuilder, writeCell } from "../data/column-builder.ts";
import type { ColumnType } from "../data/type.ts";
import { JSON_DEPTH_MAX } from "../data/value.ts";
import { splitJsonArrays, splitTexts } from "../kernels/split-cells.ts";

/** Elements of a column's cells: the row and the position within it that each comes from. */
export interface Elements {
  readonly rows: Uint32Array;
  readonly items: Uint32Array;
  readonly elements: Column;
}

const OPENING_BRACKET = 91;
const FIRST_OF_NULL = 110;

/** Whether a cell has elements, be they none: false for a value that is no array. */
export function isSplittable(column: Column, type: ColumnType, row: number): boolean {
  if (type.name === "str" || (column.tags !== null && column.tags[row] !== 0)) return true;
  if (column.layout === "text") return column.bytes[column.starts[row]] === OPENING_BRACKET;
  const value = (column as ValueColumn).values[row];
  return Array.isArray(value) || typeof value === "string";
}

/** The elements of n cells of type str, json or any. */
export function elementsOf(column: Column, type: ColumnType, n: number): Elements {
  return column.layout === "text" ? slices(column, type, n) : values(column as ValueColumn, type, n);
}

/** Slices of the same bytes. */
function slices({ bytes, starts, ends, tags }: TextColumn, type: ColumnType, n: number): Elements {
  const split = (rows: Uint32Array, items: Uint32Array, from: Uint32Array, to: Uint32Array): number =>
    type.name === "json"
      ? splitJsonArrays(bytes, starts, ends, tags, n, JSON_DEPTH_MAX, rows, items, from, to)
      : splitTexts(bytes, starts, ends, tags, n, rows, items, from, to);
  const room = (length: number) => Array.from({ length: 4 }, () => new Uint32Array(length));
  let [rows, items, from, to] = room(0);
  const count = split(rows, items, from, to);
  [rows, items, from, to] = room(count);
  split(rows, items, from, to);
  const elements = new TextColumn(bytes, from, to, type.name === "json" ? nullsOf(bytes, from, to) : null);
  return { rows, items, elements };
}

/** A null of JSON is a cell's null. */
function nullsOf(bytes: Uint8Array, starts: Uint32Array, ends: Uint32Array): Uint8Array | null {
  let tags: Uint8Array | null = null;
  for (let i = 0; i < starts.length; i++) {
    if (bytes[starts[i]] !== FIRST_OF_NULL) continue;
    tags ??= new Uint8Array(starts.length);
    tags[i] = NULL;
    starts[i] = 0;
    ends[i] = 0;
  }
  return tags;
}

function values(column: ValueColumn, type: ColumnType, n: number): Elements {
  const rows: number[] = [];
  const items: number[] = [];
  const builder = columnBuilder(type);
  for (let row = 0; row < n; row++) {
    const value = column.values[row];
    if (!Array.isArray(value) && typeof value !== "string") continue;
    [...value].forEach((element, item) => {
      builder.reserve(rows.length + 1);
      writeCell(builder, type, rows.length, element);
      rows.push(row);
      items.push(item);
    });
  }
  return {
    rows: Uint32Array.from(rows),
    items: Uint32Array.from(items),
    elements: builder.finish(rows.length),
  };
}
