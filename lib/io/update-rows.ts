import { type Column, NULL, type NumberColumn, type TextColumn, VALUE } from "../data/column.ts";
import { keyColumn } from "../data/key-column.ts";
import { KEY_WORDS, Keys } from "../data/keys.ts";
import type { RowBuilder } from "../data/row-builder.ts";
import { keysOfValues } from "../data/row-key.ts";
import { nullColumn } from "../data/rows.ts";
import { type ColumnSchema, type Columns, positionOf } from "../data/schema.ts";
import type { ColumnType } from "../data/type.ts";

const pointer: ColumnType = { name: "pointer", optional: true };
const int: ColumnType = { name: "int", optional: false };

/**
 * The columns that a parser of updates fills for a table with these: behind them `diff` and `time`, and `key`, null
 * where a record has none, unless the table has a column of that name, which is then no more than a column.
 */
export function updateColumns(columns: Columns): Columns {
  const added: ColumnSchema[] = [
    { name: "diff", type: int },
    { name: "time", type: int },
  ];
  if (positionOf(columns, "key") < 0) added.push({ name: "key", type: pointer, default: null });
  return [...columns, ...added];
}

/** Parsed records of updates, by what they are. Borrowed from their builder. */
export interface UpdateRows {
  readonly length: number;
  readonly cells: readonly Column[];
  readonly diffs: Float64Array;
  readonly times: Float64Array;
  /** Null where neither the record nor the primary key says one. */
  readonly keys: TextColumn;
}

/** The rows of a builder of `updateColumns(columns)`. A record's own key comes before the primary key. */
export function updateRows(
  rows: RowBuilder,
  columns: Columns,
  primaryKey: readonly number[] | null,
): UpdateRows {
  const built = rows.finish();
  const width = columns.length;
  const { length } = rows;
  const cells = built.slice(0, width);
  const given = (built[width + 2] as TextColumn | undefined) ?? (nullColumn(pointer, length) as TextColumn);
  return {
    length,
    cells,
    diffs: (built[width] as NumberColumn).values,
    times: (built[width + 1] as NumberColumn).values,
    keys: primaryKey === null ? given : completeKeys(given, columns, cells, primaryKey, length),
  };
}

function completeKeys(
  given: TextColumn,
  columns: Columns,
  cells: readonly Column[],
  primaryKey: readonly number[],
  n: number,
): TextColumn {
  const { tags, bytes, starts, ends } = given;
  if (tags?.includes(NULL) !== true) return given;
  const types = primaryKey.map((position) => columns[position].type);
  const identifying = primaryKey.map((position) => cells[position]);
  const words = keysOfValues(identifying, types, n);
  const keys = keyColumn(Keys.of(words), n);
  for (let row = 0; row < n; row++) {
    if (tags[row] === VALUE) keys.bytes.set(bytes.subarray(starts[row], ends[row]), 4 * KEY_WORDS * row);
  }
  return keys;
}
