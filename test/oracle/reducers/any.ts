import type { ColumnType } from "../../../lib/data/type.ts";
import { ERROR } from "../value.ts";
import { type RowOrigin, sortedBy, validRows } from "./origin.ts";

/** The value of the row with the smallest key. */
export function any(
  rows: readonly (readonly unknown[])[],
  origins: readonly RowOrigin[],
  types: readonly ColumnType[],
): unknown {
  const [first] = sortedBy(validRows(rows, origins, types), ({ key, ranks }) => [key, ranks[0]]);
  return first === undefined ? ERROR : first.args[0];
}
