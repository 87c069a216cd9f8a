import type { ColumnType } from "../../../lib/data/type.ts";
import { ERROR } from "../value.ts";
import { type RowOrigin, sortedBy, validRows } from "./origin.ts";

/** The value at the beginning (0) or the end (-1) of the order by the second argument, then by key. */
export function first(
  rows: readonly (readonly unknown[])[],
  origins: readonly RowOrigin[],
  types: readonly ColumnType[],
  place: 0 | -1 = 0,
): unknown {
  const sorted = sortedBy(validRows(rows, origins, types), ({ ranks: [value, by], key }) => [by, key, value]);
  const chosen = sorted.at(place);
  return chosen === undefined ? ERROR : chosen.args[0];
}
