import type { ColumnType } from "../../../lib/data/type.ts";
import { first } from "./first.ts";
import type { RowOrigin } from "./origin.ts";

/** The value at the end of the order by the second argument. */
export function last(
  rows: readonly (readonly unknown[])[],
  origins: readonly RowOrigin[],
  types: readonly ColumnType[],
): unknown {
  return first(rows, origins, types, -1);
}
