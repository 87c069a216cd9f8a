import type { ColumnType } from "../../../lib/data/type.ts";
import { ERROR } from "../value.ts";
import { arrivalOf, type RowOrigin, sortedBy, validRows } from "./origin.ts";

interface Functions {
  readonly init: () => unknown;
  readonly insert: (state: unknown, ...values: unknown[]) => unknown;
  readonly result: (state: unknown) => unknown;
}

/** The rows inserted one after the other, as they came. */
export function custom(
  rows: readonly (readonly unknown[])[],
  options: unknown,
  origins: readonly RowOrigin[],
  types: readonly ColumnType[],
): unknown {
  const { init, insert, result } = options as Functions;
  const sorted = sortedBy(validRows(rows, origins, types), (row) => [...arrivalOf(row), ...row.ranks]);
  if (sorted.length === 0) return ERROR;
  try {
    return result(sorted.reduce((state, { args }) => insert(state, ...args), init())) ?? null;
  } catch {
    return ERROR;
  }
}
