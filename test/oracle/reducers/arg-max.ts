import type { ColumnType } from "../../../lib/data/type.ts";
import { ERROR, isEqual } from "../value.ts";
import { argMin } from "./arg-min.ts";
import { max } from "./max.ts";
import type { RowOrigin } from "./origin.ts";

/** Of the rows whose value is the largest, what argMin answers. */
export function argMax(
  rows: readonly (readonly unknown[])[],
  origins: readonly RowOrigin[],
  types: readonly ColumnType[],
): unknown {
  const valid = rows.map((args) => (args.includes(ERROR) ? [ERROR] : args));
  const largest = max(valid);
  const failed = rows.map((args, i) => (isEqual(valid[i]?.[0], largest) ? args : args.map(() => ERROR)));
  return argMin(failed, origins, types);
}
