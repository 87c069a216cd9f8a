import type { ColumnType } from "../../../lib/data/type.ts";
import { canonical, ERROR, order } from "../value.ts";

/** The value that most rows have, of several the least; JSON goes by its text. */
export function mode(rows: readonly (readonly unknown[])[], [type]: readonly ColumnType[]): unknown {
  const values = rows.map(([value]) => value).filter((value) => value !== ERROR);
  if (values.length === 0) return ERROR;
  const times = (value: unknown): number =>
    values.filter((other) => canonical(other) === canonical(value)).length;
  const most = Math.max(...values.map(times));
  const rank = (value: unknown): unknown =>
    type?.name === "json" && value !== null ? canonical(value) : value;
  return values.filter((value) => times(value) === most).sort((a, b) => order(rank(a), rank(b)))[0];
}
