import { markChangedNumbers, markChangedTexts } from "../kernels/group-changes.ts";
import { ABSENT, type Column, type NumberColumn, type TextColumn } from "./column.ts";
import { equalCells } from "./compare-cells.ts";

/** Sets changed[i] where the cells `old[oldRows[i]]` and `fresh[freshRows[i]]` differ, for i below n. */
export function markChanged(
  old: Column,
  oldRows: Uint32Array,
  fresh: Column,
  freshRows: Uint32Array,
  n: number,
  changed: Uint8Array,
): void {
  if (old === ABSENT) return;
  if (old.layout === "number") {
    const { values, tags } = fresh as NumberColumn;
    markChangedNumbers(old.values, old.tags, oldRows, values, tags, freshRows, n, changed);
  } else if (old.layout === "text") {
    const { bytes, starts, ends, tags } = fresh as TextColumn;
    markChangedTexts(
      old.bytes,
      old.starts,
      old.ends,
      old.tags,
      oldRows,
      bytes,
      starts,
      ends,
      tags,
      freshRows,
      n,
      changed,
    );
  } else {
    for (let i = 0; i < n; i++) if (!equalCells(old, oldRows[i], fresh, freshRows[i])) changed[i] = 1;
  }
}
