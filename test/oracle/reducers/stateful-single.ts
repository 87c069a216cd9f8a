import type { ColumnType } from "../../../lib/data/type.ts";
import { custom } from "./custom.ts";
import type { RowOrigin } from "./origin.ts";

/** The function over the rows one after the other, as they came. */
export function statefulSingle(
  rows: readonly (readonly unknown[])[],
  options: unknown,
  origins: readonly RowOrigin[],
  types: readonly ColumnType[],
): unknown {
  const { fn } = options as { fn: (state: unknown, ...values: unknown[]) => unknown };
  const functions = { init: () => undefined, insert: fn, result: (state: unknown) => state };
  return custom(rows, functions, origins, types);
}
