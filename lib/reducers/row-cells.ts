import type { Batch } from "../data/batch.ts";
import { type Column, NumberColumn } from "../data/column.ts";
import { keyColumn } from "../data/key-column.ts";
import type { ColumnType } from "../data/type.ts";

/** What a reducer may know of a row: an argument by its number, the row's key, the time of its commit. */
export type RowCell = number | "key" | "time";

const POINTER: ColumnType = { name: "pointer", optional: false };
const TIME: ColumnType = { name: "int", optional: false };

export function typeOfCell(cell: RowCell, args: readonly ColumnType[]): ColumnType {
  if (cell === "key") return POINTER;
  return cell === "time" ? TIME : args[cell];
}

/** The cells of a batch whose columns are the arguments. Keys are made only where they are asked for. */
export function columnOfCell(cell: RowCell, { columns, keys, length, time }: Batch): Column {
  if (cell === "key") return keyColumn(keys, length);
  return cell === "time" ? new NumberColumn(new Float64Array(length).fill(time)) : columns[cell];
}
