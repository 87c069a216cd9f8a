import type { ColumnType } from "../../lib/data/type.ts";
import { inOrder } from "./ordered.ts";
import type { OracleRow, OracleTable } from "./table.ts";
import { ERROR } from "./value.ts";

export interface InterpolateOptions {
  readonly time: number;
  readonly instance: readonly number[];
  readonly values: readonly number[];
}

/** Each row, its missing values on the line between the known ones around it. */
export function oracle(
  [table]: readonly [OracleTable],
  { time, instance, values }: InterpolateOptions,
  types: readonly ColumnType[],
): OracleTable {
  return inOrder(table, time, instance, types).flatMap((rows) =>
    rows.map(({ key, row }, i) => ({
      key,
      row: row.map((cell, position) =>
        cell === null && values.includes(position) ? filled(rows, i, time, position) : cell,
      ),
    })),
  );
}

function filled(rows: readonly OracleRow[], i: number, time: number, value: number): number | null {
  const isKnown = ({ row }: OracleRow): boolean => row[value] !== null && row[value] !== ERROR;
  const point = (row: OracleRow | undefined): readonly [number, number] | null =>
    row === undefined ? null : [row.row[time] as number, row.row[value] as number];
  const before = point(rows.slice(0, i).findLast(isKnown));
  const after = point(rows.slice(i + 1).find(isKnown));
  if (before === null || after === null) return (before ?? after)?.[1] ?? null;
  const [t0, v0] = before;
  const [t1, v1] = after;
  if (t0 === t1) return v0;
  return v0 + ((((rows[i] as OracleRow).row[time] as number) - t0) * (v1 - v0)) / (t1 - t0);
}
