import type { ColumnType } from "../../../lib/data/type.ts";
import { ERROR, order } from "../value.ts";

/** The value with a share of p before it, on the line between its two neighbours where it falls between them. */
export function quantile(
  rows: readonly (readonly unknown[])[],
  [type]: readonly ColumnType[],
  p: number,
): unknown {
  const values = rows.map(([value]) => value).filter((value) => value !== ERROR) as number[];
  if (values.length === 0) return ERROR;
  const sorted = [...values].sort(order);
  const place = (sorted.length - 1) * p;
  const low = sorted[Math.floor(place)] as number;
  const high = sorted[Math.ceil(place)] as number;
  if (low === high || Number.isInteger(place)) return low;
  const share = place - Math.floor(place);
  const value = low * (1 - share) + high * share;
  return type?.name === "datetime" ? Math.floor(value) : value;
}
