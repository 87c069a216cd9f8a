import type { ColumnType } from "../../../lib/data/type.ts";
import { quantile } from "./quantile.ts";

/** The value in the middle. */
export function median(rows: readonly (readonly unknown[])[], types: readonly ColumnType[]): unknown {
  return quantile(rows, types, 0.5);
}
