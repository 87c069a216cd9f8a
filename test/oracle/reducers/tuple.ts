import type { ColumnType } from "../../../lib/data/type.ts";
import { ERROR } from "../value.ts";
import { type RowOrigin, sortedBy, validRows } from "./origin.ts";

/** The values by the second argument, then by key, then by themselves; null left out where that is asked for. */
export function tuple(
  rows: readonly (readonly unknown[])[],
  options: unknown,
  origins: readonly RowOrigin[],
  types: readonly ColumnType[],
): unknown {
  const valid = validRows(rows, origins, types);
  if (valid.length === 0) return ERROR;
  const { skipNulls } = (options ?? {}) as { skipNulls?: boolean };
  return sortedBy(valid, ({ ranks: [value, ...by], key }) => [...by, key, value])
    .map(({ args }) => args[0])
    .filter((value) => skipNulls !== true || value !== null);
}
