import type { ColumnType } from "../../lib/data/type.ts";
import { EngineKeys } from "../fuzz/engine-key.ts";
import { inOrder } from "./ordered.ts";
import { identity, type OracleRow, type OracleTable } from "./table.ts";

export interface SortOptions {
  readonly key: number;
  readonly instance: readonly number[];
  readonly previous: readonly number[];
}

/** Each row, the keys of the different rows before and after it, and cells of the row before. */
export function oracle(
  [table]: readonly [OracleTable],
  { key, instance, previous }: SortOptions,
  types: readonly ColumnType[],
): OracleTable {
  const keys = new EngineKeys();
  const pointerOf = (row: OracleRow | undefined): string | null =>
    row === undefined ? null : keys.uuidOf(row.key);
  return inOrder(table, key, instance, types).flatMap((rows) =>
    rows.map((own, i) => {
      const others = (other: OracleRow): boolean => identity(other) !== identity(own);
      const before = rows.slice(0, i).findLast(others);
      const after = rows.slice(i + 1).find(others);
      const cells = previous.map((position) => before?.row[position] ?? null);
      return { key: own.key, row: [...own.row, pointerOf(before), pointerOf(after), ...cells] };
    }),
  );
}
