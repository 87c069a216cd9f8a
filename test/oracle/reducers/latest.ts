import type { ColumnType } from "../../../lib/data/type.ts";
import { ERROR } from "../value.ts";
import { arrivalOf, type RowOrigin, sortedBy, validRows } from "./origin.ts";

/** The value of the row that came last, within a commit by key. */
export function latest(
  rows: readonly (readonly unknown[])[],
  origins: readonly RowOrigin[],
  types: readonly ColumnType[],
): unknown {
  const chosen = sortedBy(validRows(rows, origins, types), arrivalOf).at(-1);
  return chosen === undefined ? ERROR : chosen.args[0];
}
