import { Batch } from "../../lib/data/batch.ts";
import { ABSENT, type Column } from "../../lib/data/column.ts";
import { columnBuilder, writeCell } from "../../lib/data/column-builder.ts";
import { Keys } from "../../lib/data/keys.ts";
import type { Columns } from "../../lib/data/schema.ts";
import type { ColumnType } from "../../lib/data/type.ts";

/** A row that comes (diff 1) or goes (diff -1); `key` is its four words. */
export interface KeyedChange {
  readonly key: readonly number[] | Uint32Array;
  readonly row: readonly unknown[];
  readonly diff: number;
}

/** A batch of such rows, as they stand: not consolidated. Columns that are not needed are ABSENT. */
export function batchOf(
  time: number,
  columns: Columns,
  changes: readonly KeyedChange[],
  needed: readonly boolean[] = columns.map(() => true),
): Batch {
  const built = columns.map(({ type }, i) =>
    needed[i]
      ? columnOf(
          type,
          changes.map(({ row }) => row[i]),
        )
      : ABSENT,
  );
  const words = new Uint32Array(4 * changes.length);
  changes.forEach(({ key }, row) => words.set(key, 4 * row));
  const diffs = changes.every(({ diff }) => diff === 1) ? null : Int32Array.from(changes, ({ diff }) => diff);
  return new Batch(time, changes.length, built, Keys.of(words), diffs);
}

export function columnOf(type: ColumnType, values: readonly unknown[]): Column {
  const builder = columnBuilder(type);
  values.forEach((value, row) => writeCell(builder, type, row, Object.is(value, -0) ? 0 : value));
  return builder.finish(values.length);
}

/** Overwrites a batch that was borrowed: whoever still reads it reads nonsense, and a comparison will tell. */
export function poison(batch: Batch): void {
  for (const column of batch.columns) {
    if (column === ABSENT) continue;
    column.tags?.fill(0);
    if (column.layout === "number") column.values.fill(-12345.5);
    else if (column.layout === "value") (column.values as unknown[]).fill("poisoned");
    else {
      column.bytes.fill(0x3f);
      column.starts.fill(0);
      column.ends.fill(Math.min(1, column.bytes.length));
    }
  }
  batch.keys.words().fill(0xdeadbeef);
  batch.diffs?.fill(77);
}
