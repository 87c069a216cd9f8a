import type { Batch } from "../data/batch.ts";
import { pointerText, readCell } from "../data/cell.ts";
import type { Column, TextColumn } from "../data/column.ts";
import { keyColumn } from "../data/key-column.ts";
import type { ColumnType } from "../data/type.ts";
import { compareTexts, compareValues } from "../data/value.ts";
import { validRows } from "./valid-rows.ts";

/** A row that came (diff above 0) or went, as functions of the script see it. */
export interface PendingRow {
  readonly key: string;
  readonly values: readonly unknown[];
  readonly diff: number;
}

/**
 * The changes of the present commit by group, until somebody asks for the group's answer: functions of the script are
 * called once all rows of a commit are known, in an order that does not depend on how it was cut.
 */
export class PendingRows {
  readonly #types: readonly ColumnType[];
  readonly #rows = new Map<number, PendingRow[]>();

  constructor(types: readonly ColumnType[]) {
    this.#types = types;
  }

  add(slots: Int32Array, args: readonly Column[], batch: Batch): void {
    const valid = validRows(slots, args, batch);
    const { columns, keys, diffs, length } = valid.batch;
    const { bytes, starts } = keyColumn(keys, length) as TextColumn;
    for (let row = 0; row < length; row++) {
      const values = this.#types.map((type, i) => readCell(columns[i], type, row));
      const pending = { key: pointerText(bytes, starts[row]), values, diff: diffs === null ? 1 : diffs[row] };
      const rows = this.#rows.get(valid.slots[row]);
      if (rows === undefined) this.#rows.set(valid.slots[row], [pending]);
      else rows.push(pending);
    }
  }

  /** A group's changes, taken out: without those that cancel, deletions first, then by key and values. */
  take(slot: number): readonly PendingRow[] {
    const rows = this.#rows.get(slot);
    if (rows === undefined) return [];
    this.#rows.delete(slot);
    if (rows.length === 1) return rows;
    const netted = net(rows.sort(compareRows));
    return [...netted.filter(({ diff }) => diff < 0), ...netted.filter(({ diff }) => diff > 0)];
  }

  clear(slot: number): void {
    this.#rows.delete(slot);
  }
}

/** By key, then by values. */
function compareRows(a: Omit<PendingRow, "diff">, b: Omit<PendingRow, "diff">): number {
  return compareTexts(a.key, b.key) || compareValues(a.values, b.values);
}

function net(sorted: readonly PendingRow[]): PendingRow[] {
  const netted: PendingRow[] = [];
  for (const row of sorted) {
    const last = netted.at(-1);
    if (last === undefined || compareRows(last, row) !== 0) netted.push(row);
    else netted[netted.length - 1] = { ...last, diff: last.diff + row.diff };
  }
  return netted.filter(({ diff }) => diff !== 0);
}
