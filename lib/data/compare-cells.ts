import { compareBytes } from "../kernels/compare-bytes.ts";
import { type Column, NULL, type NumberColumn, type TextColumn, VALUE, type ValueColumn } from "./column.ts";
import { compareNumbers, compareValues } from "./value.ts";

/** The order of two cells of one type: null first, then values; failed cells last. */
export function compareCells(a: Column, aRow: number, b: Column, bRow: number): number {
  const tagA = a.tags === null ? VALUE : a.tags[aRow];
  const tagB = b.tags === null ? VALUE : b.tags[bRow];
  if (tagA !== VALUE || tagB !== VALUE) return order(tagA) - order(tagB);
  switch (a.layout) {
    case "number":
      return compareNumbers(a.values[aRow], (b as NumberColumn).values[bRow]);
    case "text": {
      const other = b as TextColumn;
      return compareBytes(
        a.bytes,
        a.starts[aRow],
        a.ends[aRow],
        other.bytes,
        other.starts[bRow],
        other.ends[bRow],
      );
    }
    case "value":
      return compareValues(a.values[aRow], (b as ValueColumn).values[bRow]);
  }
}

/** Equality by value (design.md, Keys): NaN equals NaN, -0 equals 0, null equals null. */
export function equalCells(a: Column, aRow: number, b: Column, bRow: number): boolean {
  return compareCells(a, aRow, b, bRow) === 0;
}

function order(tag: number): number {
  return tag === NULL ? -1 : tag;
}
