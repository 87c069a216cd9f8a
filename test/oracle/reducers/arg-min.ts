import type { ColumnType } from "../../../lib/data/type.ts";
import { ERROR } from "../value.ts";
import { type RowOrigin, sortedBy, validRows } from "./origin.ts";

/** Of the row with the smallest value (then the smallest key): the second argument, or the key. */
export function argMin(
  rows: readonly (readonly unknown[])[],
  origins: readonly RowOrigin[],
  types: readonly ColumnType[],
): unknown {
  const [first] = sortedBy(validRows(rows, origins, types), ({ ranks: [value, ...payload], key }) => [
    value,
    key,
    ...payload,
  ]);
  if (first === undefined) return ERROR;
  return first.args.length === 2 ? first.args[1] : first.key;
}
